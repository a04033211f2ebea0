import Synchronization

/// A call with a hard end: when its time is over or its task is cancelled it is told to stop, and
/// left behind when it does not.
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

    /// How long a call that was told to stop is waited for, so that what it started is ended too.
    static let grace: Duration = .seconds(1)

    func perform(_ body: @escaping @Sendable () async throws -> String) async -> End {
        let race = Race(clock: clock, grace: Self.grace)
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
                        race.giveUp(.outOfTime)
                    })
            }
        } onCancel: {
            race.giveUp(.cancelled)
        }
    }
}

/// The first end of a call counts; the others find it decided.
private final class Race: Sendable {
    typealias Continuation = CheckedContinuation<AbandonableCall.End, Never>

    private enum State {
        /// Nobody waits yet. Goes to `running` or `over`.
        case new
        /// Goes to `givenUp` or `over`.
        case running(Continuation, [Task<Void, Never>])
        /// Told to stop for this reason, and waited for. Goes to `over`.
        case givenUp(Continuation, AbandonableCall.End)
        /// Terminal. The end is kept for a continuation that comes after it.
        case over(AbandonableCall.End)
    }

    private let state = Mutex(State.new)
    private let clock: any Clock<Duration>
    private let grace: Duration

    init(clock: any Clock<Duration>, grace: Duration) {
        self.clock = clock
        self.grace = grace
    }

    /// False when the race was over before it began; the continuation has its answer then.
    func begin(_ continuation: Continuation) -> Bool {
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
        let isDecided = state.withLock { state in
            guard case .running(let continuation, let tasks) = state else { return true }
            state = .running(continuation, tasks + [task])
            return false
        }
        if isDecided { task.cancel() }
    }

    /// The body is done: its own end counts, unless it was told to stop before.
    func finish(_ end: AbandonableCall.End) {
        let previous = state.withLock { state in
            defer { if case .over = state {} else { state = .over(end) } }
            return state
        }
        switch previous {
        case .running(let continuation, let tasks):
            continuation.resume(returning: end)
            for task in tasks { task.cancel() }
        case .givenUp(let continuation, let reason): continuation.resume(returning: reason)
        case .new, .over: break
        }
    }

    /// Tells the body to stop, and leaves it behind when it does not within the grace.
    func giveUp(_ reason: AbandonableCall.End) {
        let tasks = state.withLock { state -> [Task<Void, Never>]? in
            switch state {
            case .new:
                state = .over(reason)
                return nil
            case .running(let continuation, let tasks):
                state = .givenUp(continuation, reason)
                return tasks
            case .givenUp, .over: return nil
            }
        }
        guard let tasks else { return }
        for task in tasks { task.cancel() }
        Task {
            // Nobody cancels this wait: it is short, and `finish` finds the call over.
            try? await clock.sleep(for: grace)
            finish(reason)
        }
    }
}
