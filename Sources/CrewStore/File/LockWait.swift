import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Waits for another program that holds the file locked, and says so when that takes long.
final class LockWait: Sendable {
    /// How long a statement waits before it fails.
    private let limit: Duration
    /// How long it waits before somebody is told.
    private let patience: Duration
    private let whenLong = Mutex<(@Sendable () -> Bool)?>(nil)

    init(limit: Duration, patience: Duration) {
        self.limit = limit
        self.patience = patience
    }

    /// - Parameter body: called again and again while it takes long; returns whether to wait on.
    func whenLong(_ body: @escaping @Sendable () -> Bool) {
        whenLong.withLock { $0 = body }
    }

    /// Waits a moment, on the thread that wants the file, and returns whether to try again.
    ///
    /// - Parameter tries: how often this statement was here before.
    func waits(after tries: Int) -> Bool {
        let waited = Self.waited(tries)
        guard waited < limit else { return false }
        if waited >= patience, let body = whenLong.withLock(\.self), !body() { return false }
        poll(nil, 0, Self.pause(tries))
        return true
    }

    /// In milliseconds: most locks are held for a moment only.
    private static func pause(_ tries: Int) -> Int32 { Int32(min(tries + 1, longestPause)) }

    private static func waited(_ tries: Int) -> Duration {
        let growing = min(tries, longestPause)
        return .milliseconds(growing * (growing + 1) / 2 + (tries - growing) * longestPause)
    }

    private static let longestPause = 25
}
