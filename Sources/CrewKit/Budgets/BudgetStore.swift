public import struct Foundation.Date

/// Where what was spent is kept.
///
/// Every method is atomic, and what it did is there for every later call, after a crash too. A
/// reservation whose process ended before it was settled counts as spent, all of it.
/// Implementations prove themselves with `BudgetStoreContract` of `CrewTesting`.
public protocol BudgetStore: Sendable {
    /// Puts aside what a call may spend, in every account at once, or in none.
    func reserve(_ reservation: BudgetReservation, at time: Date) async throws -> BudgetAnswer

    /// Replaces what was put aside by what was spent; returns the thresholds that were reached.
    ///
    /// An unknown reservation is passed over: it was settled.
    func settle(
        _ reservation: ReservationID, as spent: Spending, at time: Date
    ) async throws -> [BudgetNotice]

    /// What has been spent in these accounts in the windows of that time.
    func balances(of accounts: [BudgetAccount], at time: Date) async throws -> [Spending]
}

/// One count of spending.
public struct BudgetAccount: Sendable, Hashable, Codable {
    public var scope: BudgetScope
    /// Such as the id of the run; an agent's holds its crew's name too.
    public var owner: String
    public var window: BudgetWindow?

    public init(scope: BudgetScope, owner: String, window: BudgetWindow?) {
        self.scope = scope
        self.owner = owner
        self.window = window
    }
}

/// A limit and whose spending it bounds.
public struct BudgetLine: Sendable, Hashable, Codable {
    public var limit: BudgetLimit
    /// The id of the run, agent, session or tenant, or the name of the crew.
    public var owner: String

    public init(limit: BudgetLimit, owner: String) {
        self.limit = limit
        self.owner = owner
    }

    public var account: BudgetAccount {
        BudgetAccount(scope: limit.scope, owner: owner, window: limit.window)
    }
}

/// The id of a reservation, unique over all processes.
public struct ReservationID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// What one attempt at a model call asks for.
public struct BudgetReservation: Sendable, Hashable, Codable {
    public var id: ReservationID
    /// The bounds it has to fit into.
    public var lines: [BudgetLine]
    /// What the call may spend.
    public var amount: Spending

    public init(id: ReservationID, lines: [BudgetLine], amount: Spending) {
        self.id = id
        self.lines = lines
        self.amount = amount
    }
}

/// What a store says to a reservation.
public enum BudgetAnswer: Sendable, Hashable {
    /// It is put aside; these thresholds were reached by it.
    case granted([BudgetNotice])
    /// The limit that it does not fit into; nothing was put aside.
    case refused(BudgetNotice)
}

/// What model calls spent, in whole units.
public struct Spending: Sendable, Hashable, Codable {
    public var inputTokens: Int
    public var outputTokens: Int
    public var cachedTokens: Int
    public var reasoningTokens: Int
    /// Billionths of a US dollar.
    public var cost: Int
    public var calls: Int
    /// Milliseconds.
    public var time: Int
    public var bytes: Int
    public var errors: Int
    /// Calls that failed since the last one that did not.
    public var errorsInARow: Int

    public init(
        inputTokens: Int = 0, outputTokens: Int = 0, cachedTokens: Int = 0,
        reasoningTokens: Int = 0, cost: Int = 0, calls: Int = 0, time: Int = 0, bytes: Int = 0,
        errors: Int = 0, errorsInARow: Int = 0
    ) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.cachedTokens = cachedTokens
        self.reasoningTokens = reasoningTokens
        self.cost = cost
        self.calls = calls
        self.time = time
        self.bytes = bytes
        self.errors = errors
        self.errorsInARow = errorsInARow
    }

    enum CodingKeys: String, CodingKey {
        case cost, calls, time, bytes, errors
        case inputTokens = "input_tokens"
        case outputTokens = "output_tokens"
        case cachedTokens = "cached_tokens"
        case reasoningTokens = "reasoning_tokens"
        case errorsInARow = "errors_in_a_row"
    }
}
