import Synchronization

/// The switch that ends a run, or one member of it, from outside.
///
/// It is thrown once: the first reason counts.
final class RunControl: Sendable {
    /// Why a run has to stop.
    enum StopReason: Sendable, Hashable {
        case cancelled
        case outOfTime
    }

    private struct State {
        var reason: StopReason?
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    var stopReason: StopReason? { state.withLock { $0.reason } }

    func stop(_ reason: StopReason) {
        let waiter = state.withLock { state in
            state.reason = state.reason ?? reason
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Returns when the switch was thrown or the task cancelled. For one waiter.
    func waitUntilStopped() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard state.reason == nil, !Task.isCancelled else { return true }
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

    /// Runs `body` and cancels it when the switch is thrown or `limit` is over.
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
