import CrewKit

// The limits of the original, in its words and units. One table per place in the files; what a key
// means stands in its row. 0 is no limit, and so is a key that is not there: the original's
// defaults were never enforced, and nobody who relies on them would find out before a run ends.

/// One key of the original that bounds something.
private struct OriginalLimit {
    let key: String
    let measure: BudgetMeasure
    let unit: BudgetUnit
    let scope: BudgetScope
    let window: BudgetWindow?
    /// Whether the alert share of its block is for it.
    let alerts: Bool

    init(
        _ key: String, _ measure: BudgetMeasure, _ unit: BudgetUnit = .count,
        per scope: BudgetScope, within window: BudgetWindow? = nil, alerts: Bool = false
    ) {
        self.key = key
        self.measure = measure
        self.unit = unit
        self.scope = scope
        self.window = window
        self.alerts = alerts
    }

    func limit(_ value: Double?, blocks: Bool, warnings: [Double]?) -> BudgetLimit? {
        guard let value, value > 0 else { return nil }
        let usual = CrewReader.usualWarnings(per: scope, within: window)
        return BudgetLimit(
            measure, per: scope, within: window, amount: max(1, unit.amount(value)),
            mode: blocks ? .block : .warn, warnings: (alerts ? warnings : nil) ?? usual)
    }

    /// `settings` of the crew, alerted by `cost_alert_threshold`.
    static let crewCosts = [
        OriginalLimit("max_tokens_per_call", .tokens, per: .call),
        OriginalLimit("max_tokens_per_day", .tokens, per: .crew, within: .day, alerts: true),
        OriginalLimit("max_cost_per_day", .cost, .dollars, per: .crew, within: .day, alerts: true),
    ]
    /// `settings` of the crew, alerted by `memory_alert_percent`.
    static let crewMemory = [
        OriginalLimit("max_memory_mb", .bytes, .megabytes, per: .call),
        OriginalLimit(
            "max_daily_memory_gb", .bytes, .gigabytes, per: .crew, within: .day, alerts: true),
    ]
    /// `settings` of the crew, without alerts of their own.
    static let crewRates = [
        OriginalLimit("max_calls_per_minute", .calls, per: .crew, within: .minute),
        OriginalLimit("max_calls_per_hour", .calls, per: .crew, within: .hour),
        OriginalLimit("max_calls_per_day", .calls, per: .crew, within: .day),
        OriginalLimit("max_errors_per_hour", .errors, per: .crew, within: .hour),
        OriginalLimit("max_errors_per_day", .errors, per: .crew, within: .day),
        OriginalLimit("max_consecutive_errors", .errorsInARow, per: .crew, within: .hour),
    ]
    /// `cost_limits` of an agent, and the flat keys of its file.
    static let agentCosts = [
        OriginalLimit("max_tokens_per_call", .tokens, per: .call),
        OriginalLimit("max_tokens_per_day", .tokens, per: .agent, within: .day, alerts: true),
        OriginalLimit(
            "max_cost_per_day_usd", .cost, .dollars, per: .agent, within: .day, alerts: true),
    ]
    /// `memory_limits` of an agent.
    static let agentMemory = [
        OriginalLimit("max_per_call_mb", .bytes, .megabytes, per: .call),
        OriginalLimit("max_per_day_mb", .bytes, .megabytes, per: .agent, within: .day),
    ]
    /// `error_limits` of an agent.
    static let agentErrors = [
        OriginalLimit("max_consecutive", .errorsInARow, per: .agent, within: .hour),
        OriginalLimit("max_per_day", .errors, per: .agent, within: .day),
    ]
}

extension CrewReader {
    /// The quotas of `settings`, then its `budgets`.
    mutating func crewBudgets(_ block: BlockReader) -> [BudgetLimit] {
        let blocks = block.flag("block_on_quota_exceed") ?? true
        let cost = block.number("cost_alert_threshold").map { Self.alert(at: $0) }
        let memory = block.number("memory_alert_percent").map { Self.alert(at: $0 / 100) }
        let groups = [
            (OriginalLimit.crewCosts, cost), (OriginalLimit.crewMemory, memory),
            (OriginalLimit.crewRates, nil),
        ]
        let quotas = groups.flatMap { rows, warnings in
            rows.compactMap {
                $0.limit(block.amount($0.key), blocks: blocks, warnings: warnings)
            }
        }
        return quotas + budgets(of: block, per: .crew)
    }

    /// The agent's `cost_limits` or flat keys, `memory_limits`, `error_limits`, then its `budgets`.
    mutating func agentBudgets(_ block: BlockReader) -> [BudgetLimit] {
        var limits = costLimits(block)
        if let memory = block.block("memory_limits") {
            let blocks = memory.flag("block_on_memory_exceed") ?? true
            limits += OriginalLimit.agentMemory.compactMap {
                $0.limit(memory.amount($0.key), blocks: blocks, warnings: nil)
            }
        }
        if let errors = block.block("error_limits") {
            let blocks = errors.flag("block_on_error_exceed") ?? true
            limits += OriginalLimit.agentErrors.compactMap {
                $0.limit(errors.amount($0.key), blocks: blocks, warnings: nil)
            }
        }
        limits += budgets(of: block, per: .agent)
        guard block.block("logging")?.flag("enable_quota_warnings") == false else { return limits }
        return limits.map { limit in
            var limit = limit
            limit.warnings = []
            return limit
        }
    }

    /// Nested keys win over flat ones of the same meaning.
    private mutating func costLimits(_ block: BlockReader) -> [BudgetLimit] {
        let nested = block.block("cost_limits")
        func either(_ name: String, flat: String) -> Double? {
            nested?.number(name) ?? block.number(flat)
        }
        let blocks =
            nested?.flag("block_on_cost_exceed") ?? block.flag("enforce_cost_limits") ?? true
        let warnings = either("alert_threshold", flat: "cost_alert_threshold").map {
            Self.alert(at: $0)
        }
        return OriginalLimit.agentCosts.compactMap { row in
            let flat = row.key == "max_cost_per_day_usd" ? "max_cost_per_day" : row.key
            tellOverridden(flat, by: row.key, nested, block)
            let value = nested?.amount(row.key) ?? block.amount(flat)
            return row.limit(value, blocks: blocks, warnings: warnings)
        }
    }

    private mutating func tellOverridden(
        _ flat: String, by name: String, _ nested: BlockReader?, _ block: BlockReader
    ) {
        guard let inner = nested?.amount(name), let outer = block.amount(flat), inner != outer
        else { return }
        problems.add(
            .warning, "conflicting_keys", at: block.place(of: flat),
            "'\(flat)' is another one than cost_limits.\(name), which counts",
            suggestion: "remove one of them")
    }

    /// What an agent's `cost_limits` say about the price of its model.
    mutating func originalPrice(_ block: BlockReader) -> TokenPrice? {
        let names = ["input_token_price_per_million", "output_token_price_per_million"]
        let prices = names.map(block.number)
        switch (prices[0], prices[1]) {
        case (let input?, let output?):
            return TokenPrice(inputPerMillion: input, outputPerMillion: output)
        case (nil, nil): return nil
        default:
            let missing = names[prices[0] == nil ? 0 : 1]
            problems.add(
                .warning, "incomplete_price", at: block.place,
                "cost_limits has one price without the other; it is not used",
                suggestion: "add '\(missing):', 0 for free")
            return nil
        }
    }

    /// One warning at that share; 0 asks for none.
    private static func alert(at share: Double) -> [Double] { share > 0 ? [share] : [] }
}
