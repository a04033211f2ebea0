import CrewKit

/// The body of a messages request.
struct AnthropicRequestBody: Sendable {
    /// The API wants a bound; this one holds where nobody named another.
    static let defaultMaxTokens = 8192
    /// The fewest tokens that a model can be told to think with.
    private static let fewestThinkingTokens = 1024

    var model: String
    var options: ModelOptions
    /// Host and port; only what was written there goes back in memos.
    var endpoint: String?

    /// - Parameter paused: content of a reply that the endpoint interrupted and now goes on with.
    func bytes(
        _ request: ModelRequest, names: WireToolNames, after paused: [JSONValue] = []
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.write(members(request, names, paused))
        return writer.bytes
    }

    private func members(
        _ request: ModelRequest, _ names: WireToolNames, _ paused: [JSONValue]
    ) -> JSONObject {
        let conversation = AnthropicConversation(
            request, model: model, endpoint: endpoint, names: names)
        let thinking = thinking(request, conversation)
        var members: JSONObject = [
            "model": .string(model), "max_tokens": .integer(maxTokens(request)), "stream": true,
        ]
        // One mark for the cache: everything up to it is the same in each round of a turn.
        let tools = request.tools.map { tool($0, names) }
        if conversation.system.isEmpty {
            if !tools.isEmpty { members["tools"] = .array(Self.cached(tools)) }
        } else {
            members["system"] = .array(Self.cached(conversation.system))
            if !tools.isEmpty { members["tools"] = .array(tools) }
        }
        if let choice = Self.choice(request) { members["tool_choice"] = choice }
        if let thinking { members["thinking"] = thinking }
        if let config = outputConfig(request) { members["output_config"] = config }
        // A model that thinks takes no other temperature than its own.
        if let temperature = request.temperature, thinking == nil || thinking == Self.noThinking {
            members["temperature"] = .number(min(max(temperature, 0), 1))
        }
        var messages = conversation.messages
        if !paused.isEmpty { messages.append(["role": "assistant", "content": .array(paused)]) }
        members["messages"] = .array(messages)
        for (key, value) in options.body { members[key] = value }
        return members
    }

    // MARK: Bounds and thoughts

    private func maxTokens(_ request: ModelRequest) -> Int {
        if let limit = request.maxOutputTokens { return limit }
        let thoughts = options.thinks == false ? 0 : options.thinkingTokens ?? 0
        return Self.defaultMaxTokens + max(0, thoughts)
    }

    private static let noThinking: JSONValue = ["type": "disabled"]

    /// Nil where the model is left to itself.
    private func thinking(
        _ request: ModelRequest, _ conversation: AnthropicConversation
    ) -> JSONValue? {
        if options.thinks == false { return Self.noThinking }
        // A model that thinks cannot be made to call a tool, which somebody asked for.
        let mustCall = request.toolChoice == .required && !request.tools.isEmpty
        guard let wanted = options.thinkingTokens, wanted > 0 else {
            return options.thinks == true && !mustCall ? ["type": "adaptive"] : nil
        }
        let budget = min(max(wanted, Self.fewestThinkingTokens), maxTokens(request) - 1)
        // The API refuses a loop that began without thoughts, and budgets that are too small.
        guard !mustCall, !conversation.lacksThoughts, budget >= Self.fewestThinkingTokens else {
            return nil
        }
        return ["type": "enabled", "budget_tokens": .integer(budget)]
    }

    private func outputConfig(_ request: ModelRequest) -> JSONValue? {
        var config: JSONObject = [:]
        if let effort = options.reasoningEffort, options.thinks != false {
            config["effort"] = .string(effort)
        }
        if let format = request.format {
            config["format"] = [
                "type": "json_schema", "schema": Self.closed(format.schema),
            ]
        }
        return config.isEmpty ? nil : .object(config)
    }

    /// The schema with every object closed that does not say whether it is: the API wants that.
    private static func closed(_ schema: JSONValue) -> JSONValue {
        switch schema {
        case .array(let elements): return .array(elements.map(closed))
        case .object(let members):
            var result = JSONObject(members.map { ($0.key, closed($0.value)) })
            if members["type"] == "object", members["properties"]?.object != nil,
                members["additionalProperties"] == nil
            {
                result["additionalProperties"] = false
            }
            return .object(result)
        default: return schema
        }
    }

    // MARK: Tools

    private func tool(_ tool: ToolDefinition, _ names: WireToolNames) -> JSONValue {
        var members: JSONObject = ["name": .string(names.wireName(of: tool.name))]
        if !tool.description.isBlank { members["description"] = .string(tool.description) }
        var schema = tool.parameters.object ?? [:]
        if schema["type"] == nil { schema["type"] = "object" }
        members["input_schema"] = .object(schema)
        return .object(members)
    }

    private static func choice(_ request: ModelRequest) -> JSONValue? {
        guard !request.tools.isEmpty else { return nil }
        return switch request.toolChoice {
        case .auto: nil
        case .required: ["type": "any"]
        case .none: ["type": "none"]
        }
    }

    private static func cached(_ blocks: [JSONValue]) -> [JSONValue] {
        guard case .object(var last)? = blocks.last else { return blocks }
        last["cache_control"] = ["type": "ephemeral"]
        return blocks.dropLast() + [.object(last)]
    }
}
