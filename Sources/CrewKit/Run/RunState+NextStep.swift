/// What a run has to do next.
enum Step: Sendable {
    /// These events follow from what has happened: store them.
    case record([RunEvent])
    case startRound(AgentID)
    case callModel(AgentID)
    case startTools(AgentID, [ToolCall])
    case callTools(AgentID, [ToolCall])
    case runMembers(GroupProgress, isStopping: Bool)
    /// Another process goes on from the log.
    case leave
    /// Nothing to do until somebody acts.
    case rest(RunOutcome)
}

extension RunState {
    /// What to do next, given that the run was asked to stop or not. Asking changes nothing.
    func nextStep(stop: Stop? = nil) -> Step {
        if case .ended(let outcome) = phase { return .rest(outcome) }
        if let rest, stop?.endsPause != true { return .rest(rest) }
        if let stop = stop ?? storedWish, mayStop(stop.depth) {
            return self.stop(because: stop.reason)
        }
        switch phase {
        case .new: return .record(end(.completed))
        case .turnDue(let agent), .repairDue(let agent): return startTurn(of: agent)
        case .roundUnderWay(let agent): return .callModel(agent)
        case .budgetSpent(_, let limit): return .record(end(.limitReached(limit)))
        case .roundFailed(_, let failure): return .record(end(.failed(failure)))
        case .toolsUnderWay(let agent, let batch): return continueTools(batch, of: agent)
        case .replyRead(let agent): return .record(route(replyOf: agent))
        case .groupUnderWay(let progress): return continueGroup(progress)
        case .groupRead(let from, let next):
            guard let next else { return .record(end(.completed)) }
            return .record(
                handOff(from: from, to: next, reason: aggregating == nil ? .group : .aggregate))
        case .answerDue(let agent): return .record([pauseForInput(of: agent)])
        case .ended(let outcome): return .rest(outcome)
        }
    }

    /// The wish that the log tells of: it counts also when the process that took it has died.
    private var storedWish: Stop? {
        cancelDepth.map { Stop(reason: .cancelled, depth: $0) }
    }

    /// The events that end the run, or this member of it, with that outcome.
    func end(_ outcome: RunOutcome) -> [RunEvent] {
        guard let member else {
            return [
                .runEnded(
                    RunEnded(
                        outcome: outcome, usage: usage, cost: cost,
                        lostCalls: lostCalls > 0 ? lostCalls : nil))
            ]
        }
        return [.memberEnded(MemberEnded(agent: member.agent, outcome: outcome, text: lastText))]
    }

    /// The bound that forbids another model call, if one does.
    private var exhaustedLimit: RunLimit? {
        if rounds >= crew.settings.maxRounds { return .rounds }
        if let bound = crew.settings.maxTokens, tokens >= bound { return .tokens }
        return nil
    }

    func startTurn(of agent: AgentID) -> Step {
        if let limit = exhaustedLimit { return .record(end(.limitReached(limit))) }
        return .startRound(agent)
    }

    /// The event with which an agent waits for a person's answer.
    func pauseForInput(of agent: AgentID) -> RunEvent {
        var pause = pause(of: agent, for: .input)
        pause.defaultAnswer = crew.settings.pauseAnswer
        return .paused(pause)
    }

    func pause(of agent: AgentID, for kind: RunPaused.Kind) -> RunPaused {
        RunPaused(
            agent: agent, kind: kind,
            expiresAfterSeconds: crew.settings.pauseTimeout.map { $0 / .seconds(1) })
    }
}
