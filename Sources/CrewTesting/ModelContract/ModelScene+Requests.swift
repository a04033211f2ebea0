import CrewKit

extension ModelScene {
    /// What an endpoint is asked.
    static let requests = [
        ModelScene("conversation") { try await $0.sendsTheConversation() },
        ModelScene("tool results") { try await $0.sendsToolResults() },
        ModelScene("tools") { try await $0.sendsTools() },
        ModelScene("tool choice") { try await $0.sendsToolChoice() },
        ModelScene("temperature and length") { try await $0.sendsSettings() },
        ModelScene("structured output") { try await $0.sendsTheFormat() },
        ModelScene("trace") { try await $0.sendsTheTrace() },
    ]
}

extension LanguageModelContract {
    fileprivate func sent(_ request: ModelRequest) async throws -> SentRequest {
        let played = try await play(request, answer: .plainText)
        _ = try played.reply
        return try wire.sent(played.received)
    }

    fileprivate func sendsTheConversation() async throws {
        let awkward = "\"Ổ\" \\ \n\t\u{7} 👩‍🚒"
        let request = ModelRequest(
            agent: "a",
            messages: [
                .system("Be brief.\n"), .user(awkward), .assistant(text: "Yes.", toolCalls: []),
                .user("And?"),
            ])
        let sent = try await sent(request)
        let setting = ModelSetting(address: "")
        try require(sent.model, is: setting.model, "the model is named")
        try require(sent.key, is: setting.key.revealed, "the key is sent")
        try require(sent.system, is: "Be brief.\n", "the system prompt is sent as it is")
        try require(
            sent.turns,
            is: [.user(awkward), .assistant(text: "Yes.", calls: []), .user("And?")],
            "the conversation is sent as it is, in order")
        try require(
            sent.tools.isEmpty && sent.temperature == nil && sent.schema == nil,
            "what was not asked for is not sent")
    }

    fileprivate func sendsTheTrace() async throws {
        for isSampled in [true, false] {
            var request = Self.question
            request.trace = TraceContext(
                traceID: "4bf92f3577b34da6a3ce929d0e0e4736", spanID: "00f067aa0ba902b7",
                isSampled: isSampled, state: "a=1")
            let headers = try await play(request, answer: .plainText).received.headers
            try require(
                headers["traceparent"], is: isSampled ? request.trace?.traceparent : nil,
                "the endpoint is told of a trace that somebody records, and of no other")
            try require(
                headers["tracestate"], is: isSampled ? "a=1" : nil,
                "what other systems want to see again is passed on")
        }
    }

    fileprivate func sendsToolResults() async throws {
        let calls = [
            ToolCall(id: "call_1", name: "look_up", arguments: ["word": "Ổ"]),
            ToolCall(id: "call_2", name: "now"),
        ]
        var request = Self.question
        request.tools = Self.tools
        request.messages += [
            .assistant(text: "I look.", toolCalls: calls),
            .tool(call: "call_1", name: "look_up", output: "a \"disk\"\n"),
            .tool(call: "call_2", name: "now", output: ""),
            .assistant(text: "", toolCalls: [ToolCall(id: "call_3", name: "now")]),
            .tool(call: "call_3", name: "now", output: "noon"),
        ]
        let turns = try await sent(request).turns
        try require(turns.count, is: 6, "every call and every result is sent")
        try hold(turns[1], "I look.", calls)
        try hold(turns[2], calls[0], "a \"disk\"\n")
        try hold(turns[3], calls[1], "")
        try hold(turns[4], "", [ToolCall(id: "call_3", name: "now")])
        try hold(turns[5], ToolCall(id: "call_3", name: "now"), "noon")
    }

    fileprivate func hold(_ turn: SentRequest.Turn, _ text: String, _ calls: [ToolCall]) throws {
        guard case .assistant(text, let sent) = turn, sent.count == calls.count else {
            throw Violation(description: "calls are sent with the text beside them: \(turn)")
        }
        for (sent, call) in zip(sent, calls) {
            try require(sent.name, is: call.name.rawValue, "a call in the history has its name")
            try require(sent.arguments, is: call.arguments, "a call has its arguments")
            try require(
                sent.id == nil || sent.id == call.id.rawValue, "a call in the history has its id")
        }
    }

    fileprivate func hold(_ turn: SentRequest.Turn, _ call: ToolCall, _ output: String) throws {
        guard case .result(let result) = turn, result.output == output else {
            throw Violation(description: "a result is sent as it is: \(turn)")
        }
        try require(result.call != nil || result.name != nil, "a result says whose it is")
        try require(
            result.call == nil || result.call == call.id.rawValue, "a result is that of its call")
        try require(
            result.name == nil || result.name == call.name.rawValue, "a result has its tool's name")
    }

    fileprivate func sendsTools() async throws {
        var request = Self.question
        request.tools = Self.tools
        let sent = try await sent(request)
        let tools = Self.tools.map {
            SentRequest.Tool(
                name: $0.name.rawValue, description: $0.description, parameters: $0.parameters)
        }
        try require(sent.tools, is: tools, "tools are sent as they are")
        try require(sent.toolChoice, is: .auto, "the model decides whether it calls a tool")
    }

    fileprivate func sendsToolChoice() async throws {
        for choice in ToolChoice.allCases {
            var request = Self.question
            request.tools = Self.tools
            request.toolChoice = choice
            let sent = try await sent(request)
            try require(sent.toolChoice, is: choice, "the choice of tools is sent")
            try require(sent.tools.count, is: 2, "the model is told of its tools whatever it may")
        }
    }

    fileprivate func sendsSettings() async throws {
        for (temperature, length) in [(0.0, 1), (0.7, 4096)] {
            var request = Self.question
            request.temperature = temperature
            request.maxOutputTokens = length
            let sent = try await sent(request)
            try require(sent.temperature, is: temperature, "the temperature is sent")
            try require(sent.maxOutputTokens, is: length, "the length limit is sent")
        }
    }

    fileprivate func sendsTheFormat() async throws {
        let schema: JSONValue = [
            "type": "object",
            "properties": ["route": ["type": "string", "enum": ["next", "end"]]],
            "required": ["route"], "additionalProperties": false,
        ]
        var request = Self.question
        request.format = ResponseFormat(name: "route", schema: schema)
        let played = try await play(request, answer: .structured)
        let reply = try played.reply
        try require(reply.text, is: #"{"route": "next"}"#, "a structured reply is text")
        try require(reply.toolCalls, is: [], "a structured reply is no tool call")
        try require(reply.finish, is: .stop, "a structured reply is complete")
        try require(
            try wire.sent(played.received).schema, is: schema, "the schema of the reply is sent")
    }
}
