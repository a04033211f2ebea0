import CrewKit

/// The body of a chat completions request.
struct ChatRequestBody: Sendable {
    var model: String
    /// OpenAI's own models refuse `max_tokens`; most compatible servers read nothing else.
    var usesMaxCompletionTokens: Bool

    func bytes(_ request: ModelRequest, names: WireToolNames) -> [UInt8] {
        var writer = JSONWriter()
        writer.write(raw: "{\"model\":")
        writer.write(model)
        writer.write(raw: ",\"stream\":true,\"stream_options\":{\"include_usage\":true}")
        if let temperature = request.temperature {
            writer.write(raw: ",\"temperature\":")
            writer.write(.number(temperature))
        }
        if let limit = request.maxOutputTokens {
            writer.write(
                raw: usesMaxCompletionTokens ? ",\"max_completion_tokens\":" : ",\"max_tokens\":")
            writer.write(.integer(limit))
        }
        writer.write(raw: ",\"messages\":[")
        for (position, message) in request.messages.enumerated() {
            if position > 0 { writer.write(raw: ",") }
            write(message, names, to: &writer)
        }
        writer.write(raw: "]")
        if !request.tools.isEmpty {
            write(request.tools, names, to: &writer)
            // The default is left out: several servers know no `tool_choice`.
            if request.toolChoice != .auto {
                writer.write(raw: ",\"tool_choice\":")
                writer.write(request.toolChoice.rawValue)
            }
        }
        writer.write(raw: "}")
        return writer.bytes
    }

    private func write(
        _ message: PromptMessage, _ names: WireToolNames, to writer: inout JSONWriter
    ) {
        switch message {
        case .system(let text):
            writer.write(raw: "{\"role\":\"system\",\"content\":")
            writer.write(text)
        case .user(let text):
            writer.write(raw: "{\"role\":\"user\",\"content\":")
            writer.write(text)
        case .assistant(let text, let calls, _):
            // Never null: several servers and chat templates break on it.
            writer.write(raw: "{\"role\":\"assistant\",\"content\":")
            writer.write(text)
            if !calls.isEmpty { write(calls, names, to: &writer) }
        case .tool(let call, _, let output):
            writer.write(raw: "{\"role\":\"tool\",\"tool_call_id\":")
            writer.write(call.rawValue)
            writer.write(raw: ",\"content\":")
            writer.write(output)
        }
        writer.write(raw: "}")
    }

    private func write(
        _ calls: [ToolCall], _ names: WireToolNames, to writer: inout JSONWriter
    ) {
        writer.write(raw: ",\"tool_calls\":[")
        for (position, call) in calls.enumerated() {
            writer.write(raw: position > 0 ? ",{\"id\":" : "{\"id\":")
            writer.write(call.id.rawValue)
            writer.write(raw: ",\"type\":\"function\",\"function\":{\"name\":")
            writer.write(names.wireName(of: call.name))
            writer.write(raw: ",\"arguments\":")
            // Arguments that were not JSON go back exactly as the model wrote them.
            writer.write(call.arguments.string ?? call.arguments.text)
            writer.write(raw: "}}")
        }
        writer.write(raw: "]")
    }

    private func write(
        _ tools: [ToolDefinition], _ names: WireToolNames, to writer: inout JSONWriter
    ) {
        writer.write(raw: ",\"tools\":[")
        for (position, tool) in tools.enumerated() {
            if position > 0 { writer.write(raw: ",") }
            writer.write(raw: "{\"type\":\"function\",\"function\":{\"name\":")
            writer.write(names.wireName(of: tool.name))
            writer.write(raw: ",\"description\":")
            writer.write(tool.description)
            writer.write(raw: ",\"parameters\":")
            writer.write(tool.parameters)
            writer.write(raw: "}}")
        }
        writer.write(raw: "]")
    }
}
