import CrewKit

/// The body of a responses request.
struct ResponsesRequestBody: Sendable {
    var model: String
    var style = EndpointStyle.compatible
    var options = ModelOptions()
    /// Host and port; only what was written there goes back in memos.
    var endpoint: String?

    func bytes(_ request: ModelRequest, names: WireToolNames) -> [UInt8] {
        var body = RequestBodyWriter(extras: options.body)
        body.member("model") { $0.write(model) }
        body.member("stream") { $0.write(raw: "true") }
        body.member("store") { $0.write(raw: "false") }
        if style.mayReason(model) {
            body.member("include") { $0.write(raw: "[\"reasoning.encrypted_content\"]") }
        }
        if let temperature = request.temperature {
            body.member("temperature", .number(temperature))
        }
        if let limit = request.maxOutputTokens {
            body.member("max_output_tokens", .integer(limit))
        }
        if let reasoning { body.member("reasoning", .object(reasoning)) }
        if let format = request.format { body.member("text") { write(format, to: &$0) } }
        let (instructions, rest) = Self.parted(request.messages)
        if !instructions.isEmpty { body.member("instructions") { $0.write(instructions) } }
        body.member("input") { write(rest, names, to: &$0) }
        if !request.tools.isEmpty {
            body.member("tools") { $0.array(request.tools) { write($1, names, to: &$0) } }
            if request.toolChoice != .auto {
                body.member("tool_choice") { $0.write(request.toolChoice.rawValue) }
            }
        }
        return body.finish()
    }

    /// Summaries of what was thought are asked for only where thinking is: some accounts may not.
    private var reasoning: JSONObject? {
        var members: JSONObject = [:]
        if let effort = options.reasoningEffort ?? (options.thinks == false ? "none" : nil) {
            members["effort"] = .string(effort)
        }
        if options.thinks == true { members["summary"] = "auto" }
        return members.isEmpty ? nil : members
    }

    private func write(_ format: ResponseFormat, to writer: inout JSONWriter) {
        let shape: JSONValue = [
            "type": "json_schema", "name": .string(format.name), "schema": format.schema,
            "strict": .bool(StrictSchema.fits(format.schema)),
        ]
        writer.write(JSONValue.object(["format": shape]))
    }

    private func write(
        _ tool: ToolDefinition, _ names: WireToolNames, to writer: inout JSONWriter
    ) {
        writer.write(raw: "{\"type\":\"function\",\"name\":")
        writer.write(names.wireName(of: tool.name))
        writer.write(raw: ",\"description\":")
        writer.write(tool.description)
        // The default, true, refuses nearly every schema; arguments are checked by us.
        writer.write(raw: ",\"strict\":false,\"parameters\":")
        writer.write(tool.parameters)
        writer.write(raw: "}")
    }

    /// The instructions at the beginning of a conversation, and the rest of it.
    private static func parted(
        _ messages: [PromptMessage]
    ) -> (String, ArraySlice<PromptMessage>) {
        let rest = messages.drop { if case .system = $0 { true } else { false } }
        return (messages[..<rest.startIndex].map(\.text).joined(separator: "\n\n"), rest)
    }

    // MARK: Items

    private func write(
        _ messages: ArraySlice<PromptMessage>, _ names: WireToolNames, to writer: inout JSONWriter
    ) {
        let items: [JSONValue] = messages.flatMap { self.items(for: $0, names) }
        writer.write(.array(items))
    }

    private func items(for message: PromptMessage, _ names: WireToolNames) -> [JSONValue] {
        switch message {
        case .system(let text):
            return [Self.message("system", text)]
        case .user(let text): return [Self.message("user", text)]
        case .assistant(let text, let calls, let memo):
            let said: [JSONValue] =
                text.isEmpty ? [] : [Self.message("assistant", text)]
            let wishes = calls.map { call -> JSONObject in
                JSONObject([
                    ("type", "function_call"), ("call_id", .string(call.id.rawValue)),
                    ("name", .string(names.wireName(of: call.name))),
                    // Arguments that were not JSON go back exactly as the model wrote them.
                    ("arguments", .string(call.arguments.string ?? call.arguments.text)),
                ])
            }
            guard let memo, memo.isOf(.responses, model, at: endpoint) else {
                return said + wishes.map { .object($0) }
            }
            return ResponsesMemo.items(memo, said: said.first, calls: wishes)
        case .tool(let call, _, let output):
            return [
                [
                    "type": "function_call_output", "call_id": .string(call.rawValue),
                    "output": .string(output),
                ]
            ]
        }
    }

    private static func message(_ role: JSONValue, _ text: String) -> JSONValue {
        ["type": "message", "role": role, "content": .string(text)]
    }
}

extension EndpointStyle {
    /// Whether the model may reason, as far as its name tells: those of OpenAI that do not refuse to
    /// hand out what they thought.
    func mayReason(_ model: String) -> Bool {
        guard isOfOpenAI else { return true }
        let name = model.split(separator: "/").last.map(String.init) ?? model
        return !["gpt-3", "gpt-4", "chatgpt-"].contains { name.hasPrefix($0) }
    }
}
