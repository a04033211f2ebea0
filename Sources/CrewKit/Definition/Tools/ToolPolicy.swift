/// What is done around a tool's calls, so that a weak one does not hold up a run.
public struct ToolPolicy: Sendable, Hashable {
    public var retry: Retry?
    public var cache: Cache?
    public var breaker: Breaker?
    public var rate: Rate?

    public init(
        retry: Retry? = nil, cache: Cache? = nil, breaker: Breaker? = nil, rate: Rate? = nil
    ) {
        self.retry = retry
        self.cache = cache
        self.breaker = breaker
        self.rate = rate
    }

    /// How often a failed call is made again.
    ///
    /// Only after failures that may pass, and only where a repetition cannot do something twice:
    /// for tools that read, tools that tell repeated calls by their key, and calls that failed
    /// before they did anything. Never for what cannot be undone.
    public struct Retry: Sendable, Hashable {
        /// The first one included. At least 1.
        public var attempts: Int
        /// Before the second attempt; doubled before each further one, and shortened by chance.
        public var firstDelay: Duration
        public var maxDelay: Duration

        public init(
            attempts: Int, firstDelay: Duration = .milliseconds(500),
            maxDelay: Duration = .seconds(10)
        ) {
            self.attempts = attempts
            self.firstDelay = firstDelay
            self.maxDelay = maxDelay
        }
    }

    /// How long a result is given again for the same arguments; only for tools that read.
    public struct Cache: Sendable, Hashable {
        public var lifetime: Duration
        public var maxEntries: Int
        public var maxBytes: Int

        public init(lifetime: Duration, maxEntries: Int = 1_000, maxBytes: Int = 16 << 20) {
            self.lifetime = lifetime
            self.maxEntries = maxEntries
            self.maxBytes = maxBytes
        }
    }

    /// When a tool that keeps failing is left alone for a while.
    public struct Breaker: Sendable, Hashable {
        /// Failures in a row. At least 1.
        public var failures: Int
        /// After it one call is let through to try.
        public var pause: Duration

        public init(failures: Int, pause: Duration = .seconds(30)) {
            self.failures = failures
            self.pause = pause
        }
    }

    /// How many calls may begin within a time, over all runs of this process.
    public struct Rate: Sendable, Hashable {
        public var calls: Int
        public var period: Duration

        public init(calls: Int, per period: Duration) {
            self.calls = calls
            self.period = period
        }
    }
}
