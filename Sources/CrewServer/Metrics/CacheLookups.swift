/// How often caches of models were asked since the process began; neither number ever falls.
public struct CacheLookups: Sendable, Hashable {
    public var hits: Int
    public var misses: Int

    public init(hits: Int = 0, misses: Int = 0) {
        self.hits = hits
        self.misses = misses
    }

    /// The share that found something.
    var hitRate: Double { hits + misses > 0 ? Double(hits) / Double(hits + misses) : 0 }

    public static func + (one: Self, other: Self) -> Self {
        Self(hits: one.hits + other.hits, misses: one.misses + other.misses)
    }
}
