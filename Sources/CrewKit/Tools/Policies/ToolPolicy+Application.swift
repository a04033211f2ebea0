extension ToolPolicy {
    /// The tool with all that the policy asks for around it.
    ///
    /// - Parameters:
    ///   - timeout: for one attempt, where the tool names no time of its own.
    ///   - chance: from 0 up to 1; spreads repeated attempts.
    /// - Throws: `invalidDefinition` for what cannot be done with such a tool.
    public func applied(
        to tool: any Tool, timeout: Duration, clock: any Clock<Duration> = ContinuousClock(),
        chance: @escaping @Sendable () -> Double = { .random(in: 0..<1) }  // default
    ) throws(CrewError) -> any Tool {
        let definition = tool.definition
        let time = RunClock(clock)
        var result = tool
        let limit = definition.timeout ?? timeout
        // What the tool itself does wrong counts, not that it was asked too often.
        if let breaker {
            result = BreakingTool(result, breaker, timeout: limit, clock: time)
        }
        if let rate { result = RateLimitedTool(result, rate, patience: limit, clock: time) }
        if let retry {
            guard definition.effect != .irreversible else {
                throw CrewError(
                    .invalidDefinition,
                    "tool '\(definition.name)': what cannot be undone is not tried again")
            }
            result = RetryingTool(
                result, retry, timeout: result.definition.timeout ?? limit, clock: time,
                chance: chance)
        }
        if let cache {
            guard definition.effect == .read else {
                throw CrewError(
                    .invalidDefinition,
                    "tool '\(definition.name)': only results of tools that read can be kept")
            }
            result = CachingTool(result, cache, clock: time)
        }
        return result
    }
}
