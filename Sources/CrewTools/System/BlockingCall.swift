import Dispatch

/// Makes calls that block a thread where they hold up nobody else.
enum BlockingCall {
    private static let queue = DispatchQueue(
        label: "crew.tools.blocking", attributes: .concurrent)

    static func perform<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result(catching: body)) }
        }
    }
}
