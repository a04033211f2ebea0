import CrewKit

/// The units of the files, and what they are in the kernel's.
enum BudgetUnit {
    /// Whole things: tokens, calls, errors.
    case count
    /// US dollars, kept in billionths.
    case dollars
    /// Seconds, kept in thousandths.
    case seconds
    /// Megabytes of 1,048,576 bytes.
    case megabytes
    /// Gigabytes of 1,073,741,824 bytes.
    case gigabytes

    private var factor: Double {
        switch self {
        case .count: 1
        case .dollars: 1e9
        case .seconds: 1e3
        case .megabytes: 1_048_576
        case .gigabytes: 1_073_741_824
        }
    }

    /// The amount in the kernel's unit.
    func amount(_ value: Double) -> Int {
        let amount = (value * factor).rounded()
        return amount < Double(Int.max) ? Int(amount) : Int.max
    }
}

extension CrewReader {
    /// Every key of a budget that measures something.
    private static let measures: [(key: String, measure: BudgetMeasure, unit: BudgetUnit)] = [
        ("tokens", .tokens, .count), ("input_tokens", .inputTokens, .count),
        ("output_tokens", .outputTokens, .count), ("cached_tokens", .cachedTokens, .count),
        ("reasoning_tokens", .reasoningTokens, .count), ("cost_usd", .cost, .dollars),
        ("calls", .calls, .count), ("seconds", .time, .seconds), ("megabytes", .bytes, .megabytes),
        ("errors", .errors, .count), ("errors_in_a_row", .errorsInARow, .count),
    ]

    /// The list `budgets` of a block: one limit for each measure of each entry.
    mutating func budgets(of block: BlockReader, per usual: BudgetScope) -> [BudgetLimit] {
        var limits: [BudgetLimit] = []
        for entry in block.blocks("budgets") {
            limits += self.limits(entry, per: usual)
        }
        return limits
    }

    private mutating func limits(_ entry: BlockReader, per usual: BudgetScope) -> [BudgetLimit] {
        let scope = entry.word("per") ?? usual
        let window: BudgetWindow? = entry.word("within")
        let given = Self.measures.filter { entry.entry($0.key) != nil }
        if given.isEmpty {
            problems.add(
                .error, "missing_key", at: entry.place, "the budget bounds nothing",
                suggestion: "add a measure, such as 'cost_usd: 5' or 'tokens: 100000'")
        }
        if scope == .call, window != nil {
            problems.add(
                .warning, "no_effect", at: entry.place(of: "within"),
                "'within' has no effect on what one call may spend", suggestion: "remove it")
        }
        let warnings = warnings(entry) ?? Self.usualWarnings(per: scope, within: window)
        return given.compactMap { key, measure, unit in
            tellSenseless(measure, key, per: scope, within: window, entry)
            guard let value = entry.amount(key) else { return nil }
            return BudgetLimit(
                measure, per: scope, within: scope == .call ? nil : window,
                amount: unit.amount(value), mode: entry.word("mode") ?? .block, warnings: warnings)
        }
    }

    /// Warnings at shares of a single call, or each minute anew, would only be noise.
    static func usualWarnings(per scope: BudgetScope, within window: BudgetWindow?) -> [Double] {
        scope == .call || window == .minute ? [] : BudgetLimit.usualWarnings
    }

    private mutating func warnings(_ entry: BlockReader) -> [Double]? {
        guard let list = entry.entry("warn_at")?.value.list else { return nil }
        let place = entry.place(of: "warn_at")
        var shares: [Double] = []
        for (index, node) in list.enumerated() {
            guard let share = node.scalar?.number, (0...1).contains(share) else { continue }
            if share == 0 {
                problems.add(
                    .error, "out_of_range", at: place.entering(index, node),
                    "a share of warn_at must be above 0",
                    suggestion: "write warn_at: [] for no warnings")
            } else if !shares.contains(share) {
                shares.append(share)
            }
        }
        return shares.sorted()
    }

    /// Tells about a bound that means nothing, or that nothing can lift.
    private mutating func tellSenseless(
        _ measure: BudgetMeasure, _ key: String, per scope: BudgetScope,
        within window: BudgetWindow?, _ entry: BlockReader
    ) {
        if scope == .call, [.calls, .errors, .errorsInARow].contains(measure) {
            problems.add(
                .error, "senseless_budget", at: entry.place(of: key),
                "'\(key)' cannot be bounded per call: a call is one",
                suggestion: "write another 'per', such as run")
        }
        let blocks = entry.word("mode") != BudgetMode.warn
        if [.errors, .errorsInARow].contains(measure), window == nil, blocks,
            [.agent, .crew, .tenant].contains(scope)
        {
            problems.add(
                .warning, "never_lifted", at: entry.place(of: key),
                "once '\(key)' is reached, no call is ever made again",
                suggestion: "add 'within: hour' or 'mode: warn'")
        }
    }
}

extension BlockReader {
    /// A bound as it was written, 0 included; absent when `KeyCheck` refused it.
    func amount(_ name: String) -> Double? {
        guard let value = entry(name)?.value.scalar?.number else { return nil }
        switch table.key(name)?.type {
        case .integer(let range?)?:
            return Int(exactly: value).map(range.contains) == true ? value : nil
        case .number(let range?)?: return range.contains(value) ? value : nil
        default: return nil
        }
    }
}
