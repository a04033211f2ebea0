/// Makes a call again that failed and may succeed a little later.
///
/// Each attempt has the time of one call; the delays between them grow, and chance shortens them by
/// up to a half, so that many callers do not come back together.
struct RetryingTool: Tool {
    private let base: any Tool
    private let policy: ToolPolicy.Retry
    private let attempt: TimedAttempt
    private let clock: RunClock
    private let chance: @Sendable () -> Double

    /// - Parameter timeout: for one attempt.
    init(
        _ base: any Tool, _ policy: ToolPolicy.Retry, timeout: Duration, clock: RunClock,
        chance: @escaping @Sendable () -> Double
    ) {
        self.base = base
        self.policy = policy
        self.attempt = TimedAttempt(limit: timeout, clock: clock)
        self.clock = clock
        self.chance = chance
    }

    var definition: ToolDefinition {
        var definition = base.definition
        let attempts = max(1, policy.attempts)
        let delays = policy.maxDelay * (attempts - 1)
        definition.timeout = attempt.longest * attempts + delays
        return definition
    }

    func call(_ call: ToolInvocation) async throws -> String {
        var number = 1
        while true {
            do {
                return try await attempt.perform(call, with: base)
            } catch let failure as ToolFailure {
                guard number < policy.attempts, mayRepeat(failure),
                    let wait = wait(after: number, failure)
                else { throw failure }
                await call.reports?.report(
                    ToolReports.Progress(
                        done: Double(number), total: Double(policy.attempts),
                        message: "attempt \(number) failed: \(failure.kind)"))
                try await clock.clock.sleep(for: wait)
                number += 1
            }
        }
    }

    /// Nothing may be done twice that its key does not hold together.
    private func mayRepeat(_ failure: ToolFailure) -> Bool {
        let definition = base.definition
        guard failure.mayPass, definition.effect != .irreversible else { return false }
        return definition.effect == .read || definition.isIdempotent || failure.isWithoutEffect
    }

    /// At least what the other side asks for; `nil` when that is longer than is ever waited.
    private func wait(after attempt: Int, _ failure: ToolFailure) -> Duration? {
        let asked = Duration.seconds(failure.retryAfterSeconds ?? 0)
        guard asked <= policy.maxDelay else { return nil }
        return max(asked, delay(after: attempt) * (1 - chance() / 2))
    }

    private func delay(after attempt: Int) -> Duration {
        min(policy.maxDelay, policy.firstDelay * (1 << min(attempt - 1, 20)))
    }
}
