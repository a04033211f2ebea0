extension CrewRunner {
    /// Works runs for as long as `body` takes, and cancels those that are left when it ends.
    ///
    /// For programs whose runs end with a piece of work; a server works `run()` as a service.
    public func workingRuns<Result: Sendable>(
        while body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                await self.run()
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
