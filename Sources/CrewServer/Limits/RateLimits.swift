/// How many requests may come; absent limits let all through.
///
/// Addresses of this machine are not counted, and neither are `/health`, `/live` and `/ready`.
public struct RateLimits: Sendable, Hashable {
    /// So many requests in such a time, as many at once.
    public struct Limit: Sendable, Hashable {
        /// At least 1.
        public var requests: Int
        public var window: Duration

        public init(requests: Int, window: Duration = .seconds(60)) {
            self.requests = requests
            self.window = window
        }
    }

    public var perKey: Limit? = Limit(requests: 1_200)
    public var perAddress: Limit? = Limit(requests: 1_200)
    /// Keys, and addresses, that are told apart; those beyond it that came longest ago begin anew.
    public var maxTracked = 20_000
    /// Event streams of one tenant, or of one address where nobody has a tenant.
    public var maxReadersPerOwner = 2_500

    public init() {}
}
