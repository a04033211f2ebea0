public import Foundation

/// How a runner behaves, apart from what its crew says.
public struct RunnerOptions: Sendable {
    /// Runs that are worked at the same time; another one is refused. At least 1.
    public var maxActiveRuns = 10_000
    /// Waits with this clock: deadlines of runs, members and tools.
    public var clock: any Clock<Duration> = ContinuousClock()
    /// Stamps events with this.
    public var now: @Sendable () -> Date = { Date() }  // default
    public var makeRunID: @Sendable () -> RunID = {
        RunID(UUID().uuidString.lowercased())  // default
    }

    public init() {}
}
