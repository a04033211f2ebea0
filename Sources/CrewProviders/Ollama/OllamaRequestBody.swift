import CrewKit

/// The body of a request to Ollama's own chat.
struct OllamaRequestBody: Sendable {
    var model: String
    var options: ModelOptions
    /// Host and port; only what was written there goes back in memos.
    var endpoint: String?

    func bytes(_ request: ModelRequest) -> [UInt8] {
        var writer = JSONWriter()
        writer.write(members(request))
        return writer.bytes
    }

    private func members(_ request: ModelRequest) -> JSONObject {
        // The protocol has no word for it: a model that must not call is not told of its tools.
        let tools = request.toolChoice == .none ? [] : request.tools
        var members: JSONObject = ["model": .string(model), "stream": true]
        if let thinks { members["think"] = thinks }
        if let keepAlive { members["keep_alive"] = keepAlive }
        // A reply that is held to a shape cannot call a tool; the prompt then has to do.
        if let format = request.format, tools.isEmpty { members["format"] = format.schema }
        let settings = settings(request)
        if !settings.isEmpty { members["options"] = .object(settings) }
        members["messages"] = .array(
            OllamaConversation(
                request, model: model, endpoint: endpoint,
                replays: options.replaysReasoning != false
            ).messages)
        if !tools.isEmpty { members["tools"] = .array(tools.map(Self.tool)) }
        for (key, value) in options.body where key != "options" { members[key] = value }
        return members
    }

    /// Sampling and sizes; what the agent's model says under `options` joins and replaces ours.
    private func settings(_ request: ModelRequest) -> JSONObject {
        var settings: JSONObject = [:]
        if let tokens = options.contextTokens { settings["num_ctx"] = .integer(tokens) }
        if let limit = request.maxOutputTokens { settings["num_predict"] = .integer(limit) }
        if let temperature = request.temperature {
            settings["temperature"] = .number(temperature)
        }
        for (key, value) in options.body["options"]?.object ?? [:] { settings[key] = value }
        return settings
    }

    private var thinks: JSONValue? {
        if options.thinks == false { return false }
        if let effort = options.reasoningEffort { return .string(effort) }
        return options.thinks.map { .bool($0) }
    }

    /// A duration with its unit is text, seconds are a number.
    private var keepAlive: JSONValue? {
        guard let text = options.keepAlive?.trimmingBlanks, !text.isEmpty else { return nil }
        return Int(text).map { .integer($0) } ?? .string(text)
    }

    private static func tool(_ tool: ToolDefinition) -> JSONValue {
        [
            "type": "function",
            "function": [
                "name": .string(tool.name.rawValue), "description": .string(tool.description),
                "parameters": PlainSchema.inlined(tool.parameters),
            ],
        ]
    }
}

/// A conversation as Ollama wants it.
struct OllamaConversation {
    private(set) var messages: [JSONValue] = []

    init(_ request: ModelRequest, model: String, endpoint: String?, replays: Bool) {
        let loopStart =
            request.messages.lastIndex {
                if case .user = $0 { return true }
                return false
            } ?? -1
        for (position, message) in request.messages.enumerated() {
            let showsThoughts = replays && position > loopStart
            messages.append(
                Self.value(message) { memo in
                    showsThoughts && memo.isOf(.ollama, model, at: endpoint)
                })
        }
        if let format = request.format { demand(format) }
    }

    /// Says in the prompt too what shape the reply has to have: a grammar alone makes models ramble.
    private mutating func demand(_ format: ResponseFormat) {
        let demand = "Reply with JSON only, which fits this JSON schema: \(format.schema.text)"
        guard case .object(var first)? = messages.first, first["role"] == "system" else {
            messages.insert(["role": "system", "content": .string(demand)], at: 0)
            return
        }
        first["content"] = .string((first["content"]?.string ?? "") + "\n\n" + demand)
        messages[0] = .object(first)
    }

    private static func value(
        _ message: PromptMessage, shows: (ModelMemo) -> Bool
    ) -> JSONValue {
        switch message {
        case .system(let text): return ["role": "system", "content": .string(text)]
        case .user(let text): return ["role": "user", "content": .string(text)]
        case .assistant(let text, let calls, let memo):
            var members: JSONObject = ["role": "assistant", "content": .string(text)]
            if let memo, shows(memo) {
                members["thinking"] = memo.content
            }
            if !calls.isEmpty {
                members["tool_calls"] = .array(
                    calls.enumerated().map { index, call in value(call, index: index) })
            }
            return .object(members)
        case .tool(let call, let name, let output):
            return [
                "role": "tool", "tool_name": .string(name.rawValue),
                "tool_call_id": .string(call.rawValue), "content": .string(output),
            ]
        }
    }

    private static func value(_ call: ToolCall, index: Int) -> JSONValue {
        // Arguments are an object here; what was none is shown to the model in one.
        let arguments: JSONValue =
            call.arguments.object == nil ? ["input": call.arguments] : call.arguments
        return [
            "id": .string(call.id.rawValue),
            "function": [
                "index": .integer(index), "name": .string(call.name.rawValue),
                "arguments": arguments,
            ],
        ]
    }
}
