import CrewKit

extension OpenRun {
    /// Takes in an event; the spans that ended with it.
    mutating func note(
        _ stored: StoredEvent, at instant: ContinuousClock.Instant, _ content: CapturedContent
    ) -> [Span] {
        let branch = stored.branch
        switch stored.event {
        case .runStarted(let started):
            stretch.attributes[.inputMessages] = content.input(started.input)
        case .resumed(let resumed):
            stretch.attributes[.inputMessages] = resumed.input.flatMap(content.input)
        case .turnStarted(let turn):
            defer { beginTurn(of: turn.agent, from: stored) }
            return endTurn(on: branch, at: stored.time)
        case .roundStarted(let round): begin(round, stored, at: instant)
        case .replied(let reply): return end(reply, stored, content)
        case .roundFailed(let failed): return fail(failed.failure.code, stored, failed.lost)
        case .roundCancelled(let cancelled):
            calls[branch]?.span.attributes[.outcome] = .text("cancelled")
            return endCall(stored, cancelled.lost)
        case .budgetReported(let report) where report.notice.isRefusal:
            return fail("budget", stored, report.lost)
        case .toolStarted(let started): begin(started, stored, content)
        case .toolReturned(let returned): return end(returned, stored, content)
        case .handedOff(let handoff):
            note("handed_off", stored, from: handoff.from, to: handoff.to.rawValue)
            return endTurn(on: branch, at: stored.time)
        case .groupStarted(let group):
            note("group_started", stored, from: group.from, to: group.group.rawValue)
            return endTurn(on: branch, at: stored.time)
        case .memberEnded(let member):
            turns[branch]?.span.end(member.outcome)
            return endTurn(on: branch, at: stored.time)
        case .paused(let paused): stretch.end(.paused(at: paused.agent))
        case .runEnded(let ended):
            stretch.attributes.spent(ended.usage)
            if let cost = ended.cost { stretch.attributes[.cost] = .number(cost) }
            stretch.end(ended.outcome)
        case .warned(let warning): note("warned", stored, code: warning.code.rawValue)
        case .modelRetried, .modelFellBack, .modelHedged, .modelWaited, .breakerChanged,
            .budgetReported, .replyRejected:
            noteNews(stored)
        default: break
        }
        return []
    }

    // MARK: Model calls

    private mutating func begin(
        _ round: RoundStarted, _ stored: StoredEvent, at instant: ContinuousClock.Instant
    ) {
        // The turn began before the run came to rest.
        if turns[stored.branch] == nil { beginTurn(of: round.agent, from: stored) }
        calls[stored.branch] = OpenCall(
            span: modelCall(round.model, of: round.agent, round.round, stored), began: instant)
    }

    private func modelCall(
        _ label: String, of agent: AgentID, _ round: Int, _ stored: StoredEvent
    ) -> Span {
        let label = ModelLabel(label)
        var span = span(
            .chat, label.model, .modelCall(stored.sequence), within: parent(on: stored.branch),
            from: stored)
        span.kind = .client
        span.attributes[.provider] = .text(label.provider)
        span.attributes[.requestModel] = .text(label.model)
        span.attributes.set(.serverAddress, label.host)
        span.attributes[.agentID] = .text(agent.rawValue)
        span.attributes[.agentName] = .text(agent.rawValue)
        span.attributes[.round] = .integer(round)
        return span
    }

    private mutating func end(
        _ reply: Replied, _ stored: StoredEvent, _ content: CapturedContent
    ) -> [Span] {
        let branch = stored.branch
        if calls[branch] == nil {
            // The call was announced in another process, which has died.
            if turns[branch] == nil { beginTurn(of: reply.agent, from: stored) }
            calls[branch] = OpenCall(
                span: modelCall(reply.model, of: reply.agent, reply.round, stored), began: .now)
        }
        if let usage = reply.usage {
            let before = turns[branch]?.usage
            turns[branch]?.usage = before.map { $0 + usage } ?? usage
        }
        calls[branch]?.span.note(reply, content)
        return endCall(stored, reply.lost)
    }

