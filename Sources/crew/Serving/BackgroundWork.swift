/// Works what is handed to it, side by side, for as long as a body takes.
///
/// What is opened while a server runs lives here, so that it ends with the server.
final class BackgroundWork: Sendable {
    private let pieces: AsyncStream<@Sendable () async -> Void>
    private let handOver: AsyncStream<@Sendable () async -> Void>.Continuation

    init() { (pieces, handOver) = AsyncStream.makeStream() }

    /// - Parameter piece: has to end soon when its task is cancelled.
    func add(_ piece: @escaping @Sendable () async -> Void) { handOver.yield(piece) }

    /// Works until `body` is done, then cancels what is left and waits for it.
    func working<Result: Sendable>(
        while body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                await withDiscardingTaskGroup { group in
                    for await piece in self.pieces { group.addTask { await piece() } }
                }
                return nil
            }
            group.addTask { try await body() }
            while let next = try await group.next() {
                guard let next else { continue }
                group.cancelAll()
                return next
            }
            throw CancellationError()
        }
    }
}
