public import Foundation

/// How a runner behaves, apart from what its crew says.
public struct RunnerOptions: Sendable {
    /// Runs that are worked at the same time; another one is refused. At least 1.
    public var maxActiveRuns = 10_000
    /// Inputs that wait for one session; another one is refused.
    public var maxQueuedRuns = 16
    /// Lets runs wait for room, those of several runners together; absent takes all at once.
    public var admission: RunAdmission?
    /// Told of everything that happens in runs; absent tells nobody.
    public var activity: RunActivity?
    /// What becomes of runs that another process left unfinished.
    public var recovery = RecoveryPolicy.resume
    /// True to leave runs that are under way in the store when the runner ends, for the next process
    /// to go on with; for stores that outlive the process. Otherwise they end as cancelled.
    public var leavesRunsUnfinished = false
    /// Waits with this clock: deadlines of runs, members and tools.
    public var clock: any Clock<Duration> = ContinuousClock()
    /// Stamps events with this.
    public var now: @Sendable () -> Date = { Date() }  // default
    public var makeRunID: @Sendable () -> RunID = {
        RunID(UUID().uuidString.lowercased())  // default
    }

    public init() {}
}
