import CrewKit
import Synchronization

/// Finds what is kept of an endpoint for the calls of one model, whose limits hold from then on.
final class EndpointLookup: Sendable {
    private let cache: EndpointCache
    private let key: EndpointKey
    private let limits: EndpointLimits
    /// The gate that keeps to the limits already.
    private let tightened = Atomic<UInt>(0)

    init(_ cache: EndpointCache, _ key: EndpointKey, limits: EndpointLimits) {
        self.cache = cache
        self.key = key
        self.limits = limits
    }

    var entry: EndpointEntry {
        let entry = cache.entry(for: key, limits: limits)
        if tightened.load(ordering: .relaxed) != entry.number {
            entry.gate.tighten(to: limits)
            tightened.store(entry.number, ordering: .relaxed)
        }
        return entry
    }
}
