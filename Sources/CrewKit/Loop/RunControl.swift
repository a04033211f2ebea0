import Synchronization

/// The switch that ends a run, or one member of it, from outside.
///
/// A wish that leaves less time replaces one that leaves more; apart from that the first counts.
final class RunControl: Sendable {
    private struct State {
        var stop: Stop?
        var waiter: CheckedContinuation<Void, Never>?
        /// The gentlest wish that the waiter wants to hear of.
        var waiterDepth = StopDepth.now
    }

    private let state: Mutex<State>
    /// The control of the run that a member belongs to.
    private let parent: RunControl?

    init(parent: RunControl? = nil, stop: Stop? = nil) {
        self.parent = parent
        state = Mutex(State(stop: stop))
    }

    /// What is wished of the run, or of the run that a member belongs to.
    var stop: Stop? { state.withLock { $0.stop } ?? parent?.stop }

    func stop(_ wish: Stop) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.stop.map({ wish.depth < $0.depth }) ?? true else { return nil }
            state.stop = wish
            guard wish.depth <= state.waiterDepth else { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Returns when what is under way has to be given up, or the task was cancelled. For one waiter.
    ///
    /// - Parameter depth: the gentlest wish that counts.
    func waitUntilStopped(by depth: StopDepth = .now) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    let isWished = state.stop.map { $0.depth <= depth } ?? false
                    guard !isWished, !Task.isCancelled else { return true }
                    state.waiterDepth = depth
                    state.waiter = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume()
        }
    }

    /// Runs `body` and cancels it when it has to be given up or `limit` is over.
    func whileGoing<Result: Sendable>(
        for limit: Duration, clock: any Clock<Duration>,
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                await self.waitUntilStopped()
                return nil
            }
            group.addTask {
                guard (try? await clock.sleep(for: limit)) != nil else { return nil }  // cancelled
                self.stop(.outOfTime)
                return nil
            }
            while let finished = try await group.next() {
                group.cancelAll()
                if let finished { return finished }
            }
            throw CancellationError()
        }
    }
}
