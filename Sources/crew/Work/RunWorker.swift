import CrewKit

/// Whoever works the runs of a store: this process, or the server that owns it.
protocol RunWorker: Sendable {
    /// Does it, and returns what follows.
    func perform(_ action: RunAction) async throws -> FollowedRun
    /// The run's events after `sequence`, and those to come until it is at rest.
    func follow(_ run: RunID, after sequence: Int) async throws -> FollowedRun
    func record(of run: RunID) async throws -> RunRecord
    /// What an interrupt of the command does to a run that it follows; absent when the run is not
    /// the command's to end.
    func interruption(of run: RunID) -> (@Sendable () -> Void)?
}

/// What can be done to a run.
enum RunAction: Sendable {
    case resume(RunRecord, input: String?)
    case decide(RunRecord, ApprovalID, Verdict)
    case cancel(RunRecord, StopDepth)
    case fork(RunRecord, step: Int?, input: String?, model: String?)
}

/// What a person says to a call that waits.
struct Verdict: Sendable {
    var decision: ApprovalDecision
    var reason: String?
    /// Stand in for the model's own; only with an approval.
    var arguments: JSONValue?

    static func approve(arguments: JSONValue? = nil) -> Verdict {
        Verdict(decision: .approve, arguments: arguments)
    }

    static func refuse(reason: String? = nil) -> Verdict {
        Verdict(decision: .refuse, reason: reason)
    }
}

/// A run and what happens in it from some point on.
struct FollowedRun: Sendable {
    let run: RunID
    let items: any AsyncSequence<FeedItem, any Error> & Sendable
}
