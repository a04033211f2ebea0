import CrewKit

/// The frames of tool calls.
extension FrameEncoder {
    mutating func encode(_ start: ToolStarted, _ stored: StoredEvent, _ time: String) {
        let text = "🔧 [Tool] \(start.call.name) → Executing..."
        begin("tool_start", agent: start.agent, text, time, branch: stored.branch)
        out.field("tool", start.call.name.rawValue)
        out.field("call_id", start.call.id.rawValue)
        out.field("arguments", start.call.arguments)
        out.field("effect", start.effect.rawValue)
        end(stored)
    }

    mutating func encode(_ returned: ToolReturned, _ stored: StoredEvent, _ time: String) {
        let result = returned.result
        let mark = result.status == .success ? "✅" : "❌"
        let text = "\(mark) [Tool] \(result.name) → \(result.output)"
        begin("tool_result", agent: returned.agent, text, time, branch: stored.branch)
        out.field("tool", result.name.rawValue)
        out.field("call_id", result.call.rawValue)
        out.field("status", result.status.rawValue)
        if let failure = result.failure {
            out.field("kind", failure.kind.rawValue)
            out.field("hint", ifPresent: failure.hint)
            out.field("action", failure.action.rawValue)
        }
        out.field("artifact", ifPresent: result.artifact)
        end(stored)
    }

    mutating func encode(_ progressed: ToolProgressed, _ stored: StoredEvent, _ time: String) {
        let progress = progressed.progress
        let share = progress.total.map { " of \(JSONValue.number($0).text)" } ?? ""
        let text =
            "⏳ [Tool] \(progressed.name) → \(JSONValue.number(progress.done).text)\(share)"
            + (progress.message.map { ": \($0)" } ?? "")
        begin("tool_progress", agent: progressed.agent, text, time, branch: stored.branch)
        out.field("tool", progressed.name.rawValue)
        out.field("call_id", progressed.call.rawValue)
        out.field("progress", .number(progress.done))
        if let total = progress.total { out.field("total", .number(total)) }
        end(stored)
    }

    mutating func encode(_ progressed: SubrunProgressed, _ stored: StoredEvent, _ time: String) {
        let event = progressed.event
        let text = "↳ [\(progressed.run)] \(event.event.name)"
        begin("subrun", agent: progressed.agent, text, time, branch: stored.branch)
        out.field("call_id", progressed.call.rawValue)
        out.field("subrun_id", progressed.run.rawValue)
        out.field("event", RunJSON.value(of: event))
        end(stored)
    }
}
