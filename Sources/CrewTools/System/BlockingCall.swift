import CrewKit
import Dispatch
import Synchronization

/// Makes calls that block a thread where they hold up nobody else.
///
/// A call that hangs keeps its thread, also when nobody waits for it any more. So the calls under
/// way are counted, and one too many is refused: queued, it would hang behind the hung ones.
final class BlockingCall: Sendable {
    /// For this whole process, as its threads are.
    private static let shared = BlockingCall(limit: 64)

    private let limit: Int
    private let underWay = Mutex(0)

    init(limit: Int) {
        self.limit = limit
    }

    static func perform<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await shared.perform(body)
    }

    /// - Throws: `tool_failed` when too many calls are under way.
    func perform<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try begin()
        return try await withCheckedThrowingContinuation { continuation in
            // A queue for each call: see `ToolExecutor`.
            DispatchQueue(label: "crew.tools.blocking").async {
                let result = Result(catching: body)
                self.end()
                continuation.resume(with: result)
            }
        }
    }

    /// Like `perform`, but when the task is cancelled the answer is not waited for.
    static func performUnlessCancelled<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try shared.begin()
        let answer = OneAnswer<Result<Value, any Error>>()
        return try await withTaskCancellationHandler {
            DispatchQueue(label: "crew.tools.blocking").async {
                let result = Result(catching: body)
                shared.end()
                _ = answer.give(result)  // too late for a caller who has gone
            }
            return try await answer.value().get()
        } onCancel: {
            _ = answer.give(.failure(CancellationError()))  // or it was there already
        }
    }

    private func begin() throws(CrewError) {
        let isFree = underWay.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
        guard isFree else {
            throw CrewError(
                .toolFailed,
                "this machine is not asked: \(limit) earlier questions to it are still unanswered")
        }
    }

    private func end() {
        underWay.withLock { $0 -= 1 }
    }
}
