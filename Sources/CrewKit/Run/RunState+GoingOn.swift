/// How a run goes on that did not go straight to its end.
extension RunState {
    /// With an answer the agent's turn begins anew; without one the run goes on where it stood.
    mutating func resume(_ resumed: RunResumed) {
        origin = resumed.origin ?? origin
        let party = pause?.kind == .external ? pause?.party : nil
        pause = nil
        cancelDepth = nil
        if let input = resumed.input {
            say(party.map { .answer(from: $0, text: input) } ?? .user(input), to: resumed.agent)
        } else if case .ended = phase {
            keepFinished(of: phaseBeforeEnd)
            phase = Self.reopened(phaseBeforeEnd) ?? .turnDue(resumed.agent)
            phaseBeforeEnd = nil
            resetLimits()
        } else if case .answerDue(let agent) = phase {
            phase = .turnDue(agent)
            resetLimits()
        }
    }

    /// A model call under way is made again by itself; of tool calls that were started nobody
    /// knows whether they took effect.
    mutating func recover() {
        switch phase {
        case .roundUnderWay:
            // Nobody knows what the call has spent.
            lostCalls += 1
            usage = (usage ?? Usage()) + Usage(isComplete: false)
        case .toolsUnderWay(let agent, var batch):
            batch.interrupt()
            phase = .toolsUnderWay(agent, batch)
        case .groupUnderWay(var progress):
            for branch in progress.unfinished.map(\.branch) { progress.states[branch]?.recover() }
            phase = .groupUnderWay(progress)
        default: break
        }
    }

    /// What was under way in the other run has not happened to the end in this one.
    mutating func take(_ fork: RunForked) {
        origin = fork.origin
        model = fork.model ?? model
        pause = nil
        cancelDepth = nil
        forgetCallsUnderWay()
        if let input = fork.input {
            say(.user(input), to: turnOwner ?? crew.entryPoint)
        } else if case .ended = phase {
            keepFinished(of: phaseBeforeEnd)
            phase = Self.reopened(phaseBeforeEnd) ?? phase
            phaseBeforeEnd = nil
            resetLimits()
        }
    }

    /// What the other run had begun and not finished begins anew in a fork, under keys of its own.
    private mutating func forgetCallsUnderWay() {
        switch phase {
        case .toolsUnderWay(let agent, var batch):
            for call in batch.unfinished { batch.started[call.id] = nil }
            batch.interrupted = []
            phase = .toolsUnderWay(agent, batch)
        case .groupUnderWay(var progress):
            for branch in progress.unfinished.map(\.branch) {
                progress.states[branch]?.forgetCallsUnderWay()
            }
            phase = .groupUnderWay(progress)
        default: break
        }
    }

    /// Whether a person may say something now: never between a call and its result.
    var takesInput: Bool {
        switch phase {
        case .turnDue, .replyRead, .groupRead, .answerDue, .roundFailed, .roundUnderWay,
            .budgetSpent, .repairDue:
            true
        case .toolsUnderWay(_, let batch): batch.unfinished.isEmpty
        case .new, .groupUnderWay: false
        case .ended: true
        }
    }

    /// Whoever asked for a group that came to nothing reads what its members had finished by then.
    private mutating func keepFinished(of phase: Phase?) {
        guard case .groupUnderWay(let progress)? = phase else { return }
        let finished = progress.inOrder.filter { $0.outcome == .completed && !$0.text.isEmpty }
        guard !finished.isEmpty else { return }
        let text = ResultText(members: finished).joined(as: .text)
        entries.append(.groupResult(group: progress.started.group, text: text))
    }

    private mutating func say(_ entry: ConversationEntry, to agent: AgentID) {
        pause = nil
        keepFinished(of: phaseBeforeEnd)
        phaseBeforeEnd = nil
        aggregating = nil
        entries.append(entry)
        turnOwner = agent
        phase = .turnDue(agent)
        resetLimits()
    }

    /// Limits count from what a person last did.
    private mutating func resetLimits() {
        allowances += 1
        rounds = 0
        handoffs = 0
        followed = [:]
        tokens = 0
    }

    /// The phase from which a run goes on that was stopped in this one.
    private static func reopened(_ phase: Phase?) -> Phase? {
        switch phase {
        case .roundUnderWay(let agent), .roundFailed(let agent, _), .budgetSpent(let agent, _),
            .repairDue(let agent):
            .turnDue(agent)
        // Its members were stopped too: whoever asked for them asks again.
        case .groupUnderWay(let progress): .turnDue(progress.started.from)
        case .ended, .new, nil: nil
        case .some(let other): other
        }
    }
}

extension ToolBatch {
    /// An earlier permission does not count for a call that may have taken effect.
    fileprivate mutating func interrupt() {
        interrupted = Set(unfinished.map(\.id).filter { started[$0] != nil })
        decisions = decisions.filter {
            !interrupted.contains($0.key) || $0.value.decision == .refuse
        }
    }
}
