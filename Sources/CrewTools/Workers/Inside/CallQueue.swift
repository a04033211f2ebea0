import Synchronization

/// The call that a worker is to make next, and who is to make it.
///
/// Calls come one at a time. The same task makes one after another, which saves starting one for
/// each; a task that was cancelled makes no further call.
final class CallQueue: Sendable {
    private struct State {
        var next: WorkerCall?
        var current: Int?
        /// The next call, when it was cancelled before anybody made it.
        var cancelledEarly: Int?
        /// Whether the task that makes the current call is cancelled, or about to be.
        var isCancelled = false
        var waiting: CheckedContinuation<WorkerCall?, Never>?
    }

    private let state = Mutex(State())
    private let cancellations = AsyncStream.makeStream(of: Void.self)

    /// From the thread that reads: the next call.
    func add(_ call: WorkerCall) {
        let waiting = state.withLock { state -> CheckedContinuation<WorkerCall?, Never>? in
            guard let waiting = state.waiting, !state.isCancelled else {
                state.next = call
                return nil
            }
            state.waiting = nil
            state.current = call.number
            return waiting
        }
        waiting?.resume(returning: call)
    }

    /// From the thread that reads: that call, if it is the current one, is to end.
    func cancel(_ number: Int) {
        let waiting = state.withLock { state -> CheckedContinuation<WorkerCall?, Never>?? in
            if state.next?.number == number { state.cancelledEarly = number }
            guard state.current == number, !state.isCancelled else { return .none }
            state.isCancelled = true
            defer { state.waiting = nil }
            return .some(state.waiting)
        }
        guard let waiting else { return }
        cancellations.continuation.yield()
        waiting?.resume(returning: nil)
    }

    /// Makes calls one after another, for ever.
    func serve(_ make: @escaping @Sendable (WorkerCall) async -> Void) async {
        var cancellations = cancellations.stream.makeAsyncIterator()
        while true {
            state.withLock { $0.isCancelled = false }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { while let call = await self.next() { await make(call) } }
                _ = await cancellations.next()
                group.cancelAll()
            }
        }
    }

    /// `nil` for a task that is to make no further call.
    private func next() async -> WorkerCall? {
        await withCheckedContinuation { continuation in
            let (call, isCancelled) = state.withLock { state -> (WorkerCall??, Bool) in
                if state.isCancelled { return (.some(nil), false) }
                guard let next = state.next else {
                    state.waiting = continuation
                    return (.none, false)
                }
                (state.next, state.current) = (nil, next.number)
                state.isCancelled = state.cancelledEarly == next.number
                return (.some(next), state.isCancelled)
            }
            if isCancelled { cancellations.continuation.yield() }
            if let call { continuation.resume(returning: call) }
        }
    }
}
