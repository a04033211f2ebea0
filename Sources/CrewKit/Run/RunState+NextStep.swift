/// What a run has to do next.
enum Step: Sendable {
    /// These events follow from what has happened: store them.
    case record([RunEvent])
    case startRound(AgentID)
    case callModel(AgentID)
    case startTools(AgentID, [ToolCall])
    case callTools(AgentID, [ToolCall])
    case runMembers(GroupProgress)
    /// Nothing to do until somebody acts.
    case rest(RunOutcome)
}

extension RunState {
    /// What to do next, given that the run was asked to stop or not. Asking changes nothing.
    func nextStep(stopped reason: RunControl.StopReason? = nil) -> Step {
        if let rest { return .rest(rest) }
        if let reason { return .record(interruption(because: reason)) }
        switch phase {
        case .new: return .record(end(.completed))
        case .turnDue(let agent): return startTurn(of: agent)
        case .roundUnderWay(let agent): return .callModel(agent)
        case .roundFailed(_, let failure): return .record(end(.failed(failure)))
        case .toolsUnderWay(let agent, let batch): return continueTools(batch, of: agent)
        case .replyRead(let agent): return .record(route(replyOf: agent))
        case .groupUnderWay(let progress):
            return progress.unfinished.isEmpty
                ? .record(join(progress)) : .runMembers(progress)
        case .groupRead(let from, let next):
            guard let next else { return .record(end(.completed)) }
            return .record(handOff(from: from, to: next, reason: .group))
        case .paused, .ended: return .rest(.completed)
        }
    }

    /// The events that end the run, or this member of it, with that outcome.
    func end(_ outcome: RunOutcome) -> [RunEvent] {
        guard let member else {
            return [.runEnded(RunEnded(outcome: outcome, usage: usage, cost: cost))]
        }
        return [.memberEnded(MemberEnded(agent: member.agent, outcome: outcome, text: lastText))]
    }

    /// The bound that forbids another model call, if one does.
    private var exhaustedLimit: RunLimit? {
        if rounds >= crew.settings.maxRounds { return .rounds }
        if let bound = crew.settings.maxTokens, tokens >= bound { return .tokens }
        return nil
    }

    private func startTurn(of agent: AgentID) -> Step {
        if let limit = exhaustedLimit { return .record(end(.limitReached(limit))) }
        return .startRound(agent)
    }

    private func continueTools(_ batch: ToolBatch, of agent: AgentID) -> Step {
        let transfers = transferResults(in: batch, of: agent)
        if !transfers.isEmpty { return .record(transfers) }
        let unfinished = batch.unfinished
        let unstarted = unfinished.filter { !batch.started.contains($0.id) }
        if !unstarted.isEmpty { return .startTools(agent, unstarted) }
        if !unfinished.isEmpty { return .callTools(agent, unfinished) }
        if let target = transfer(in: batch, of: agent) {
            return .record(follow(target, from: agent, reason: .tool))
        }
        return startTurn(of: agent)
    }

    /// What is stored when the run is stopped: a result for every call that has none, then the end.
    private func interruption(because reason: RunControl.StopReason) -> [RunEvent] {
        var events: [RunEvent] = []
        if case .toolsUnderWay(let agent, let batch) = phase {
            events = batch.unfinished.map { call in
                .toolReturned(
                    ToolReturned(
                        agent: agent,
                        result: ToolResult(
                            call: call.id, name: call.name, status: .cancelled,
                            output: "The run was stopped before this call had a result.")))
            }
        }
        switch reason {
        case .cancelled: return events + end(.cancelled)
        case .outOfTime: return events + end(.limitReached(.time))
        }
    }
}
