import Synchronization

/// Lets one task at a time through for each key.
///
/// Two requests with the same idempotency key that come together are told apart only by what the
/// first one stores, so the second one waits for it.
final class KeyedGate: Sendable {
    /// Those who wait, by the key that somebody is through with; bounded by the requests under way.
    private let waiting = Mutex<[String: [CheckedContinuation<Void, Never>]]>([:])

    /// - Parameter key: absent lets everybody through.
    func through<Result>(_ key: String?, _ body: () async throws -> Result) async rethrows -> Result
    {
        guard let key else { return try await body() }
        await enter(key)
        defer { leave(key) }
        return try await body()
    }

    private func enter(_ key: String) async {
        await withCheckedContinuation { continuation in
            let isFree = waiting.withLock { waiting in
                guard waiting[key] != nil else {
                    waiting[key] = []
                    return true
                }
                waiting[key]?.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func leave(_ key: String) {
        let next = waiting.withLock { waiting -> CheckedContinuation<Void, Never>? in
            guard waiting[key]?.isEmpty == false else {
                waiting[key] = nil
                return nil
            }
            return waiting[key]?.removeFirst()
        }
        next?.resume()
    }
}
