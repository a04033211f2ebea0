/// Work that is given up when its time is over.
enum Deadline {
    /// Does the body, and cancels it after the limit.
    ///
    /// - Returns: `nil` when the time was over first.
    /// - Throws: what the body throws.
    static func within<Value: Sendable>(
        _ limit: Duration, on clock: any Clock<Duration>,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value? {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await clock.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}
