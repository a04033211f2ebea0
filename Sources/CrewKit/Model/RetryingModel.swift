/// A model that makes a failed call again when that may help.
///
/// Only codes with `isWorthRetrying` are tried again. When the endpoint says how long to wait, that
/// is what is waited; when it asks for longer than the policy allows, the call fails at once. A wait
/// that would pass the policy's total time is not begun. Cancelling ends a wait like a call.
///
/// What was shown of a failed attempt is void, which `retrying` says. No effect is shown twice: tools
/// are called when a reply is whole, so a failed attempt called none.
public struct RetryingModel: LanguageModel {
    public var name: String { base.name }

    private let base: any LanguageModel
    private let policy: ModelRetryPolicy
    private let waitsWhenLeftAlone: Bool
    private let retriesTimeouts: Bool
    private let clock: any Clock<Duration>
    private let random: @Sendable () -> Double

    /// - Parameters:
    ///   - waitsWhenLeftAlone: whether an endpoint that is left alone for a while is waited for.
    ///   - retriesTimeouts: whether a call that took too long is made again; better not where another
    ///     model takes over.
    ///   - random: a number from 0 up to 1; delays are spread by it, so that many callers do not come
    ///     back together.
    public init(
        _ base: any LanguageModel, policy: ModelRetryPolicy = ModelRetryPolicy(),
        waitsWhenLeftAlone: Bool = false,
        retriesTimeouts: Bool = true, clock: any Clock<Duration> = ContinuousClock(),
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }  // default
    ) {
        self.base = base
        self.policy = policy
        self.waitsWhenLeftAlone = waitsWhenLeftAlone
        self.retriesTimeouts = retriesTimeouts
        self.clock = clock
        self.random = random
    }

    public func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        let time = RunClock(clock)
        let deadline = time.deadline(after: policy.total)
        var attempt = 1
        var earlier: CrewError?
        while true {
            do {
                return try await base.reply(to: request, progress: progress)
            } catch let error as CrewError {
                guard attempt < policy.attempts, isWorthRetrying(error.code),
                    let delay = delay(after: attempt, error),
                    delay < time.remaining(until: deadline)
                else { throw Self.told(error, after: earlier) }
                earlier = error.code == .modelLeftAlone ? earlier : error
                try Task.checkCancellation()
                progress(.retrying(attempt: attempt, after: delay, reason: error.code))
                try await clock.sleep(for: delay)
                attempt += 1
            }
        }
    }

    /// That an endpoint is left alone says nothing of why.
    private static func told(_ error: CrewError, after earlier: CrewError?) -> CrewError {
        guard error.code == .modelLeftAlone, let earlier else { return error }
        return CrewError(
            error.code, "\(error.message); before that: \(earlier.message)", cause: earlier,
            retryAfter: error.retryAfter)
    }

    private func isWorthRetrying(_ code: CrewError.Code) -> Bool {
        if code == .modelTimeout { return retriesTimeouts }
        return code.isWorthRetrying || waitsWhenLeftAlone && code == .modelLeftAlone
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
