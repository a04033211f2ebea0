/// One attempt at a call, with a hard end of its own.
struct TimedAttempt: Sendable {
    let limit: Duration
    let clock: RunClock
    private let executor = ToolExecutor(label: "crew.tools.attempt")

    init(limit: Duration, clock: RunClock) {
        self.limit = limit
        self.clock = clock
    }

    /// The longest it takes, the time in which a call that was told to stop is waited for included.
    var longest: Duration { limit + AbandonableCall.grace }

    /// - Throws: `CancellationError` when the task is cancelled, else a `ToolFailure`.
    func perform(_ call: ToolInvocation, with tool: any Tool) async throws -> String {
        let end = await AbandonableCall(executor: executor, clock: clock.clock, limit: limit)
            .perform { try await tool.call(call) }
        switch end {
        case .returned(let output): return output
        case .threw(let error): throw ToolFailure(error)
        case .outOfTime:
            throw ToolFailure(
                .timeout, "Tool \(tool.definition.name) gave no result within \(limit).")
        case .cancelled: throw CancellationError()
        }
    }
}