    private mutating func fail(
        _ code: String, _ stored: StoredEvent, _ lost: LostCalls?
    ) -> [Span] {
        calls[stored.branch]?.span.fail(code)
        turns[stored.branch]?.span.fail(code)
        return endCall(stored, lost)
    }

    private mutating func endCall(_ stored: StoredEvent, _ lost: LostCalls?) -> [Span] {
        guard var call = calls.removeValue(forKey: stored.branch) else { return [] }
        if let lost, lost.attempts > 0 {
            call.span.attributes[.lostCalls] = .integer(lost.attempts)
        }
        call.span.end(at: stored.time)
        return [call.span]
    }

    // MARK: Tools

    private mutating func begin(
        _ started: ToolStarted, _ stored: StoredEvent, _ content: CapturedContent
    ) {
        if turns[stored.branch] == nil { beginTurn(of: started.agent, from: stored) }
        let call = started.call
        var span = span(
            .tool, call.name.rawValue, .toolCall(call.id, stored.branch),
            within: parent(on: stored.branch), from: stored)
        span.attributes[.toolName] = .text(call.name.rawValue)
        span.attributes[.toolCall] = .text(call.id.rawValue)
        span.attributes[.toolType] = .text("function")
        span.attributes[.agentID] = .text(started.agent.rawValue)
        span.attributes[.effect] = .text(started.effect.rawValue)
        span.attributes[.toolArguments] = content.text(call.arguments.text)
        tools[ToolPlace(call: call.id, branch: stored.branch)] = span
    }

    private mutating func end(
        _ returned: ToolReturned, _ stored: StoredEvent, _ content: CapturedContent
    ) -> [Span] {
        let place = ToolPlace(call: returned.result.call, branch: stored.branch)
        // Absent for a call that was never made, such as one that was refused.
        guard var span = tools.removeValue(forKey: place) else { return [] }
        let result = returned.result
        if result.status != .success {
            span.fail(result.failure?.kind.rawValue ?? result.status.rawValue)
        }
        span.attributes[.toolResult] = content.text(result.output)
        if let cost = returned.cost { span.attributes[.cost] = .number(cost) }
        span.end(at: stored.time)
        return [span]
    }

    // MARK: Events within spans

    private mutating func note(
        _ name: String, _ stored: StoredEvent, from: AgentID? = nil, to: String? = nil,
        code: String? = nil
    ) {
        var event = Span.Event(name: name, time: stored.time)
        event.attributes.set(.from, from?.rawValue)
        event.attributes.set(.to, to)
        event.attributes.set(.code, code)
        stretch.note(event)
    }

    private mutating func noteNews(_ stored: StoredEvent) {
        guard let news = stored.event.modelCallNews else { return }
        var event = Span.Event(name: stored.event.name, time: stored.time)
        event.attributes[.code] = .text(news.code)
        if calls[stored.branch] != nil {
            calls[stored.branch]?.span.note(event)
        } else {
            stretch.note(event)
        }
    }
}

extension Span {
    /// How a run, or a member of it, came to rest.
    fileprivate mutating func end(_ outcome: RunOutcome) {
        attributes[.outcome] = .text(outcome.name)
        switch outcome {
        case .failed(let failure): fail(failure.code)
        case .limitReached(let limit): fail(limit.rawValue)
        default: break
        }
    }

    fileprivate mutating func note(_ reply: Replied, _ content: CapturedContent) {
        let label = ModelLabel(reply.model)
        attributes[.responseModel] = .text(label.host == nil ? reply.model : label.model)
        attributes[.finishReasons] = .texts([reply.finish.conventionalName])
        attributes.spent(reply.usage)
        if let cost = reply.cost { attributes[.cost] = .number(cost) }
        attributes[.outputMessages] = content.output(reply)
    }
}

extension BudgetNotice {
    /// Whether the call was not made.
    fileprivate var isRefusal: Bool { kind == .refused || kind == .unknownPrice }
}
