public import CrewKit
import Synchronization

/// What is kept of endpoints between calls: their limits, and the models that were made for them.
///
/// It holds so many endpoints at most, those that were called last, and each for a time after its last
/// call. Endpoints with calls under way stay: their limits count them. A lookup waits for nothing and
/// calls nobody, apart from the clock.
public final class EndpointCache: Sendable {
    /// How much is kept, and for how long.
    public struct Options: Sendable, Hashable {
        /// How long an endpoint is kept after its last call.
        public var lifetime: Duration
        /// Endpoints at the same time. At least 1.
        public var capacity: Int
        /// How long a call waits for the limits of its endpoint before it fails.
        public var longestWait: Duration

        public init(
            lifetime: Duration = .seconds(3600), capacity: Int = 1024,
            longestWait: Duration = .seconds(120)
        ) {
            self.lifetime = lifetime
            self.capacity = capacity
            self.longestWait = longestWait
        }
    }

    private struct Kept {
        let entry: EndpointEntry
        /// Time since the cache was made.
        var lastUse: Duration
    }

    private struct State {
        var entries: [EndpointKey: Kept] = [:]
        var hits = 0
        var misses = 0
        var evictions = 0
    }

    private let options: Options
    private let clock: any Clock<Duration>
    /// Time since the cache was made.
    private let now: @Sendable () -> Duration
    private let state = Mutex(State())

    public init(options: Options = Options(), clock: any Clock<Duration> = ContinuousClock()) {
        self.options = options
        self.clock = clock
        now = Self.stopwatch(clock)
    }

    /// What has become of lookups so far, and how many endpoints are kept.
    public var statistics: EndpointCacheStatistics {
        state.withLock { state in
            EndpointCacheStatistics(
                hits: state.hits, misses: state.misses, evictions: state.evictions,
                size: state.entries.count, capacity: options.capacity)
        }
    }

    /// The gates of the endpoints that are kept, in no order.
    public var gates: [EndpointGate] {
        state.withLock { $0.entries.values.map(\.entry.gate) }
    }

    /// What is kept of an endpoint, for another lifetime; made where nothing is.
    ///
    /// - Parameter limits: those of an endpoint that is made here.
    func entry(for key: EndpointKey, limits: EndpointLimits) -> EndpointEntry {
        let now = now()
        return state.withLock { state in
            if let index = state.entries.index(forKey: key) {
                let entry = state.entries.values[index].entry
                if now < state.entries.values[index].lastUse + options.lifetime || !entry.isIdle {
                    state.entries.values[index].lastUse = now
                    state.hits += 1
                    return entry
                }
                state.evictions += 1
            }
            state.misses += 1
            let entry = EndpointEntry(
                gate: EndpointGate(
                    endpoint: key.host, limits: limits, longestWait: options.longestWait,
                    clock: clock), number: UInt(state.misses))
            state.entries[key] = Kept(entry: entry, lastUse: now)
            makeRoom(&state, besides: key)
            return entry
        }
    }

    /// Forgets what is kept of a provider's endpoints, of those at a base URL, or of all.
    ///
    /// Calls under way end as they would have; the next ones meet new limits and a closed breaker. Models
    /// are made anew, with the keys of that day, only for chains that are made from now on: a chain
    /// holds the models that it was made with.
    public func invalidate(provider: String? = nil, baseURL: String? = nil) {
        remove { key, _ in
            (provider.map { $0 == key.provider } ?? true)
                && (baseURL.map { $0 == key.base } ?? true)
        }
    }

    /// Forgets endpoints that were not called for a lifetime.
    public func sweep() {
        let now = now()
        remove { _, kept in now - kept.lastUse >= options.lifetime && kept.entry.isIdle }
    }

    /// Sweeps at intervals until the task is cancelled.
    func sweepRegularly(every interval: Duration) async {
        while !Task.isCancelled {
            // Cancelling a wait ends the loop, which is all there is to know.
            try? await clock.sleep(for: interval)  // see above
            sweep()
            await Task.yield()
        }
    }

    private func remove(where isGone: (EndpointKey, Kept) -> Bool) {
        state.withLock { state in
            let gone = state.entries.compactMap { isGone($0.key, $0.value) ? $0.key : nil }
            for key in gone { state.entries[key] = nil }
            state.evictions += gone.count
        }
    }

    /// Forgets the endpoint that nobody has called for longest, if there are too many.
    private func makeRoom(_ state: inout State, besides key: EndpointKey) {
        guard state.entries.count > max(1, options.capacity) else { return }
        let oldest = state.entries.filter { $0.key != key && $0.value.entry.isIdle }
            .min { $0.value.lastUse < $1.value.lastUse }
        guard let oldest else { return }
        state.entries[oldest.key] = nil
        state.evictions += 1
    }

    private static func stopwatch<C: Clock>(_ clock: C) -> @Sendable () -> Duration
    where C.Duration == Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }
}

extension EndpointCache: CustomReflectable {
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What has become of lookups in a cache of endpoints.
public struct EndpointCacheStatistics: Sendable, Hashable {
    public var hits: Int
    public var misses: Int
    /// Endpoints that were forgotten: unused for too long, one too many, or invalidated.
    public var evictions: Int
    public var size: Int
    public var capacity: Int
}
