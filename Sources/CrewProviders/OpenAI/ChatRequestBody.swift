import CrewKit

/// The body of a chat completions request.
struct ChatRequestBody: Sendable {
    var model: String
    var style = EndpointStyle.compatible
    var options = ModelOptions()
    /// Host and port; only what was written there goes back in memos.
    var endpoint: String?

    /// Whether what the model thought goes back with its tool calls.
    var replaysReasoning: Bool { options.replaysReasoning ?? style.replaysReasoning }

    func bytes(_ request: ModelRequest, names: WireToolNames) -> [UInt8] {
        var body = RequestBodyWriter(extras: options.body)
        body.member("model") { $0.write(model) }
        body.member("stream") { $0.write(raw: "true") }
        body.member("stream_options") { $0.write(raw: "{\"include_usage\":true}") }
        if let temperature = request.temperature {
            body.member("temperature", .number(temperature))
        }
        if let limit = request.maxOutputTokens {
            body.member(
                style.isOfOpenAI ? "max_completion_tokens" : "max_tokens", .integer(limit))
        }
        writeThinking(to: &body)
        if let format = request.format {
            body.member("response_format") { write(format, to: &$0) }
        }
        body.member("messages") { write(request.messages, names, to: &$0) }
        if !request.tools.isEmpty {
            body.member("tools") { $0.array(request.tools) { write($1, names, to: &$0) } }
            // The default is left out: several servers know no `tool_choice`.
            if request.toolChoice != .auto {
                body.member("tool_choice") { $0.write(request.toolChoice.rawValue) }
            }
        }
        return body.finish()
    }

    private func write(_ format: ResponseFormat, to writer: inout JSONWriter) {
        writer.write(raw: "{\"type\":\"json_schema\",\"json_schema\":{\"name\":")
        writer.write(format.name)
        if StrictSchema.fits(format.schema) { writer.write(raw: ",\"strict\":true") }
        writer.write(raw: ",\"schema\":")
        writer.write(format.schema)
        writer.write(raw: "}}")
    }

    // MARK: Messages

    private func write(
        _ messages: [PromptMessage], _ names: WireToolNames, to writer: inout JSONWriter
    ) {
        let lastUser = messages.lastIndex { if case .user = $0 { true } else { false } } ?? -1
        writer.array(messages.enumerated()) { writer, message in
            write(message.element, names, isRecent: message.offset > lastUser, to: &writer)
        }
    }

    private func write(
        _ message: PromptMessage, _ names: WireToolNames, isRecent: Bool,
        to writer: inout JSONWriter
    ) {
        switch message {
        case .system(let text):
            writer.write(raw: "{\"role\":\"")
            writer.write(raw: style.roleOfInstructions(for: model))
            writer.write(raw: "\",\"content\":")
            writer.write(text)
        case .user(let text):
            writer.write(raw: "{\"role\":\"user\",\"content\":")
            writer.write(text)
        case .assistant(let text, let calls, let memo):
            // Never null: several servers and chat templates break on it.
            writer.write(raw: "{\"role\":\"assistant\",\"content\":")
            writer.write(text)
            let memo = memo.flatMap { $0.isOf(.chat, model, at: endpoint) ? $0 : nil }
            for (name, value) in ChatMemo.messageMembers(memo, isRecent: isRecent) {
                write(name, value, to: &writer)
            }
            if !calls.isEmpty {
                writer.write(raw: ",\"tool_calls\":")
                writer.array(calls.enumerated()) { writer, call in
                    let extras = ChatMemo.callMembers(memo, call: call.offset)
                    write(call.element, extras, names, to: &writer)
                }
            }
        case .tool(let call, _, let output):
            writer.write(raw: "{\"role\":\"tool\",\"tool_call_id\":")
            writer.write(call.rawValue)
            writer.write(raw: ",\"content\":")
            writer.write(output)
        }
        writer.write(raw: "}")
    }

    private func write(
        _ call: ToolCall, _ extras: JSONObject, _ names: WireToolNames, to writer: inout JSONWriter
    ) {
        writer.write(raw: "{\"id\":")
        writer.write(call.id.rawValue)
        writer.write(raw: ",\"type\":\"function\",\"function\":{\"name\":")
        writer.write(names.wireName(of: call.name))
        writer.write(raw: ",\"arguments\":")
        // Arguments that were not JSON go back exactly as the model wrote them.
        writer.write(call.arguments.string ?? call.arguments.text)
        writer.write(raw: "}")
        for (name, value) in extras { write(name, value, to: &writer) }
        writer.write(raw: "}")
    }

    private func write(_ name: String, _ value: JSONValue, to writer: inout JSONWriter) {
        writer.write(raw: ",")
        writer.write(name)
        writer.write(raw: ":")
        writer.write(value)
    }

    private func write(
        _ tool: ToolDefinition, _ names: WireToolNames, to writer: inout JSONWriter
    ) {
        writer.write(raw: "{\"type\":\"function\",\"function\":{\"name\":")
        writer.write(names.wireName(of: tool.name))
        writer.write(raw: ",\"description\":")
        writer.write(tool.description)
        writer.write(raw: ",\"parameters\":")
        writer.write(tool.parameters)
        writer.write(raw: "}}")
    }
}
