public import CrewKit

/// How long ended runs are kept: what goes beyond a bound is forgotten, oldest first.
///
/// Runs that are queued, running or paused are kept whatever the bounds say, and so are the usage
/// counters of those that are gone. A run that ended within the last hour is forgotten only for its
/// age.
public struct RetentionPolicy: Sendable, Hashable {
    /// Since a run's last event.
    public let maxAge: Duration?
    /// Ended runs.
    public let maxRuns: Int?
    /// Bytes of events, artifacts and snapshots of ended runs.
    public let maxBytes: Int?

    /// 30 days, 100,000 runs, 4 GiB.
    public static let standard = RetentionPolicy(
        uncheckedAge: .seconds(30 * 24 * 3_600), runs: 100_000, bytes: 4 << 30)
    /// Nothing is ever forgotten.
    public static let unlimited = RetentionPolicy(uncheckedAge: nil, runs: nil, bytes: nil)

    /// - Parameters: `nil` is no bound.
    /// - Throws: `invalidInput` for a bound that is not positive.
    public init(
        maxAge: Duration? = standard.maxAge, maxRuns: Int? = standard.maxRuns,
        maxBytes: Int? = standard.maxBytes
    ) throws(CrewError) {
        if let maxAge, maxAge <= .zero { throw Self.mustBePositive("age") }
        if let maxRuns, maxRuns <= 0 { throw Self.mustBePositive("count") }
        if let maxBytes, maxBytes <= 0 { throw Self.mustBePositive("size") }
        self.init(uncheckedAge: maxAge, runs: maxRuns, bytes: maxBytes)
    }

    private init(uncheckedAge: Duration?, runs: Int?, bytes: Int?) {
        maxAge = uncheckedAge
        maxRuns = runs
        maxBytes = bytes
    }

    private static func mustBePositive(_ bound: String) -> CrewError {
        CrewError(
            .invalidInput, "the \(bound) to keep runs for must be above zero; leave it out for none"
        )
    }
}
