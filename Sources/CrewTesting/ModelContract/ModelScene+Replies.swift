import CrewKit

extension ModelScene {
    /// What is made of an endpoint's replies.
    static let replies = [
        ModelScene("plain text in pieces") { try await $0.gives(.plainText) },
        ModelScene("text of many scripts") { try await $0.gives(.manyScripts) },
        ModelScene("reasoning apart from text") { try await $0.gives(.reasoning) },
        ModelScene("one tool call") { try await $0.gives(.oneCall) },
        ModelScene("two tool calls") { try await $0.gives(.twoCalls) },
        ModelScene("arguments in pieces") { try await $0.gives(.argumentsInPieces) },
        ModelScene("empty arguments") { try await $0.gives(.emptyArguments) },
        ModelScene("reasoning before a tool call") { try await $0.gives(.thoughtfulCall) },
        ModelScene("full usage") { try await $0.gives(.fullUsage) },
        ModelScene("missing usage") { contract in
            try await contract.gives(.reply([.text("x")], finish: .stop))
        },
        ModelScene("stopped by length") { try await $0.gives(.length) },
        ModelScene("refusal") { try await $0.gives(.refusal) },
        ModelScene("content filter in a reply") { try await $0.gives(.filtered) },
        ModelScene("tool name that wires do not allow") { try await $0.keepsOddToolNames() },
        ModelScene("memo") { try await $0.keepsMemos() },
    ]
}

extension LanguageModelContract {
    static let tools = [
        ToolDefinition(
            name: "look_up", description: "Looks a word up.",
            parameters: [
                "type": "object", "properties": ["word": ["type": "string"]],
                "required": ["word"],
            ]),
        ToolDefinition(name: "now", description: "Tells the time."),
    ]

    /// The answer comes out as it is, in whatever pieces it is sent.
    func gives(_ answer: EndpointAnswer) async throws {
        guard case .reply(let parts, let finish, let usage) = answer else { return }
        var request = Self.question
        request.tools = Self.tools
        let response = wire.response(to: answer)
        for (pieces, manner) in Self.chunkings(of: response.pieces) {
            var changed = response
            changed.pieces = pieces
            let played = try await play(request, response: changed)
            do {
                try hold(played, parts, finish, usage)
            } catch let violation as Violation {
                throw Violation(description: "\(violation) (\(manner))")
            }
        }
    }

    private static func chunkings(of pieces: [[UInt8]]) -> [([[UInt8]], String)] {
        let body = Array(pieces.joined())
        return [
            (pieces, "in its own pieces"), ([body], "in one piece"),
            (body.map { [$0] }, "byte by byte"),
            (
                stride(from: 0, to: body.count, by: 7).map {
                    Array(body[$0..<min($0 + 7, body.count)])
                }, "in pieces of 7 bytes"
            ),
        ]
    }

    fileprivate func hold(
        _ played: Played, _ parts: [EndpointAnswer.Part], _ finish: FinishReason, _ usage: Usage?
    ) throws {
        let reply = try played.reply
        var (text, reasoning) = ("", "")
        for part in parts {
            switch part {
            case .text(let piece), .refusal(let piece): text += piece
            case .reasoning(let piece): reasoning += piece
            case .call, .arguments: break
            }
        }
        try require(reply.text, is: text, "the text is that of the endpoint")
        try require(reply.reasoning, is: reasoning, "reasoning is kept apart from the text")
        try require(played.text, is: text, "the text is passed on while it comes")
        try require(played.reasoning, is: reasoning, "reasoning is passed on while it comes")
        try hold(order: played.progress)
        try hold(reply.toolCalls, EndpointAnswer.calls(of: parts))
        try require(reply.finish, is: finish, "the reply says why the model stopped")
        try require(
            reply.usage, is: usage.map(wire.reported),
            "the usage is what the endpoint reported, and unknown where it did not")
        let model = ModelSetting.contractModel
        try require(
            reply.model == nil || reply.model == model, "the reply says which model answered")
        try require(reply.cost == nil, "a wire knows no cost that the endpoint does not tell")
    }

