import struct Foundation.Date

extension RunState {
    /// Takes in one stored event.
    mutating func apply(_ stored: StoredEvent) {
        if let branch = stored.branch, branch != member?.branch {
            applyToMember(stored, branch: branch)
        } else {
            apply(stored.event, at: stored.sequence, stored.time)
        }
        if pause?.kind == .approval, openApprovals.isEmpty { pause = nil }
    }

    private mutating func begin(_ started: RunStarted) {
        entries = started.history + [.user(started.input)]
        model = started.model
        caller = started.caller
        session = started.session
        tenant = started.tenant
        origin = started.origin
        definition = started.definition
        allowances = 1
        beginTurn(of: started.agent)
    }

    private mutating func apply(_ event: RunEvent, at sequence: Int, _ time: Date) {
        switch event {
        case .queued, .turnStarted, .contextTrimmed, .toolProgressed: break
        case .warned(let warning): definition = warning.definition?.to ?? definition
        case .modelRetried, .modelFellBack, .modelHedged, .modelWaited, .breakerChanged: break
        case .replyRejected(let rejected): take(rejected)
        case .budgetReported(let report): take(report)
        case .runStarted(let started):
            begin(started)
        case .resumed(let resumed): resume(resumed)
        case .recovered: recover()
        case .forked(let fork): take(fork)
        case .roundStarted(let started):
            rounds += 1
            totalRounds += 1
            roundSequence = sequence
            modelCalls += 1
            if case .repairDue = phase {} else { isRepairing = false }
            phase = .roundUnderWay(started.agent)
        case .replied(let reply): take(reply)
        case .roundFailed(let failed):
            lose(failed.lost)
            phase = .roundFailed(failed.agent, failed.failure)
        case .roundCancelled(let cancelled): lose(cancelled.lost)
        case .toolReturned(let returned):
            spend(returned.usage, cost: returned.cost)
            changeBatch { $0.apply(event, at: sequence) }
        case .toolStarted, .subrunProgressed, .approvalRequested, .approvalDecided:
            changeBatch { $0.apply(event, at: sequence) }
        case .signalMatched(let match): followed[match.signal, default: 0] += 1
        case .handedOff(let handoff):
            handoffs += 1
            totalHandoffs += 1
            if handoff.reason != .aggregate { aggregating = nil }
            if let input = handoff.input { entries.append(.briefing(input)) }
            beginTurn(of: handoff.to)
        case .crewAsked(let asked):
            handoffs += 1
            totalHandoffs += 1
            phase = .toolsUnderWay(asked.agent, ToolBatch(asking: asked))
        case .groupStarted(let started): begin(started, at: time)
        case .memberEnded(let ended): phase = .ended(ended.outcome)
        case .groupJoined(let joined): join(joined)
        case .cancelRequested(let wish): cancelDepth = wish.depth
        case .paused(let paused):
            if paused.kind.takesAnswer { phase = .answerDue(paused.agent) }
            pause = paused
        case .runEnded(let ended):
            phaseBeforeEnd = phase
            phase = .ended(ended.outcome)
            pause = nil
            cancelDepth = nil
        }
    }

    private mutating func beginTurn(of agent: AgentID) {
        turnOwner = agent
        phase = .turnDue(agent)
    }

    private mutating func take(_ report: BudgetReported) {
        lose(report.lost)
        guard let limit = report.notice.limitReached else { return }
        // The call was announced and not made.
        modelCalls -= 1
        phase = .budgetSpent(report.agent, limit)
    }

    private mutating func lose(_ lost: LostCalls?) {
        guard let lost else { return }
        lostCalls += lost.attempts
        spend(lost.usage, cost: lost.cost)
    }

    private mutating func take(_ rejected: ReplyRejected) {
        let problems = rejected.problems.joined(separator: "; ")
        guard rejected.isRepaired else {
            isRepairing = false
            phase = .roundFailed(
                rejected.agent,
                RunFailure(
                    code: CrewError.Code.replyRejected.rawValue,
                    message: "the reply has not the shape that it has to have: \(problems)",
                    agent: rejected.agent))
            return
        }
        isRepairing = true
        entries.append(
            .correction(
                "Your reply does not fit: \(problems). Answer again, with nothing but the JSON "
                    + "object that was asked for."))
        phase = .repairDue(rejected.agent)
    }

