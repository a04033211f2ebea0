import CrewKit

import struct Foundation.Date

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
        let text = warning.message.hasPrefix("⚠️") ? warning.message : "⚠️ \(warning.message)"
        if let agent = warning.agent {
            begin("warning", agent: agent, text, time, branch: stored.branch)
        } else {
            begin("warning", agent: Self.system, text, time)
        }
        out.field("code", warning.code.rawValue)
        end(stored)
    }

    /// The frame of a rest that turned out not to be the end.
    mutating func encode(passed stored: StoredEvent) {
        let time = Timestamp.text(stored.time)
        switch stored.event {
        case .paused(let pause):
            begin(pause, stored, time)
            end(stored)
        case .runEnded(let ended):
            begin("pause", agent: Self.system, Self.text(of: ended.outcome), time)
            out.field("session_id", ifPresent: facts.session?.rawValue)
            outcome(ended.outcome)
            end(stored)
        default: skip(stored)
        }
    }

    /// The frames with which a stream ends whose run is at rest.
    ///
    /// - Parameter rest: the event with which it came to rest, when the stream has not shown it.
    mutating func encodeEnd(_ record: RunRecord, at rest: StoredEvent?) {
        let time = Timestamp.text(rest?.time ?? record.updatedAt)
        switch record.status {
        case .paused(let agent):
            if case .paused(let pause)? = rest?.event {
                begin(pause, rest, time)
                end()
            }
            return encodeDone(.paused(at: agent), record, time)
        case .ended(.failed(let failure)): return encode(failure, record, time)
        case .ended(.terminated(let signal)):
            encodeTermination(by: signal, time)
            encodeDone(.terminated(by: signal), record, time)
        case .ended(let outcome): encodeDone(outcome, record, time)
        case .queued, .running: break
        }
    }

    private mutating func begin(_ pause: RunPaused, _ stored: StoredEvent?, _ time: String) {
        let text =
            switch pause.kind {
            case .input: "[PAUSE:\(pause.agent)] Waiting for user input"
            case .external:
                "[PAUSE:\(pause.agent)] Waiting for an answer from \(pause.party ?? "outside")"
            case .approval: "[PAUSE:\(pause.agent)] Waiting for a decision"
            case .recovery: "[PAUSE:\(pause.agent)] Waiting to be resumed"
            }
        begin("pause", agent: pause.agent, text, time)
        out.field("session_id", ifPresent: facts.session?.rawValue)
        out.field("pause_kind", pause.kind.rawValue)
        out.field("party", ifPresent: pause.party)
        out.field("question", ifPresent: pause.question)
        if let expiry = stored?.expiry(after: pause.expiresAfterSeconds) {
            out.field("expires_at", Timestamp.text(expiry))
        }
    }

    private mutating func encodeTermination(by signal: String, _ time: String) {
        let text = "[TERMINATE] Workflow ended by signal: \(signal)"
        if let agent = progress.lastAgent {
            begin("terminate", agent: agent, text, time)
        } else {
            begin("terminate", agent: Self.system, text, time)
        }
        out.field("signal", signal)
        end()
    }

    private mutating func encode(_ failure: RunFailure, _ record: RunRecord, _ time: String) {
        if let agent = failure.agent {
            begin("error", agent: agent, "Agent failed: \(failure.message)", time)
        } else {
            begin("error", agent: Self.system, "Execution error: \(failure.message)", time)
        }
        out.field("session_id", ifPresent: facts.session?.rawValue)
        out.field("code", failure.code)
        out.field("outcome", RunOutcome.failed(failure).name)
        finish(record)
    }

    private mutating func encodeDone(_ outcome: RunOutcome, _ record: RunRecord, _ time: String) {
        begin("done", agent: Self.system, Self.text(of: outcome), time)
        out.field("session_id", ifPresent: facts.session?.rawValue)
        self.outcome(outcome)
        // Where the run waits is more useful than who spoke last; they are the same almost always.
        if case .paused(let agent) = outcome {
            out.field("agent_id", agent.rawValue)
        } else {
            out.field("agent_id", ifPresent: progress.lastAgent?.rawValue)
        }
        if let pause = record.pause {
            out.field("pause_kind", pause.kind.rawValue)
            out.field("party", ifPresent: pause.party)
            out.field("question", ifPresent: pause.question)
            out.field("approvals", .array(record.approvals.map { .integer($0.id.rawValue) }))
        }
        out.field("text", progress.lastText)
        if progress.isLastTextScripted { out.field("scripted", true) }
        finish(record)
    }

    private static func text(of outcome: RunOutcome) -> String {
        switch outcome {
        case .limitReached(let limit): "⏹️ Execution stopped: \(limit.rawValue) reached"
        case .cancelled: "⏹️ Execution cancelled"
        case .failed(let failure): "❌ Execution failed: \(failure.message)"
        default: "✅ Execution completed"
        }
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

    /// The sums of the last frame, and its id.
    private mutating func finish(_ record: RunRecord) {
        out.field("rounds", progress.rounds)
        out.field("handoffs", progress.handoffs)
        if let usage = record.usage { spent(usage, record.cost) }
        end(upTo: record.lastSequence)
    }

    /// What was spent; a part that nobody reported is not there.
    mutating func spent(_ usage: Usage, _ cost: Double?) {
        out.field("usage", usage.json)
        if let cost { out.field("cost", .number(cost)) }
    }
}

extension FrameEncoder {
    /// What befell a model call: the sentence for people, the event itself for programs.
    mutating func encodeNews(_ stored: StoredEvent, _ time: String) {
        guard let news = stored.event.modelCallNews else { return skip(stored) }
        begin(news.word, agent: news.agent, "⚠️ \(news.sentence)", time, branch: stored.branch)
        out.field("code", news.code)
        out.field("event", RunJSON.value(of: stored))
        end(stored)
    }
}
