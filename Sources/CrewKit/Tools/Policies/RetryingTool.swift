/// Makes a call again that failed and may succeed a little later.
///
/// Each attempt has the time of one call; the delays between them grow, and chance shortens them by
/// up to a half, so that many callers do not come back together.
struct RetryingTool: Tool {
    private let base: any Tool
    private let policy: ToolPolicy.Retry
    private let timeout: Duration
    private let clock: RunClock
    private let chance: @Sendable () -> Double
    private let executor = ToolExecutor(label: "crew.tools.attempt")

    /// - Parameter timeout: for one attempt.
    init(
        _ base: any Tool, _ policy: ToolPolicy.Retry, timeout: Duration, clock: RunClock,
        chance: @escaping @Sendable () -> Double
    ) {
        self.base = base
        self.policy = policy
        self.timeout = timeout
        self.clock = clock
        self.chance = chance
    }

    var definition: ToolDefinition {
        var definition = base.definition
        let attempts = max(1, policy.attempts)
        let delays = (1..<max(2, attempts)).reduce(Duration.zero) { $0 + delay(after: $1) }
        definition.timeout = timeout * attempts + delays + AbandonableCall.grace * attempts
        return definition
    }

    func call(_ call: ToolInvocation) async throws -> String {
        var attempt = 1
        while true {
            do {
                return try await attemptOnce(call)
            } catch let failure as ToolFailure {
                guard attempt < policy.attempts, mayRepeat(failure) else { throw failure }
                await call.reports?.report(
                    ToolReports.Progress(
                        done: Double(attempt), total: Double(policy.attempts),
                        message: "attempt \(attempt) failed: \(failure.kind)"))
                try await clock.clock.sleep(for: delay(after: attempt) * (1 - chance() / 2))
                attempt += 1
            }
        }
    }

    private func attemptOnce(_ call: ToolInvocation) async throws -> String {
        let end = await AbandonableCall(executor: executor, clock: clock.clock, limit: timeout)
            .perform { [base] in try await base.call(call) }
        switch end {
        case .returned(let output): return output
        case .threw(let error): throw ToolFailure(error)
        case .outOfTime:
            throw ToolFailure(
                .timeout, "Tool \(base.definition.name) gave no result within \(timeout).")
        case .cancelled: throw CancellationError()
        }
    }

    /// Nothing may be done twice that its key does not hold together.
    private func mayRepeat(_ failure: ToolFailure) -> Bool {
        let definition = base.definition
        guard failure.mayPass, definition.effect != .irreversible else { return false }
        return definition.effect == .read || definition.isIdempotent || failure.isWithoutEffect
    }

    private func delay(after attempt: Int) -> Duration {
        min(policy.maxDelay, policy.firstDelay * (1 << min(attempt - 1, 20)))
    }
}
