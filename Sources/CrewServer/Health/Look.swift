import Synchronization

/// Asks something for how it does, and does not wait for ever.
///
/// What is looked at may hang. Only the one task that looks hangs with it then: those who want to
/// know give up after `patience`, and learn since when there is no answer.
final class Look<Value: Sendable>: Sendable {
    enum Answer {
        case value(Value)
        /// For that long the look that is under way has been so.
        case none(after: Duration)
    }

    private struct State {
        var waiting: [Int: CheckedContinuation<Value?, Never>] = [:]
        var next = 0
        var began: Duration?
        var last: Value?
    }

    private let state = Mutex(State())
    private let asks: AsyncStream<Void>
    private let ask: AsyncStream<Void>.Continuation
    private let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration
    private let patience: Duration
    private let look: @Sendable () async -> Value

    init(
        patience: Duration, clock: any Clock<Duration>,
        _ look: @escaping @Sendable () async -> Value
    ) {
        (asks, ask) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.clock = clock
        elapsed = Stopwatch.elapsed(of: clock)
        self.patience = patience
        self.look = look
    }

    /// What the last look found that came to an end.
    var last: Value? { state.withLock(\.last) }

    /// Looks whenever somebody asks, until the task is cancelled.
    func run() async {
        for await _ in asks {
            let now = elapsed()
            state.withLock { $0.began = now }
            let value = await look()
            let waiting = state.withLock { state in
                defer { (state.waiting, state.began, state.last) = ([:], nil, value) }
                return state.waiting.values.map { $0 }
            }
            for continuation in waiting { continuation.resume(returning: value) }
        }
    }

    func answer() async -> Answer {
        let value = await withTaskGroup(of: Value?.self) { group in
            group.addTask { await self.news() }
            group.addTask { [clock, patience] in
                try? await clock.sleep(for: patience)  // cancelled, it is not needed any more
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        if let value { return .value(value) }
        let now = elapsed()
        return .none(after: max(patience, now - (state.withLock { $0.began } ?? now)))
    }

    private func news() async -> Value? {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if Task.isCancelled { return true }
                    state.waiting[number] = continuation
                    return false
                }
                if isOver { return continuation.resume(returning: nil) }
                ask.yield()
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: number) }?.resume(returning: nil)
        }
    }
}

/// Time that has passed by any clock.
enum Stopwatch {
    /// How long ago this was called.
    static func elapsed<C: Clock>(of clock: C) -> @Sendable () -> Duration
    where C.Duration == Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }
}