    /// In all samples the model thinks before it speaks.
    fileprivate func hold(order progress: [ModelProgress]) throws {
        let firstText = progress.firstIndex { if case .text = $0 { true } else { false } }
        let lastThought = progress.lastIndex { if case .reasoning = $0 { true } else { false } }
        guard let firstText, let lastThought else { return }
        try require(lastThought < firstText, "progress comes in the order of the reply")
    }

    fileprivate func hold(_ calls: [ToolCall], _ expected: [SentRequest.Call]) throws {
        try require(
            calls.map(\.name.rawValue), is: expected.map(\.name), "tool calls come in their order")
        try require(
            calls.map(\.arguments), is: expected.map(\.arguments), "arguments are whole values")
        try require(
            Set(calls.map(\.id)).count == calls.count
                && calls.allSatisfy { !$0.id.rawValue.isEmpty },
            "every call has an id of its own")
        try require(calls.allSatisfy { $0.origin == .native }, "calls are native")
        guard wire.keepsCallIDs else { return }
        try require(
            calls.map { Optional($0.id.rawValue) }, is: expected.map(\.id),
            "calls keep the endpoint's ids")
    }

    /// A name that no wire allows comes back as the tool's own.
    fileprivate func keepsOddToolNames() async throws {
        var request = Self.question
        let name: ToolName = "fs.read/ổ"
        request.tools = [ToolDefinition(name: name, description: "Reads.")]
        let first = try await play(request, answer: .plainText)
        let sent = try wire.sent(first.received)
        guard let wireName = sent.tools.first?.name, sent.tools.count == 1 else {
            throw Violation(description: "tools are sent")
        }
        let second = try await play(
            request,
            answer: .reply(
                [.call(0, id: "call_1", name: wireName), .arguments(0, "{}")], finish: .toolCalls))
        try require(
            try second.reply.toolCalls.map(\.name), is: [name],
            "a tool is called by its own name, whatever the wire made of it")
    }

    /// What a reply wants to be seen again is the wire's own, and can be sent.
    fileprivate func keepsMemos() async throws {
        var request = Self.question
        request.tools = Self.tools
        let reply = try await play(request, answer: .thoughtfulCall).reply
        if let memo = reply.memo {
            try require(memo.wire, is: wire.wire, "a memo is in the name of its wire")
            try require(
                memo.model, is: ModelSetting.contractModel, "a memo is that of its model")
            try require(
                memo.endpoint, is: LanguageModelContract.home, "a memo is that of its endpoint")
        }
        let history = Self.continued(request, by: reply, memo: reply.memo)
        let again = try await play(history, answer: .plainText)
        _ = try again.reply
        let sent = try wire.sent(again.received)
        try require(
            sent.turns.count, is: 3, "a memo changes nothing of what the conversation says")
        var foreign: [ModelMemo?] = [nil]
        let (home, own) = (reply.memo?.endpoint, ModelSetting.contractModel)
        for (wire, model, endpoint) in [
            (self.wire.wire, "another", home), (.chat, "x", home), (.anthropic, "x", home),
            (self.wire.wire, own, "elsewhere:443"),
        ] {
            foreign.append(
                ModelMemo(
                    wire: wire, model: model, endpoint: endpoint,
                    content: reply.memo?.content ?? [:]))
        }
        var bodies: [JSONValue] = []
        for memo in foreign {
            let history = Self.continued(request, by: reply, memo: memo)
            bodies.append(try await play(history, answer: .plainText).received.json)
        }
        try require(
            bodies.allSatisfy { $0 == bodies[0] },
            "a memo of another model, wire or endpoint is not sent")
    }

    private static func continued(
        _ request: ModelRequest, by reply: ModelReply, memo: ModelMemo?
    ) -> ModelRequest {
        var request = request
        request.messages.append(
            .assistant(text: reply.text, toolCalls: reply.toolCalls, memo: memo))
        for call in reply.toolCalls {
            request.messages.append(.tool(call: call.id, name: call.name, output: "found"))
        }
        return request
    }
}
