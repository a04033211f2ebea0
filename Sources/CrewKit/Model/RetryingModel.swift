/// A model that makes a failed call again when that may help.
///
/// Only codes with `isWorthRetrying` are tried again. When the endpoint says how long to wait, that
/// is what is waited; when it asks for longer than the policy allows, the call fails at once.
/// Cancelling ends a wait like a call.
public struct RetryingModel: LanguageModel {
    public typealias Policy = ModelRetryPolicy

    public var name: String { base.name }

    private let base: any LanguageModel
    private let policy: Policy
    private let clock: any Clock<Duration>
    private let random: @Sendable () -> Double

    /// - Parameter random: a number from 0 up to 1; delays are spread by it, so that many callers do
    ///   not come back together.
    public init(
        _ base: any LanguageModel, policy: Policy = Policy(),
        clock: any Clock<Duration> = ContinuousClock(),
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }  // default
    ) {
        self.base = base
        self.policy = policy
        self.clock = clock
        self.random = random
    }

    public func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        var attempt = 1
        while true {
            do {
                return try await base.reply(to: request, progress: progress)
            } catch let error as CrewError {
                guard attempt < policy.attempts, error.code.isWorthRetrying,
                    let delay = delay(after: attempt, error)
                else { throw error }
                progress(.retrying(attempt: attempt, after: delay, reason: error.code))
                try await clock.sleep(for: delay)
                attempt += 1
            }
        }
    }

    /// How long to wait after a failed attempt; nil when that is too long.
    private func delay(after attempt: Int, _ error: CrewError) -> Duration? {
        if let asked = error.retryAfter {
            return asked <= policy.longestRetryAfter ? asked : nil
        }
        var longest = policy.firstDelay
        for _ in 1..<attempt where longest < policy.longestDelay {
            longest = longest * policy.factor
        }
        return min(longest, policy.longestDelay) * random()
    }
}
