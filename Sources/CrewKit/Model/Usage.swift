/// What model calls spent, in tokens.
///
/// A part that nobody reported is unknown and stays so: adding an unknown to a known number keeps
/// the known one, and `isComplete` then says that the sum is a lower bound.
public struct Usage: Sendable, Hashable, Codable {
    public var inputTokens: Int?
    public var outputTokens: Int?
    /// The part of the input that was served from a cache.
    public var cachedInputTokens: Int?
    /// The part of the input that was put into a cache.
    public var cacheWriteTokens: Int?
    /// The part of the output that was reasoning.
    public var reasoningTokens: Int?
    /// False when a call that counts here did not say what it spent.
    public var isComplete: Bool

    public init(
        inputTokens: Int? = nil, outputTokens: Int? = nil, cachedInputTokens: Int? = nil,
        cacheWriteTokens: Int? = nil, reasoningTokens: Int? = nil, isComplete: Bool = true
    ) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.cachedInputTokens = cachedInputTokens
        self.cacheWriteTokens = cacheWriteTokens
        self.reasoningTokens = reasoningTokens
        self.isComplete = isComplete
    }

    /// Input and output together, where at least one is known.
    public var totalTokens: Int? { Self.sum(inputTokens, outputTokens) }

    /// The same without what no call can have spent: such numbers are unknown.
    var plausible: Usage {
        func checked(_ count: Int?) -> Int? {
            count.flatMap { (0...1_000_000_000).contains($0) ? $0 : nil }
        }
        var usage = self
        usage.inputTokens = checked(inputTokens)
        usage.outputTokens = checked(outputTokens)
        usage.cachedInputTokens = checked(cachedInputTokens)
        usage.cacheWriteTokens = checked(cacheWriteTokens)
        usage.reasoningTokens = checked(reasoningTokens)
        if usage.inputTokens == nil || usage.outputTokens == nil { usage.isComplete = false }
        return usage
    }

    public static func + (left: Usage, right: Usage) -> Usage {
        Usage(
            inputTokens: sum(left.inputTokens, right.inputTokens),
            outputTokens: sum(left.outputTokens, right.outputTokens),
            cachedInputTokens: sum(left.cachedInputTokens, right.cachedInputTokens),
            cacheWriteTokens: sum(left.cacheWriteTokens, right.cacheWriteTokens),
            reasoningTokens: sum(left.reasoningTokens, right.reasoningTokens),
            isComplete: left.isComplete && right.isComplete)
    }

    private static func sum(_ left: Int?, _ right: Int?) -> Int? {
        guard let left else { return right }
        guard let right else { return left }
        return left.addingReportingOverflow(right).overflow ? Int.max : left + right
    }

    enum CodingKeys: String, CodingKey {
        case inputTokens = "input_tokens"
        case outputTokens = "output_tokens"
        case cachedInputTokens = "cached_input_tokens"
        case cacheWriteTokens = "cache_write_tokens"
        case reasoningTokens = "reasoning_tokens"
        case isComplete = "complete"
    }
}
