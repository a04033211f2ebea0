import CrewKit

import struct Foundation.Date

/// The frames of runs that wait, go on, and begin as copies of others.
extension FrameEncoder {
    mutating func encode(_ resumed: RunResumed, _ stored: StoredEvent, _ time: String) {
        // Clients of the original wait for a `start` after every input of theirs.
        if isFirstAnswer() {
            return encodeStart(agent: resumed.agent, isResumed: true, stored, time)
        }
        begin("resumed", agent: resumed.agent, "▶️ The run goes on", time)
        out.field("input", ifPresent: resumed.input)
        out.field("source", resumed.source.rawValue)
        end(stored)
    }

    mutating func encode(_ queued: RunQueued, _ stored: StoredEvent, _ time: String) {
        begin("queued", agent: Self.system, "⏳ Waiting for the session's earlier run", time)
        out.field("session_id", queued.session.written(by: queued.tenant).rawValue)
        out.field("crew", queued.crew)
        out.field("agent_id", queued.agent.rawValue)
        end(stored)
    }

    /// What was shown of messages that were not complete is void: said before the frame that
    /// carries the event's id, so that no client misses it.
    mutating func encode(_ recovered: RunRecovered, _ stored: StoredEvent, _ time: String) {
        for delta in progress.openRounds.abandoned { encode(delta, at: time) }
        begin("recovered", agent: Self.system, "♻️ Taken up after the server had stopped", time)
        out.field("policy", recovered.policy.rawValue)
        end(stored)
    }

    mutating func encode(_ forked: RunForked, _ stored: StoredEvent, _ time: String) {
        let text = "🍴 A copy of run \(forked.run) up to step \(forked.sequence)"
        begin("forked", agent: Self.system, text, time)
        out.field("from_run", forked.run.rawValue)
        out.field("step", forked.sequence)
        out.field("input", ifPresent: forked.input)
        out.field("model", ifPresent: forked.model)
        end(stored)
    }

    mutating func encode(_ wish: CancelRequested, _ stored: StoredEvent, _ time: String) {
        let text =
            switch wish.depth {
            case .now: "⏹️ Is to end now"
            case .afterRound: "⏹️ Is to end after this round"
            case .afterTurn: "⏹️ Is to end after this turn"
            }
        begin("cancel_requested", agent: Self.system, text, time)
        out.field("depth", wish.depth.rawValue)
        end(stored)
    }

    mutating func encode(_ request: ApprovalRequested, _ stored: StoredEvent, _ time: String) {
        let name = facts.name(of: request.agent)
        let text = "✋ \(name) asks to use \(request.call.name)"
        begin("approval_request", agent: request.agent, text, time, branch: stored.branch)
        out.field("approval", stored.sequence)
        out.field("tool", request.call.name.rawValue)
        out.field("call_id", request.call.id.rawValue)
        out.field("arguments", request.call.arguments)
        out.field("effect", request.effect.rawValue)
        out.field("reason", request.reason.rawValue)
        if let expiry = stored.expiry(after: request.expiresAfterSeconds) {
            out.field("expires_at", Timestamp.text(expiry))
        }
        out.field("default_decision", request.defaultDecision.rawValue)
        end(stored)
    }

    mutating func encode(_ decided: ApprovalDecided, _ stored: StoredEvent, _ time: String) {
        let reason = decided.reason.map { ": \($0)" } ?? ""
        let text = (decided.decision == .approve ? "👍 Allowed" : "👎 Refused") + reason
        begin("approval_decision", agent: Self.system, text, time)
        out.field("branch", ifPresent: stored.branch?.rawValue)
        out.field("approval", decided.approval.rawValue)
        out.field("decision", decided.decision.rawValue)
        out.field("reason", ifPresent: decided.reason)
        out.field("source", decided.source.rawValue)
        end(stored)
    }
}
