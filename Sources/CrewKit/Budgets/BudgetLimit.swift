/// A bound on what model calls may spend.
///
/// Limits are hierarchical: a call has to fit into every one that counts for it, so the tightest
/// decides.
public struct BudgetLimit: Sendable, Hashable, Codable {
    /// Whose spending is counted together.
    public var scope: BudgetScope
    /// When the count begins anew; absent means never.
    public var window: BudgetWindow?
    public var measure: BudgetMeasure
    /// The most that may be spent, in the measure's unit. At least 0; nothing may be spent at 0.
    public var amount: Int
    public var mode: BudgetMode
    /// Shares of the amount, above 0 and up to 1, at which a warning is given, once each.
    public var warnings: [Double]

    public static let usualWarnings = [0.75, 0.9]

    public init(
        _ measure: BudgetMeasure, per scope: BudgetScope, within window: BudgetWindow? = nil,
        amount: Int, mode: BudgetMode = .block, warnings: [Double] = usualWarnings
    ) {
        self.scope = scope
        self.window = window
        self.measure = measure
        self.amount = amount
        self.mode = mode
        self.warnings = warnings
    }
}

/// Whose spending is counted together.
public enum BudgetScope: String, Sendable, Hashable, Codable, CaseIterable {
    /// One model call.
    case call
    /// One run and the runs that work for its calls.
    case run
    /// One agent of a crew, over all runs.
    case agent
    /// All agents of a crew, over all runs.
    case crew
    /// One conversation.
    case session
    /// Everything that one tenant asked for.
    case tenant
}

/// A span of UTC time at whose beginning a count begins anew.
public enum BudgetWindow: String, Sendable, Hashable, Codable, CaseIterable {
    case minute, hour, day
}

/// What a budget counts.
public enum BudgetMeasure: String, Sendable, Hashable, Codable, CaseIterable {
    /// Input and output together.
    case tokens
    case inputTokens = "input_tokens"
    case outputTokens = "output_tokens"
    /// The part of the input that was served from a cache.
    case cachedTokens = "cached_tokens"
    /// The part of the output that was reasoning.
    case reasoningTokens = "reasoning_tokens"
    /// Billionths of a US dollar.
    case cost
    /// Model calls, each attempt counted.
    case calls
    /// Milliseconds that model calls take.
    case time
    /// Bytes of UTF-8 that model calls send and receive.
    case bytes
    /// Model calls that failed.
    case errors
    /// Model calls that failed since the last one that did not.
    case errorsInARow = "errors_in_a_row"
}

/// What becomes of a call that does not fit.
public enum BudgetMode: String, Sendable, Hashable, Codable, CaseIterable {
    /// It is not made, and the run ends.
    case block
    /// It is made, and a warning is given.
    case warn
}
