import Synchronization

/// A call with a hard end: when its time is over or its task is cancelled it is left behind.
///
/// Swift's structured concurrency waits for every child, so one tool that ignores cancellation
/// would hold up its run for ever. This is the one place where work is started that nobody waits
/// for; what it returns too late is dropped.
struct AbandonableCall: Sendable {
    let executor: ToolExecutor
    let clock: any Clock<Duration>
    let limit: Duration

    /// How a call ended.
    enum End: Sendable {
        case returned(String)
        case threw(any Error)
        case outOfTime
        case cancelled
    }

    func perform(_ body: @escaping @Sendable () async throws -> String) async -> End {
        let race = Race()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard race.begin(continuation) else { return }
                race.add(
                    Task(executorPreference: executor) {
                        do {
                            race.finish(.returned(try await body()))
                        } catch {
                            race.finish(.threw(error))
                        }
                    })
                race.add(
                    Task {
                        // A cancelled wait means that the call is over already.
                        guard (try? await clock.sleep(for: limit)) != nil else { return }
                        race.finish(.outOfTime)
                    })
            }
        } onCancel: {
            race.finish(.cancelled)
        }
    }
}

/// The first end of a call counts; the others find it decided.
private final class Race: Sendable {
    private enum State {
        /// Nobody waits yet. Goes to `running` or `over`.
        case new
        case running(CheckedContinuation<AbandonableCall.End, Never>, [Task<Void, Never>])
        /// Terminal. The end is kept for a continuation that comes after it.
        case over(AbandonableCall.End)
    }

    private let state = Mutex(State.new)

    /// False when the race was over before it began; the continuation has its answer then.
    func begin(_ continuation: CheckedContinuation<AbandonableCall.End, Never>) -> Bool {
        let early = state.withLock { state -> AbandonableCall.End? in
            if case .over(let end) = state { return end }
            state = .running(continuation, [])
            return nil
        }
        guard let early else { return true }
        continuation.resume(returning: early)
        return false
    }

    func add(_ task: Task<Void, Never>) {
        let isOver = state.withLock { state in
            guard case .running(let continuation, let tasks) = state else { return true }
            state = .running(continuation, tasks + [task])
            return false
        }
        if isOver { task.cancel() }
    }

    func finish(_ end: AbandonableCall.End) {
        let previous = state.withLock { state in
            defer { if case .over = state {} else { state = .over(end) } }
            return state
        }
        guard case .running(let continuation, let tasks) = previous else { return }
        continuation.resume(returning: end)
        for task in tasks { task.cancel() }
    }
}
