import CrewKit

/// The frames of stored events: a mapping, read as a table.
extension FrameEncoder {
    mutating func encode(_ stored: StoredEvent) {
        let time = Timestamp.text(stored.time)
        switch stored.event {
        case .runStarted(let start):
            guard stored.branch == nil else { return skip(stored) }
            encodeStart(agent: start.agent, isResumed: false, stored, time)
        case .resumed(let resumed):
            guard stored.branch == nil else { return skip(stored) }
            encode(resumed, stored, time)
        case .queued(let queued): encode(queued, stored, time)
        case .recovered(let recovered): encode(recovered, stored, time)
        case .forked(let forked): encode(forked, stored, time)
        case .approvalRequested(let request): encode(request, stored, time)
        case .approvalDecided(let decided): encode(decided, stored, time)
        case .cancelRequested(let wish): encode(wish, stored, time)
        case .turnStarted(let turn): encode(turn, stored, time)
        case .roundStarted(let round): encode(round, stored, time)
        case .contextTrimmed(let trimmed): encode(trimmed, stored, time)
        case .replied(let reply): encode(reply, stored, time)
        case .roundFailed(let failed): encode(failed, stored, time)
        case .toolStarted(let start): encode(start, stored, time)
        case .toolProgressed(let progressed): encode(progressed, stored, time)
        case .subrunProgressed(let progressed): encode(progressed, stored, time)
        case .toolReturned(let returned): encode(returned, stored, time)
        case .signalMatched(let signal): encode(signal, stored, time)
        case .handedOff(let handoff): encode(handoff, stored, time)
        case .crewAsked(let asked): encode(asked, stored, time)
        case .groupStarted(let group): encode(group, stored, time)
        case .memberEnded(let member): encode(member, stored, time)
        case .groupJoined(let group): encode(group, stored, time)
        case .warned(let warning): encode(warning, stored, time)
        case .modelRetried, .modelFellBack, .modelHedged, .modelWaited, .breakerChanged,
            .budgetReported, .replyRejected:
            encodeNews(stored, time)
        // A member's; the run's own is held back until it is known whether it is the end.
        case .paused, .runEnded, .roundCancelled: skip(stored)
        }
    }

    mutating func encodeStart(
        agent: AgentID, isResumed: Bool, _ stored: StoredEvent, _ time: String
    ) {
        begin("start", agent: Self.system, "🚀 Starting crew execution...", time)
        out.field("session_id", ifPresent: facts.session?.rawValue)
        out.field("crew", facts.crewName)
        out.field("agent_id", agent.rawValue)
        out.field("model", facts.modelDescription)
        if facts.isScripted { out.field("scripted", true) }
        if isResumed { out.field("resumed", true) }
        end(stored)
    }

    private mutating func encode(_ turn: TurnStarted, _ stored: StoredEvent, _ time: String) {
        let name = facts.name(of: turn.agent)
        let text =
            stored.branch == nil ? "🔄 Starting \(name)..." : "🔄 [Parallel] \(name) starting..."
        begin("agent_start", agent: turn.agent, text, time, branch: stored.branch)
        end(stored)
    }

    private mutating func encode(_ round: RoundStarted, _ stored: StoredEvent, _ time: String) {
        let text = "🔁 Round \(round.round): \(round.model)"
        begin("round_start", agent: round.agent, text, time, branch: stored.branch)
        out.field("round", round.round)
        out.field("model", round.model)
        fieldIfScripted(round.agent)
        end(stored)
    }

    private mutating func encode(_ trimmed: ContextTrimmed, _ stored: StoredEvent, _ time: String) {
        let text = "✂️ \(trimmed.droppedMessages) earlier messages were left out"
        begin("context_trimmed", agent: trimmed.agent, text, time, branch: stored.branch)
        out.field("dropped_messages", trimmed.droppedMessages)
        out.field("estimated_tokens_before", trimmed.estimatedTokensBefore)
        out.field("estimated_tokens_after", trimmed.estimatedTokensAfter)
        end(stored)
    }

    private mutating func encode(_ reply: Replied, _ stored: StoredEvent, _ time: String) {
        if !reply.message.text.isEmpty {
            let text = reply.message.text
            begin("agent_response", agent: reply.agent, text, time, branch: stored.branch)
            out.field("round", reply.round)
            out.field("model", reply.model)
            fieldIfScripted(reply.agent)
            end()
        }
        if let usage = reply.usage {
            let text = "📊 \(usage.totalTokens.map(String.init) ?? "?") tokens"
            begin("usage", agent: reply.agent, text, time, branch: stored.branch)
            out.field("round", reply.round)
            out.field("model", reply.model)
            spent(usage, reply.cost)
            fieldIfScripted(reply.agent)
            end()
        }
        let text = "🏁 Round \(reply.round) finished"
        begin("round_end", agent: reply.agent, text, time, branch: stored.branch)
        out.field("round", reply.round)
        out.field("status", "success")
        out.field("finish", reply.finish.rawValue)
        out.field("tool_calls", reply.message.toolCalls.count)
        end(stored)
    }

    private mutating func encode(_ failed: RoundFailed, _ stored: StoredEvent, _ time: String) {
        // The one `error` frame of a failure is the one that ends the stream.
        let text = "❌ Round \(failed.round) failed: \(failed.failure.message)"
        begin("round_end", agent: failed.agent, text, time, branch: stored.branch)
        out.field("round", failed.round)
        out.field("status", "failed")
        out.field("code", failed.failure.code)
        end(stored)
    }

    private mutating func encode(_ signal: SignalMatched, _ stored: StoredEvent, _ time: String) {
        let text = "📡 \(signal.signal)" + (signal.target.map { " → \($0)" } ?? "")
        begin("signal", agent: signal.agent, text, time, branch: stored.branch)
        out.field("signal", signal.signal)
        out.field("level", signal.level.rawValue)
        out.field("target", ifPresent: signal.target)
        end(stored)
    }

    private mutating func encode(_ handoff: HandedOff, _ stored: StoredEvent, _ time: String) {
        let text = "➡️ \(facts.name(of: handoff.from)) → \(facts.name(of: handoff.to))"
        begin("handoff", agent: handoff.from, text, time, branch: stored.branch)
        out.field("from", handoff.from.rawValue)
        out.field("to", handoff.to.rawValue)
        out.field("reason", handoff.reason.rawValue)
        out.field("input", ifPresent: handoff.input)
        end(stored)
    }

    private mutating func encode(_ asked: CrewAsked, _ stored: StoredEvent, _ time: String) {
        let text = "➡️ \(facts.name(of: asked.agent)) → \(asked.call.name)"
        begin("crew_asked", agent: asked.agent, text, time, branch: stored.branch)
        out.field("crew", asked.call.name.rawValue)
        out.field("call_id", asked.call.id.rawValue)
        out.field("input", ifPresent: asked.call.arguments["input"]?.string)
        out.field("return_to", asked.returnTo.rawValue)
        end(stored)
    }
}