    private mutating func take(_ reply: Replied) {
        lose(reply.lost)
        spend(reply.usage ?? Usage(isComplete: false), cost: reply.cost)
        entries.append(.agent(reply.message))
        lastSpeaker = reply.agent
        if !reply.message.text.isEmpty { lastText = reply.message.text }
        phase =
            reply.message.toolCalls.isEmpty
            ? .replyRead(reply.agent)
            : .toolsUnderWay(reply.agent, ToolBatch(calls: reply.message.toolCalls))
    }

    private mutating func spend(_ spent: Usage?, cost spentCost: Double?) {
        if let spent {
            usage = usage.map { $0 + spent } ?? spent
            let sum = tokens.addingReportingOverflow(spent.totalTokens ?? 0)
            tokens = sum.overflow ? .max : sum.partialValue
        }
        if let spentCost { cost = (cost ?? 0) + spentCost }
    }

    /// Changes the batch under way; its results join the conversation, in call order, when the
    /// last one is there: no call is ever without its result.
    private mutating func changeBatch(_ change: (inout ToolBatch) -> Void) {
        guard case .toolsUnderWay(let agent, var batch) = phase else { return }
        let wasUnfinished = !batch.unfinished.isEmpty
        change(&batch)
        if wasUnfinished, batch.unfinished.isEmpty { entries += batch.entries }
        phase = .toolsUnderWay(agent, batch)
    }
}

extension ToolBatch {
    /// What the conversation holds of the calls that are done.
    fileprivate var entries: [ConversationEntry] {
        calls.compactMap { call in
            guard let result = results[call.id] else { return nil }
            guard asked != nil else { return .toolResult(result) }
            let text =
                result.status == .success ? result.output : "It gave no answer: \(result.output)"
            return .answer(from: call.name.rawValue, text: text)
        }
    }

    fileprivate mutating func apply(_ event: RunEvent, at sequence: Int) {
        switch event {
        case .toolStarted(let start):
            started[start.call.id] = start.isRepeatable == true ? .read : start.effect
        case .toolReturned(let returned):
            let call = returned.result.call
            results[call] = returned.result
            subruns[call] = nil
            approvals = approvals.filter { $0.value != call }
        case .subrunProgressed(let progressed):
            subruns[progressed.call] = SubrunPlace(
                run: progressed.run, sequence: progressed.event.sequence)
        case .approvalRequested(let request):
            approvals[ApprovalID(rawValue: sequence)] = request.call.id
        case .approvalDecided(let decided):
            guard let call = approvals.removeValue(forKey: decided.approval) else { return }
            decide(decided, about: call)
        default: break
        }
    }
}

extension RunState {
    private mutating func begin(_ started: GroupStarted, at time: Date) {
        groups += 1
        handoffs += 1
        totalHandoffs += 1
        if let input = started.input { entries.append(.briefing(input)) }
        let states = started.members.map { ($0.branch, RunState(member: $0, of: self)) }
        phase = .groupUnderWay(
            GroupProgress(
                started: started, startedAt: time,
                states: Dictionary(states, uniquingKeysWith: { first, _ in first })))
    }

    private mutating func applyToMember(_ stored: StoredEvent, branch: BranchID) {
        guard case .groupUnderWay(var progress) = phase, var state = progress.states[branch] else {
            return
        }
        phase = .new  // lets go of the old copy, so that the member's state is changed in place
        state.apply(stored)
        if case .memberEnded(let ended) = stored.event {
            progress.ended[branch] = ended
            spend(state.usage, cost: state.cost)
            modelCalls += state.modelCalls
            lostCalls += state.lostCalls
        }
        progress.states[branch] = state
        phase = .groupUnderWay(progress)
    }

    private mutating func join(_ joined: GroupJoined) {
        guard case .groupUnderWay(let progress) = phase else { return }
        entries.append(.groupResult(group: joined.group, text: joined.text))
        lastText = joined.text
        // What was decided then counts, whatever the crew says now.
        let way = joined.way ?? crew.group(joined.group)?.way
        aggregating = way?.aggregator.map { Aggregating(agent: $0, next: way?.next) }
        phase = .groupRead(from: progress.started.from, next: aggregating?.agent ?? way?.next)
    }
}
