import CrewKit

/// The frames of groups and warnings, and of how a run comes to rest.
extension FrameEncoder {
    mutating func encode(_ group: GroupStarted, _ stored: StoredEvent, _ time: String) {
        let names = group.members.map { facts.name(of: $0.agent) }
        let text = "🔀 Group \(group.group): \(names.joined(separator: ", "))"
        begin("group_start", agent: group.from, text, time, branch: stored.branch)
        out.field("group", group.group.rawValue)
        out.field(
            "members",
            .array(
                group.members.map {
                    ["agent_id": .string($0.agent.rawValue), "branch": .string($0.branch.rawValue)]
                }))
        end(stored)
    }

    mutating func encode(_ member: MemberEnded, _ stored: StoredEvent, _ time: String) {
        if case .failed(let failure) = member.outcome {
            // Whether the run fails with its member is not known here; if it does, its own `error`
            // frame says so.
            let text = "❌ Agent failed: \(failure.message)"
            begin("warning", agent: member.agent, text, time, branch: stored.branch)
            out.field("code", failure.code)
            end()
        }
        let text = "🏁 \(facts.name(of: member.agent)): \(member.outcome.name)"
        begin("member_end", agent: member.agent, text, time, branch: stored.branch)
        outcome(member.outcome)
        end(stored)
    }

    mutating func encode(_ group: GroupJoined, _ stored: StoredEvent, _ time: String) {
        let count = group.succeeded.count + group.failed.count
        let text = "🔀 Group \(group.group): \(group.succeeded.count) of \(count) finished"
        begin("group_end", agent: Self.system, text, time)
        out.field("group", group.group.rawValue)
        out.field("succeeded", .array(group.succeeded.map { .string($0.rawValue) }))
        out.field("failed", .array(group.failed.map { .string($0.rawValue) }))
        end(stored)
    }

    mutating func encode(_ warning: RunWarning, _ stored: StoredEvent, _ time: String) {
        let type: StaticString =
            switch warning.code {
            case .modelRetried: "retry"
            case .modelFellBack: "fallback"
            default: "warning"
            }
        let text = warning.message.hasPrefix("⚠️") ? warning.message : "⚠️ \(warning.message)"
        if let agent = warning.agent {
            begin(type, agent: agent, text, time, branch: stored.branch)
        } else {
            begin(type, agent: Self.system, text, time)
        }
        out.field("code", warning.code.rawValue)
        end(stored)
    }

    mutating func encode(_ pause: RunPaused, _ stored: StoredEvent, _ time: String) {
        begin("pause", agent: pause.agent, "[PAUSE:\(pause.agent)] Waiting for user input", time)
        out.field("session_id", facts.session.rawValue)
        end()
        // The event has no sums. What was spent before a resumed stream is not known here.
        let usage = showsWholeRun ? progress.usage : nil
        let cost = showsWholeRun ? progress.cost : nil
        encodeDone(.paused(at: pause.agent), usage: usage, cost: cost, stored, time)
    }

    mutating func encode(_ ended: RunEnded, _ stored: StoredEvent, _ time: String) {
        if case .failed(let failure) = ended.outcome {
            return encode(failure, ended, stored, time)
        }
        if case .terminated(let signal) = ended.outcome {
            let text = "[TERMINATE] Workflow ended by signal: \(signal)"
            if let agent = progress.lastAgent {
                begin("terminate", agent: agent, text, time)
            } else {
                begin("terminate", agent: Self.system, text, time)
            }
            out.field("signal", signal)
            end()
        }
        encodeDone(ended.outcome, usage: ended.usage, cost: ended.cost, stored, time)
    }

    private mutating func encode(
        _ failure: RunFailure, _ ended: RunEnded, _ stored: StoredEvent, _ time: String
    ) {
        if let agent = failure.agent {
            begin("error", agent: agent, "Agent failed: \(failure.message)", time)
        } else {
            begin("error", agent: Self.system, "Execution error: \(failure.message)", time)
        }
        out.field("session_id", facts.session.rawValue)
        out.field("code", failure.code)
        out.field("outcome", ended.outcome.name)
        counts(ended.usage, ended.cost)
        finish(stored)
    }

    private mutating func encodeDone(
        _ outcome: RunOutcome, usage: Usage?, cost: Double?, _ stored: StoredEvent, _ time: String
    ) {
        let text =
            switch outcome {
            case .limitReached(let limit): "⏹️ Execution stopped: \(limit.rawValue) reached"
            case .cancelled: "⏹️ Execution cancelled"
            default: "✅ Execution completed"
            }
        begin("done", agent: Self.system, text, time)
        out.field("session_id", facts.session.rawValue)
        self.outcome(outcome)
        // Where the run waits is more useful than who spoke last; they are the same almost always.
        if case .paused(let agent) = outcome {
            out.field("agent_id", agent.rawValue)
        } else {
            out.field("agent_id", ifPresent: progress.lastAgent?.rawValue)
        }
        out.field("text", progress.lastText)
        counts(usage, cost)
        if progress.isLastTextScripted { out.field("scripted", true) }
        finish(stored)
    }

    private mutating func outcome(_ outcome: RunOutcome) {
        out.field("outcome", outcome.name)
        switch outcome {
        case .terminated(let signal): out.field("signal", signal)
        case .limitReached(let limit): out.field("limit", limit.rawValue)
        case .failed(let failure): out.field("code", failure.code)
        case .completed, .paused, .cancelled: break
        }
    }

    private mutating func counts(_ usage: Usage?, _ cost: Double?) {
        out.field("rounds", progress.rounds)
        out.field("handoffs", progress.handoffs)
        if let usage { spent(usage, cost) }
    }

    /// What was spent; a part that nobody reported is not there.
    mutating func spent(_ usage: Usage, _ cost: Double?) {
        var parts = JSONObject()
        parts["input_tokens"] = usage.inputTokens.map { .integer($0) }
        parts["output_tokens"] = usage.outputTokens.map { .integer($0) }
        parts["cached_input_tokens"] = usage.cachedInputTokens.map { .integer($0) }
        parts["reasoning_tokens"] = usage.reasoningTokens.map { .integer($0) }
        parts["complete"] = .bool(usage.isComplete)
        out.field("usage", .object(parts))
        if let cost { out.field("cost", .number(cost)) }
    }
}
