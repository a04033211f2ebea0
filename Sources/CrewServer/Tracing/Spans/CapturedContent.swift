import CrewKit

/// What was said, as spans may hold it: only where somebody asked for that, and never all of it.
struct CapturedContent: Sendable {
    /// Characters of one text.
    static let longest = 4_096

    let isWanted: Bool

    func input(_ text: String) -> SpanAttributes.Value? {
        messages([["role": "user", "parts": [part(text)]]])
    }

    func output(_ replied: Replied) -> SpanAttributes.Value? {
        var parts: [JSONValue] = []
        if !replied.message.text.isEmpty { parts.append(part(replied.message.text)) }
        parts += replied.message.toolCalls.map { call in
            [
                "type": "tool_call", "id": .string(call.id.rawValue),
                "name": .string(call.name.rawValue), "arguments": .string(cut(call.arguments.text)),
            ]
        }
        return messages([
            [
                "role": "assistant", "parts": .array(parts),
                "finish_reason": .string(replied.finish.conventionalName),
            ]
        ])
    }

    func text(_ text: String) -> SpanAttributes.Value? { isWanted ? .text(cut(text)) : nil }

    private func messages(_ value: JSONValue) -> SpanAttributes.Value? {
        isWanted ? .text(value.text) : nil
    }

    private func part(_ text: String) -> JSONValue {
        ["type": "text", "content": .string(cut(text))]
    }

    private func cut(_ text: String) -> String {
        text.count <= Self.longest ? text : text.prefix(Self.longest - 1) + "…"
    }
}

extension FinishReason {
    /// The word of the conventions.
    var conventionalName: String {
        switch rawValue {
        case "tool_calls": "tool_call"
        default: rawValue
        }
    }
}
