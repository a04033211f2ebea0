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

extension Spending {
    /// The amount in one measure, in its unit.
    public subscript(measure: BudgetMeasure) -> Int {
        switch measure {
        case .tokens: Self.sum(inputTokens, outputTokens)
        case .inputTokens: inputTokens
        case .outputTokens: outputTokens
        case .cachedTokens: cachedTokens
        case .reasoningTokens: reasoningTokens
        case .cost: cost
        case .calls: calls
        case .time: time
        case .bytes: bytes
        case .errors: errors
        case .errorsInARow: errorsInARow
        }
    }

    /// Takes in what a call spent; one without an error ends a row of them.
    public mutating func add(_ call: Spending) {
        combine(call, Self.sum)
        errors = Self.sum(errors, call.errors)
        errorsInARow = call.errors > 0 ? Self.sum(errorsInARow, call.errors) : 0
    }

    /// Takes in what is put aside.
    mutating func hold(_ call: Spending) { combine(call, Self.sum) }

    /// Gives back what was put aside.
    mutating func release(_ call: Spending) { combine(call) { max(0, Self.sum($0, -$1)) } }

    /// Errors are counted, never put aside.
    private mutating func combine(_ call: Spending, _ operation: (Int, Int) -> Int) {
        inputTokens = operation(inputTokens, call.inputTokens)
        outputTokens = operation(outputTokens, call.outputTokens)
        cachedTokens = operation(cachedTokens, call.cachedTokens)
        reasoningTokens = operation(reasoningTokens, call.reasoningTokens)
        cost = operation(cost, call.cost)
        calls = operation(calls, call.calls)
        time = operation(time, call.time)
        bytes = operation(bytes, call.bytes)
    }

    static func sum(_ left: Int, _ right: Int) -> Int {
        let sum = left.addingReportingOverflow(right)
        return sum.overflow ? (left > 0 ? .max : .min) : sum.partialValue
    }
}
