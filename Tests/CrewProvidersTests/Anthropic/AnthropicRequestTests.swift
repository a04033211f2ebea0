import CrewKit
import Testing

@testable import CrewProviders

@Suite("Requests to the messages API")
struct AnthropicRequestTests {
    private static let weather = ToolDefinition(
        name: "weather", description: "Looks.",
        parameters: ["type": "object", "properties": ["city": ["type": "string"]]])
    private static let call = ToolCall(id: "t1", name: "weather", arguments: ["city": "Kyiv"])

    private static func body(
        _ request: ModelRequest, paused: [JSONValue] = [],
        _ change: (inout ModelOptions) -> Void = { _ in }
    ) throws -> JSONValue {
        var options = ModelOptions()
        change(&options)
        let bytes = AnthropicRequestBody(model: "m", options: options)
            .bytes(request, names: WireToolNames(request), after: paused)
        return try JSONValue(parsing: String(decoding: bytes, as: UTF8.self))
    }

    private static func messages(_ messages: PromptMessage...) throws -> [JSONValue] {
        try body(ModelRequest(agent: "a", messages: messages))["messages"]?.array ?? []
    }

    private static func text(_ text: String) -> JSONValue {
        ["type": "text", "text": .string(text)]
    }

    // MARK: Conversation

    @Test("System texts stand on top, with the mark of the cache on the last")
    func system() throws {
        let body = try Self.body(
            ModelRequest(
                agent: "a", messages: [.system("One."), .user("hi"), .system("Two.")],
                tools: [Self.weather]))
        #expect(
            body["system"] == [
                ["type": "text", "text": "One."],
                ["type": "text", "text": "Two.", "cache_control": ["type": "ephemeral"]],
            ])
        #expect(body["messages"]?.array?.count == 1)
        #expect(body["tools"]?.array?.first?["cache_control"] == nil)
        #expect(body["stream"] == true)
        #expect(body["max_tokens"] == 8192)
    }

    @Test("Without a system text the last tool carries the mark; a request has only one")
    func cachedTools() throws {
        let body = try Self.body(
            ModelRequest(agent: "a", messages: [.user("hi")], tools: [Self.weather, Self.weather]))
        #expect(body["system"] == nil)
        #expect(
            body["tools"]?.array?.map { $0["cache_control"] } == [nil, ["type": "ephemeral"]])
    }

    @Test("Messages of one role are one, blank texts are none, results come first")
    func merging() throws {
        let messages = try Self.messages(
            .user("a"), .user("  \n"), .user("b"),
            .assistant(
                text: " ",
                toolCalls: [Self.call, ToolCall(id: "t2", name: "weather", arguments: "oops")]),
            .tool(call: "t1", name: "weather", output: "3 C"),
            .tool(call: "t2", name: "weather", output: ""), .user("and Lviv?"))
        #expect(messages.map { $0["role"]?.string } == ["user", "assistant", "user"])
        #expect(messages[0]["content"] == [Self.text("a"), Self.text("b")])
        #expect(
            messages[1]["content"] == [
                ["type": "tool_use", "id": "t1", "name": "weather", "input": ["city": "Kyiv"]],
                ["type": "tool_use", "id": "t2", "name": "weather", "input": ["input": "oops"]],
            ])
        #expect(
            messages[2]["content"] == [
                ["type": "tool_result", "tool_use_id": "t1", "content": "3 C"],
                ["type": "tool_result", "tool_use_id": "t2"], Self.text("and Lviv?"),
            ])
    }

    @Test("The user has the first word and the last")
    func turns() throws {
        let messages = try Self.messages(
            .system("s"), .assistant(text: "Hello. ", toolCalls: []))
        #expect(messages.map { $0["role"]?.string } == ["user", "assistant", "user"])
        #expect(try Self.messages(.system("s")).map { $0["role"]?.string } == ["user"])
    }

    @Test("Ids and names that the API refuses are written otherwise, each to its own")
    func names() throws {
        var request = ModelRequest(
            agent: "a",
            messages: [
                .user("x"),
                .assistant(
                    text: "",
                    toolCalls: [
                        ToolCall(id: "functions.f:0", name: "a.b", arguments: [:]),
                        ToolCall(id: "functions f 0", name: "a.b", arguments: [:]),
                    ]), .tool(call: "functions.f:0", name: "a.b", output: "1"),
                .tool(call: "functions f 0", name: "a.b", output: "2"),
            ], tools: [ToolDefinition(name: "a.b", description: " ", parameters: [:])])
        request.toolChoice = .required
        let body = try Self.body(request)
        let content = body["messages"]?.array?.compactMap { $0["content"]?.array }
        #expect(content?[1].map { $0["id"] } == ["functions_f_0", "functions_f_0_2"])
        #expect(content?[2].map { $0["tool_use_id"] } == ["functions_f_0", "functions_f_0_2"])
        #expect(
            body["tools"]?.array?.first.map {
                ["n": $0["name"] ?? nil, "s": $0["input_schema"] ?? nil]
            }
                == ["n": "a_b", "s": ["type": "object"]])
        #expect(body["tools"]?.array?.first?["description"] == nil)
        #expect(body["tool_choice"] == ["type": "any"])
        request.toolChoice = .none
        #expect(try Self.body(request)["tool_choice"] == ["type": "none"])
        request.tools = []
        #expect(try Self.body(request)["tool_choice"] == nil)
    }

    // MARK: Thoughts

    private static let thought: JSONValue = [
        "type": "thinking", "thinking": "hm “ё”\n", "signature": "EqQB/+==",
    ]
    private static let memo = ModelMemo(
        wire: .anthropic, model: "m",
        content: [thought, ["type": "text", "text": "Look."], ["type": "tool_use"]])

    private static func loop(_ memo: ModelMemo?, text: String = "Look.") -> ModelRequest {
        ModelRequest(
            agent: "a",
            messages: [
                .user("x"), .assistant(text: text, toolCalls: [call], memo: memo),
                .tool(call: "t1", name: "weather", output: "3 C"),
            ])
    }

    private static func types(_ request: ModelRequest) throws -> [String?]? {
        try body(request)["messages"]?.array?[1]["content"]?.array?.map { $0["type"]?.string }
    }

    @Test("Signed thoughts go back unchanged and in their place while calls are answered")
    func replay() throws {
        let content = try Self.body(Self.loop(Self.memo))["messages"]?.array?[1]["content"]?.array
        #expect(content?.first == Self.thought)
        #expect(try Self.types(Self.loop(Self.memo)) == ["thinking", "text", "tool_use"])
        let changed = try Self.body(Self.loop(Self.memo, text: "Other."))
        #expect(changed["messages"]?.array?[1]["content"]?.array?[1] == Self.text("Other."))
        #expect(try Self.types(Self.loop(Self.memo, text: "")) == ["thinking", "tool_use"])
    }

    @Test("Thoughts of another model, of another wire or of an earlier turn stay away")
    func noReplay() throws {
        var other = Self.memo
        other.model = "other"
        #expect(try Self.types(Self.loop(other)) == ["text", "tool_use"])
        other = Self.memo
        other.wire = .responses
        #expect(try Self.types(Self.loop(other)) == ["text", "tool_use"])
        other = Self.memo
        other.endpoint = "elsewhere:443"
        #expect(try Self.types(Self.loop(other)) == ["text", "tool_use"])
        var request = Self.loop(Self.memo)
        request.messages += [.assistant(text: "3 C", toolCalls: []), .user("thanks")]
        #expect(try Self.types(request) == ["text", "tool_use"])
    }

    @Test("What a reply thought comes back in the next request byte for byte")
    func roundTrip() async throws {
        let body = try Fixture.text("anthropic-thinking-tools.sse")
        let scene = WireScene.anthropic()
        let first = try await scene.call(body: body).reply
        let memo = try #require(first.memo)
        #expect(memo.isOf(.anthropic, "m", at: WireScene.home))
        let stored = try JSONValue(parsing: memo.content.canonicalText)
        let request = ModelRequest(
            agent: "a",
            messages: [
                .user("x"),
                .assistant(
                    text: first.text, toolCalls: first.toolCalls,
                    memo: ModelMemo(
                        wire: .anthropic, model: "m", endpoint: memo.endpoint, content: stored)),
            ] + first.toolCalls.map { .tool(call: $0.id, name: $0.name, output: "3") })
        let sent = try await scene.call(request, body: AnthropicStreamTests.text("x")).body()
        let content = sent["messages"]?.array?[1]["content"]?.array
        #expect(
            content?.map { $0["type"]?.string } == ["thinking", "text", "tool_use", "tool_use"])
        #expect(content?[0]["thinking"]?.string == first.reasoning)
        #expect(
            content?[0]["signature"]
                == "EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds/+x==")
    }

    @Test("How much a model thinks")
    func thinking() throws {
        var request = WireScene.request
        #expect(try Self.body(request)["thinking"] == nil)
        #expect(try Self.body(request) { $0.thinks = true }["thinking"] == ["type": "adaptive"])
        request.temperature = 0.3
        let off = try Self.body(request) {
            $0.thinks = false
            $0.thinkingTokens = 5000
        }
        #expect(off["thinking"] == ["type": "disabled"])
        #expect(off["temperature"] == 0.3)
        let budget = try Self.body(request) { $0.thinkingTokens = 5000 }
        #expect(budget["thinking"] == ["type": "enabled", "budget_tokens": 5000])
        #expect(budget["max_tokens"] == 13192)
        #expect(budget["temperature"] == nil, "a thinking model takes no temperature")
        request.maxOutputTokens = 2000
        let bounded = try Self.body(request) { $0.thinkingTokens = 5000 }
        #expect(bounded["thinking"]?["budget_tokens"] == 1999)
        #expect(bounded["max_tokens"] == 2000)
        request.maxOutputTokens = 500
        #expect(try Self.body(request) { $0.thinkingTokens = 5000 }["thinking"] == nil)
    }

    @Test("Thinking gives way to a call that must be made, and to a loop that began without it")
    func noThinking() throws {
        var request = Self.loop(nil)
        request.tools = [Self.weather]
        #expect(try Self.body(request) { $0.thinkingTokens = 2000 }["thinking"] == nil)
        #expect(
            try Self.body(Self.loop(Self.memo)) { $0.thinkingTokens = 2000 }["thinking"] != nil)
        request.toolChoice = .required
        #expect(try Self.body(request) { $0.thinks = true }["thinking"] == nil)
    }

    // MARK: The rest

    @Test("A shape closes its objects; effort and shape stand together")
    func format() throws {
        var request = WireScene.request
        request.temperature = 1.7
        let inner: JSONValue = ["type": "object", "properties": ["b": ["type": "string"]]]
        request.format = ResponseFormat(
            name: "r", schema: ["type": "object", "properties": ["a": inner], "required": ["a"]])
        let body = try Self.body(request) { $0.reasoningEffort = "low" }
        let schema = body["output_config"]?["format"]?["schema"]
        #expect(body["output_config"]?["effort"] == "low")
        #expect(body["output_config"]?["format"]?["type"] == "json_schema")
        #expect(schema?["additionalProperties"] == false)
        #expect(schema?["properties"]?["a"]?["additionalProperties"] == false)
        #expect(body["temperature"] == 1)
    }

    @Test("Members that the crew's author wrote replace ours")
    func ownMembers() throws {
        let body = try Self.body(WireScene.request) {
            $0.body = ["max_tokens": 7, "service_tier": "auto"]
        }
        #expect(body["max_tokens"] == 7)
        #expect(body["service_tier"] == "auto")
    }

    @Test("The key goes where the API looks for it, and headers can be added")
    func headers() async throws {
        let scene = WireScene.anthropic {
            $0.options.headers = ["anthropic-beta": "a,b"]
        }
        let sent = try await scene.call(body: AnthropicStreamTests.text("x")).requests[0]
        let head = sent.prefix { $0 != "{" }.lowercased()
        #expect(head.hasPrefix("post /v1/messages http/1.1"))
        for line in ["x-api-key: key-1", "anthropic-version: 2023-06-01", "anthropic-beta: a,b"] {
            #expect(head.contains(line))
        }
    }
}
