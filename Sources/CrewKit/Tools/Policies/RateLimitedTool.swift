import Synchronization

/// Begins no more than a number of calls within a time, over all runs; others wait their turn.
final class RateLimitedTool: Tool {
    private let base: any Tool
    private let policy: ToolPolicy.Rate
    private let patience: Duration
    private let clock: RunClock
    /// When the last calls began or will begin, the earliest first; at most `policy.calls`.
    private let starts = Mutex<[Duration]>([])

    /// - Parameter patience: how long a call waits for its turn before it is refused.
    init(_ base: any Tool, _ policy: ToolPolicy.Rate, patience: Duration, clock: RunClock) {
        self.base = base
        self.policy = policy
        self.patience = patience
        self.clock = clock
    }

    var definition: ToolDefinition {
        var definition = base.definition
        definition.timeout = (definition.timeout ?? patience) + patience
        return definition
    }

    func call(_ call: ToolInvocation) async throws -> String {
        let wait = try reserve()
        if wait > .zero { try await clock.clock.sleep(for: wait) }
        return try await base.call(call)
    }

    /// How long to wait for the turn that this takes.
    private func reserve() throws(ToolFailure) -> Duration {
        let now = clock.now
        let wait = starts.withLock { starts -> Duration in
            var start = now
            if starts.count >= policy.calls, let first = starts.first {
                start = max(now, first + policy.period)
            }
            guard start - now <= patience else { return start - now }
            if starts.count >= policy.calls { starts.removeFirst() }
            starts.append(start)
            return start - now
        }
        guard wait <= patience else {
            throw ToolFailure(
                .unavailable,
                "Tool \(base.definition.name) is called too often: at most \(policy.calls) calls in \(policy.period).",
                hint: "It can be called again in \(wait.wholeSeconds) seconds.",
                isWithoutEffect: true)
        }
        return wait
    }
}
