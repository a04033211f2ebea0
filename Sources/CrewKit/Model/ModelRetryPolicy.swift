/// How often and after which waits a failed model call is made again.
public struct ModelRetryPolicy: Sendable, Hashable {
    /// All attempts together, the first one counted. At least 1.
    public var attempts: Int
    /// The longest first wait; each wait is a random part of the longest, so that many callers do
    /// not come back together ("full jitter").
    public var firstDelay: Duration
    /// What each delay is multiplied by to give the next.
    public var factor: Double
    public var longestDelay: Duration
    /// The longest wait that an endpoint may ask for.
    public var longestRetryAfter: Duration
    /// Wall-clock time after which no further attempt begins.
    public var total: Duration

    public init(
        attempts: Int = 3, firstDelay: Duration = .milliseconds(500), factor: Double = 2,
        longestDelay: Duration = .seconds(8), longestRetryAfter: Duration = .seconds(120),
        total: Duration = .seconds(300)
    ) {
        self.attempts = attempts
        self.firstDelay = firstDelay
        self.factor = factor
        self.longestDelay = longestDelay
        self.longestRetryAfter = longestRetryAfter
        self.total = total
    }
}
