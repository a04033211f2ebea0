extension EndpointLimits {
    /// Limits that keep to both.
    public func tightened(by other: EndpointLimits) -> EndpointLimits {
        EndpointLimits(
            concurrentCalls: Self.least(concurrentCalls, other.concurrentCalls),
            callsPerMinute: Self.least(callsPerMinute, other.callsPerMinute),
            tokensPerMinute: Self.least(tokensPerMinute, other.tokensPerMinute),
            breakerFailures: tighterBreaker(than: other).breakerFailures,
            breakerPause: tighterBreaker(than: other).breakerPause)
    }

    private static func least(_ one: Int?, _ other: Int?) -> Int? {
        guard let one, let other else { return one ?? other }
        return min(one, other)
    }

    /// The limits whose breaker opens sooner, and then the longer; none at all never does.
    private func tighterBreaker(than other: EndpointLimits) -> EndpointLimits {
        if breakerFailures == other.breakerFailures {
            return breakerPause >= other.breakerPause ? self : other
        }
        if breakerFailures == 0 { return other }
        if other.breakerFailures == 0 { return self }
        return breakerFailures < other.breakerFailures ? self : other
    }
}
