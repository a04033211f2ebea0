/// A wish that a run stops before it comes to rest by itself.
struct Stop: Sendable, Hashable {
    var reason: Reason
    var depth = StopDepth.now
    /// True to end also a run that waits for a person.
    var endsPause = false

    /// Why a run has to stop.
    enum Reason: Sendable, Hashable {
        case cancelled
        case outOfTime
        /// Nobody answered in time.
        case pauseExpired
        /// The process that worked it died, and its policy is not to go on.
        case lost
        /// It cannot go on.
        case failed(RunFailure)
        /// The process ends; another one goes on from the log.
        case handedBack
    }

    static let cancelled = Stop(reason: .cancelled)
    static let outOfTime = Stop(reason: .outOfTime)
}

/// How much of what is under way a cancelled run may finish.
public enum StopDepth: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    /// Nothing: calls under way are given up.
    case now
    /// The model call under way and the tool calls that it asks for.
    case afterRound = "after_round"
    /// The turn of the agent under way.
    case afterTurn = "after_turn"

    private var patience: Int {
        switch self {
        case .now: 0
        case .afterRound: 1
        case .afterTurn: 2
        }
    }

    public static func < (left: Self, right: Self) -> Bool { left.patience < right.patience }
}

extension RunState {
    /// Whether the run has come far enough for that wish.
    func mayStop(_ depth: StopDepth) -> Bool {
        switch (depth, phase) {
        case (.now, _), (_, .new), (_, .turnDue), (_, .answerDue), (_, .groupRead), (_, .ended):
            true
        case (.afterRound, .replyRead), (.afterRound, .roundFailed): true
        case (.afterRound, .toolsUnderWay(_, let batch)): batch.due.isEmpty
        // Its members stop, each where it may, and the run after them.
        case (.afterRound, .groupUnderWay): true
        default: false
        }
    }

    /// What a run does that has to stop: members first, each with its own end.
    func stop(because reason: Stop.Reason) -> Step {
        if reason == .handedBack { return .leave }
        if case .groupUnderWay(let progress) = phase, !progress.unfinished.isEmpty {
            return .runMembers(progress, isStopping: true)
        }
        return .record(interruption(because: reason))
    }

    /// What is stored when the run is stopped: a result for every call that has none, then the end.
    private func interruption(because reason: Stop.Reason) -> [RunEvent] {
        var events: [RunEvent] = []
        if case .toolsUnderWay(let agent, let batch) = phase {
            events = batch.unfinished.map { stopped($0, in: batch, of: agent) }
        }
        return events + end(outcome(of: reason))
    }

    private func outcome(of reason: Stop.Reason) -> RunOutcome {
        switch reason {
        case .cancelled, .handedBack: .cancelled
        case .outOfTime: .limitReached(.time)
        case .pauseExpired: .limitReached(.pause)
        case .failed(let failure): .failed(failure)
        case .lost:
            .failed(
                RunFailure(
                    code: "interrupted", message: "the run was broken off",
                    agent: turnOwner))
        }
    }

    private func stopped(_ call: ToolCall, in batch: ToolBatch, of agent: AgentID) -> RunEvent {
        let isLost = batch.interrupted.contains(call.id)
        return .toolReturned(
            ToolReturned(
                agent: agent,
                result: ToolResult(
                    call: call.id, name: call.name, status: isLost ? .unknown : .cancelled,
                    output: isLost
                        ? Self.unknownOutcome
                        : "The run was stopped before this call had a result.")))
    }
}
