import Synchronization

/// How many requests each of many owners has left.
///
/// What is remembered is bounded: owners are kept in two generations, and when the newer one is full
/// the older one is forgotten, of whom nothing has come for longest. Who is forgotten begins anew.
final class TokenBuckets: Sendable {
    /// What is left for an owner.
    struct Standing: Sendable, Equatable {
        /// Whether this request may pass.
        var isAdmitted: Bool
        /// Whole requests that may come at once now.
        var remaining: Int
        /// Until all of them may come again.
        var reset: Duration
        /// Until the next one may come; zero when one may now.
        var wait: Duration
    }

    private struct Bucket {
        var tokens: Double
        var time: Duration
    }

    private struct State {
        var newer: [String: Bucket] = [:]
        var older: [String: Bucket] = [:]
    }

    let limit: RateLimits.Limit
    private let capacity: Int
    private let elapsed: @Sendable () -> Duration
    private let state = Mutex(State())

    init(_ limit: RateLimits.Limit, capacity: Int, elapsed: @escaping @Sendable () -> Duration) {
        self.limit = limit
        self.capacity = max(1, capacity / 2)
        self.elapsed = elapsed
    }

    /// Owners that are remembered.
    var count: Int { state.withLock { $0.newer.count + $0.older.count } }

    /// Takes one request of what an owner has.
    func take(_ owner: String) -> Standing {
        let now = elapsed()
        let full = Double(max(1, limit.requests))
        let perSecond = full / max(0.001, limit.window / .seconds(1))
        return state.withLock { state in
            var bucket =
                state.newer[owner] ?? state.older[owner] ?? Bucket(tokens: full, time: now)
            let passed = max(0, (now - bucket.time) / .seconds(1))
            bucket.tokens = min(full, bucket.tokens + passed * perSecond)
            bucket.time = now
            let isAdmitted = bucket.tokens >= 1
            if isAdmitted { bucket.tokens -= 1 }
            if state.newer[owner] == nil, state.newer.count >= capacity {
                (state.older, state.newer) = (state.newer, [:])
            }
            state.newer[owner] = bucket
            return Standing(
                isAdmitted: isAdmitted, remaining: Int(bucket.tokens),
                reset: .seconds((full - bucket.tokens) / perSecond),
                wait: .seconds(max(0, 1 - bucket.tokens) / perSecond))
        }
    }
}
