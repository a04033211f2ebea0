import CrewKit

/// What was said in a conversation as a list of JSON messages.
enum HistoryDocument {
    static func json(_ entries: [ConversationEntry]) -> JSONValue {
        .array(entries.map { .object(message($0)) })
    }

    private static func message(_ entry: ConversationEntry) -> JSONObject {
        switch entry {
        case .user(let text): return ["role": "user", "content": .string(text)]
        case .correction(let text):
            return ["role": "correction", "content": .string(text)]
        case .briefing(let text): return ["role": "briefing", "content": .string(text)]
        case .answer(let party, let text):
            return ["role": "note", "from": .string(party), "content": .string(text)]
        case .note(let text): return ["role": "note", "content": .string(text)]
        case .groupResult(let group, let text):
            return ["role": "note", "group": .string(group.rawValue), "content": .string(text)]
        case .toolResult(let result):
            return [
                "role": "tool", "tool": .string(result.name.rawValue),
                "call_id": .string(result.call.rawValue), "status": .string(result.status.rawValue),
                "content": .string(result.output),
            ]
        case .agent(let said):
            var members: JSONObject = ["role": "assistant"]
            members["agent"] = said.agent.map { .string($0.rawValue) }
            members["content"] = .string(said.text)
            if !said.reasoning.isEmpty { members["reasoning"] = .string(said.reasoning) }
            if !said.toolCalls.isEmpty { members["tool_calls"] = .array(said.toolCalls.map(call)) }
            return members
        }
    }

    private static func call(_ call: ToolCall) -> JSONValue {
        [
            "id": .string(call.id.rawValue), "name": .string(call.name.rawValue),
            "arguments": call.arguments,
        ]
    }
}
