import CrewKit

/// What makes one call the same as another: who asks which model, what was said, which tools there
/// are, and the shape of the reply.
///
/// Ids of calls are numbered in the order in which they are met, the run's own id becomes `<run>`,
/// and what looks like a key is left out, so that the same run made twice asks the same. Memos,
/// sampling, length limits and budgets are no part of it.
struct CanonicalRequest: Sendable, Hashable {
    let value: JSONValue

    init(value: JSONValue) { self.value = value }

    /// - Parameter model: what the crew's files, or the run, call the model.
    init(_ request: ModelRequest, model: String, redaction: SecretRedaction) {
        var ids = CanonicalCallIDs()
        var members: JSONObject = [
            "agent": .string(request.agent.rawValue), "model": .string(model),
            "messages": .array(request.messages.map { Self.value($0, &ids) }),
        ]
        if !request.tools.isEmpty {
            members["tools"] = .array(request.tools.map(Self.value))
            members["choice"] = .string(request.toolChoice.rawValue)
        }
        if let format = request.format {
            members["format"] = ["name": .string(format.name), "schema": format.schema]
        }
        let run = request.run?.rawValue ?? ""
        value = redaction.redacted(.object(members)) { text in
            run.isEmpty ? text : text.replacing(run, with: "<run>")
        }
    }

    private static func value(
        _ message: PromptMessage, _ ids: inout CanonicalCallIDs
    ) -> JSONValue {
        switch message {
        case .system(let text): return ["role": "system", "text": .string(text)]
        case .user(let text): return ["role": "user", "text": .string(text)]
        case .assistant(let text, let calls, _):
            var members: JSONObject = ["role": "assistant", "text": .string(text)]
            if !calls.isEmpty {
                members["calls"] = .array(
                    calls.map { call in
                        [
                            "id": .string(ids.number(of: call.id)),
                            "name": .string(call.name.rawValue), "arguments": call.arguments,
                        ]
                    })
            }
            return .object(members)
        case .tool(let call, let name, let output):
            return [
                "role": "tool", "call": .string(ids.number(of: call)),
                "name": .string(name.rawValue), "text": .string(output),
            ]
        }
    }

    private static func value(_ tool: ToolDefinition) -> JSONValue {
        [
            "name": .string(tool.name.rawValue), "description": .string(tool.description),
            "parameters": tool.parameters,
        ]
    }
}

/// Numbers the calls of a conversation.
private struct CanonicalCallIDs {
    private var numbers: [ToolCallID: Int] = [:]

    mutating func number(of id: ToolCallID) -> String {
        let number = numbers[id] ?? numbers.count + 1
        numbers[id] = number
        return "call \(number)"
    }
}
