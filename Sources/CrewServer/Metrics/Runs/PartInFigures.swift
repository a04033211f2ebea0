import CrewKit

/// What is known of the turn under way, of a run or of one member of a group.
struct PartInFigures: Sendable {
    struct Turn: Sendable {
        let agent: String
        let began: ContinuousClock.Instant
    }

    struct Round: Sendable {
        let agent: String
        let model: String
        let began: ContinuousClock.Instant
        var hasBegun = false
    }

    var turn: Turn?
    var round: Round?
    /// When the calls of the reply began that is worked on.
    var tools: [ToolCallID: ContinuousClock.Instant] = [:]

    /// How a turn ends.
    enum TurnEnd: Sendable {
        case completed, failed, limitReached, timedOut, cancelled

        init(_ outcome: RunOutcome) {
            self =
                switch outcome {
                case .cancelled: .cancelled
                case .failed(let failure):
                    failure.code == CrewError.Code.modelTimeout.rawValue ? .timedOut : .failed
                case .limitReached(.time): .timedOut
                case .limitReached: .limitReached
                default: .completed
                }
        }

        var name: String {
            switch self {
            case .completed: "completed"
            case .failed: "failed"
            case .limitReached: "limit_reached"
            case .timedOut: "timed_out"
            case .cancelled: "cancelled"
            }
        }

        /// What the original would have made of it; turns that were given up it did not know.
        var execution: AgentExecution.Outcome? {
            switch self {
            case .completed: .success
            case .failed, .limitReached: .error
            case .timedOut: .timeout
            case .cancelled: nil
            }
        }
    }

    mutating func take(_ event: RunEvent, into changes: inout FigureChanges) {
        switch event {
        case .turnStarted(let started): begin(started.agent, &changes)
        case .handedOff(let handoff):
            end(.completed, &changes)
            changes.count(
                .handoffs, changes.crew, handoff.from.rawValue, handoff.to.rawValue,
                handoff.reason.rawValue)
        case .crewAsked: end(.completed, &changes)
        case .signalMatched(let match):
            changes.count(.signals, changes.crew, match.agent.rawValue, match.signal)
        case .toolStarted, .toolReturned, .approvalRequested: takeTool(event, into: &changes)
        default: takeModelCall(event, into: &changes)
        }
    }

    /// The turn that this agent is in; seen from its middle, it begins now.
    mutating func begin(_ agent: AgentID, _ changes: inout FigureChanges) {
        end(.completed, &changes)
        turn = Turn(agent: agent.rawValue, began: changes.instant)
    }

    mutating func end(_ end: TurnEnd, _ changes: inout FigureChanges) {
        if let round {
            finish(round, "cancelled", &changes)
            self.round = nil
        }
        tools = [:]
        guard let turn else { return }
        self.turn = nil
        changes.count(.turns, changes.crew, turn.agent, end.name)
        changes.time(.turnDuration, since: turn.began, changes.crew, turn.agent)
        guard let outcome = end.execution else { return }
        changes.add(
            .execution(
                AgentExecution(
                    agent: turn.agent, outcome: outcome, duration: changes.instant - turn.began)))
    }

    private mutating func takeTool(_ event: RunEvent, into changes: inout FigureChanges) {
        switch event {
        case .toolStarted(let started): tools[started.call.id] = changes.instant
        case .toolReturned(let returned):
            let result = returned.result
            let (agent, tool) = (returned.agent.rawValue, result.name.rawValue)
            changes.count(.toolCalls, changes.crew, agent, tool, result.status.rawValue)
            let began = tools.removeValue(forKey: result.call)
            if let began { changes.time(.toolDuration, since: began, changes.crew, tool) }
            changes.add(
                .toolCall(
                    CountedToolCall(
                        agent: agent, tool: tool, succeeded: result.status == .success,
                        duration: began.map { changes.instant - $0 })))
        case .approvalRequested(let request):
            changes.count(.approvalsRequested, changes.crew, request.call.name.rawValue)
        default: break
        }
    }
}
