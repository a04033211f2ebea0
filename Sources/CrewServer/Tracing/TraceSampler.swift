import CrewKit

/// Which traces are recorded.
public struct TraceSampler: Sendable, Hashable {
    /// The share of traces that begin here, 0 to 1.
    public let share: Double
    /// Whether a trace that began elsewhere is recorded as it is there.
    public let followsParent: Bool

    /// All traces, but for those that are not recorded where they began.
    public static let usual = TraceSampler(share: 1, followsParent: true)

    public init(share: Double, followsParent: Bool) {
        self.share = share.isNaN ? 1 : min(max(share, 0), 1)
        self.followsParent = followsParent
    }

    /// - Parameter traceID: of which the last 16 digits decide, so that all who know the share come to
    ///   the same.
    func samples(_ traceID: String, parent: TraceContext?) -> Bool {
        if followsParent, let parent { return parent.isSampled }
        if share >= 1 { return true }
        guard let number = UInt64(traceID.suffix(16), radix: 16) else { return false }
        return Double(number >> 1) < share * 0x1p63
    }
}
