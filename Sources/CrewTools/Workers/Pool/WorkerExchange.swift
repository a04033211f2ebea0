import CrewKit
import Synchronization

/// One call, from its being sent to a worker to its end.
final class WorkerExchange: Sendable {
    /// How it ended.
    enum End: Sendable {
        case returned(String)
        case failed(ToolFailure)
        /// Without an answer that counts.
        case lost(WorkerEnding)
    }

    let call: WorkerCall
    let artifacts: RunArtifacts?
    let reports: ToolReports?
    private let outcome = OneAnswer<End>()
    private let stopped = Mutex<WorkerEnding?>(nil)

    init(call: WorkerCall, artifacts: RunArtifacts?, reports: ToolReports?) {
        self.call = call
        self.artifacts = artifacts
        self.reports = reports
    }

    /// Why the tool was told to stop; what it answers afterwards does not count.
    var stop: WorkerEnding? { stopped.withLock { $0 } }

    /// Decides that the call is to stop, with the first reason given. False when it is over.
    func stop(because reason: WorkerEnding) -> Bool {
        if outcome.isGiven { return false }
        return stopped.withLock { stopped in
            if stopped != nil { return false }
            stopped = reason
            return true
        }
    }

    /// The first end counts.
    func finish(_ end: End) { _ = outcome.give(stop.map(End.lost) ?? end) }

    /// Waits for the end: one task, once.
    func end() async -> End { await outcome.value() }
}
