import CrewKit
import Testing

@testable import CrewProviders

@Suite("Ollama's own chat", .timeLimit(.minutes(5)))
struct OllamaModelTests {
    typealias Step = MisbehavingServer.Step
    private static let scene = WireScene.ollama()

    // MARK: Replies

    @Test("Thoughts, words and calls on two lines arrive in order, however the bytes are cut")
    func everything() async throws {
        let body = try Fixture.text("ollama-thinking-tools.ndjson")
        let whole = try await Self.scene.call(body: body)
        let reply = whole.reply
        #expect(reply.reasoning == "Two cities, so two calls — “now”.")
        #expect(reply.text == "Looking. ")
        #expect(
            reply.toolCalls == [
                ToolCall(id: "call_k1", name: "weather", arguments: ["city": "Kyiv"]),
                ToolCall(id: "call_1_1", name: "weather", arguments: ["city": "Львів"]),
            ])
        #expect(reply.finish == .toolCalls)
        #expect(reply.usage == Usage(inputTokens: 169, outputTokens: 15))
        #expect(reply.memo?.content == .string(reply.reasoning))
        #expect(
            whole.pieces == [
                .reasoning("Two cities,"), .reasoning(" so two calls — “now”."), .text("Looking. "),
            ])
        #expect(try await Self.scene.call(steps: Self.scene.bytewise(body)).reply == reply)
        let spaced = body.replacing("\n", with: "\r\n\r\n")
        #expect(try await Self.scene.call(body: spaced).reply == reply)
        #expect(try await Self.scene.call(body: String(body.dropLast())).reply == reply)
    }

    @Test("A prompt from the cache was not counted: unknown, not zero")
    func cached() async throws {
        let body = try Fixture.text("ollama-cached.ndjson")
        let reply = try await Self.scene.call(body: body).reply
        #expect(reply.usage == Usage(outputTokens: 15))
        #expect(reply.finish == .length)
        #expect(reply.memo == nil)
    }

    @Test(
        "Arguments may be an object, text that holds one, missing, or broken",
        arguments: [
            (#"{"a":1}"#, ["a": 1]), (#""{\"a\":1}""#, ["a": 1]), ("null", [:]), (#""""#, [:]),
            (#""oops""#, "oops"),
        ] as [(String, JSONValue)])
    func arguments(text: String, value: JSONValue) async throws {
        let body =
            #"{"message":{"tool_calls":[{"function":{"name":"f","arguments":\#(text)}}]},"done":true}"#
        #expect(try await Self.scene.call(body: body).reply.toolCalls.map(\.arguments) == [value])
    }

    @Test("Thoughts in a tag at the start of the text are kept apart")
    func thinkTags() async throws {
        let body =
            #"{"message":{"content":"<think>hm</think>\n\nHi"},"done":true,"done_reason":"stop"}"#
        let reply = try await Self.scene.call(body: body).reply
        #expect(reply.text == "Hi")
        #expect(reply.reasoning == "hm")
    }

    // MARK: Failures

    struct Refusal: Sendable, CustomTestStringConvertible {
        var status: String
        var words: String
        var code: CrewError.Code
        var advice = ""
        var testDescription: String { "\(status) \(words)" }
    }

    @Test(
        "A sentence becomes its code, with what can be done",
        arguments: [
            Refusal(
                status: "404 x", words: "model 'm' not found", code: .modelNotFound,
                advice: "ollama pull m"),
            Refusal(
                status: "400 x", words: "'m' does not support thinking",
                code: .modelRejectedRequest, advice: "Remove thinks"),
            Refusal(
                status: "400 x", words: "'m' does not support tools",
                code: .modelRejectedRequest, advice: "tool_calls: text"),
            Refusal(status: "429 x", words: "slow down", code: .modelRateLimited),
            Refusal(status: "500 x", words: "it broke", code: .modelServerError),
            Refusal(status: "502 x", words: "upstream", code: .modelServerError),
            Refusal(
                status: "503 x",
                words: "server busy, please try again.  maximum pending requests exceeded",
                code: .modelOverloaded),
        ])
    func refusals(refusal: Refusal) async {
        let body = #"{"error":"\#(refusal.words)"}"#
        let error = await Self.scene.failure(.response(refusal.status, body))
        #expect(error?.code == refusal.code)
        #expect(error?.message.contains(refusal.advice.isEmpty ? "" : refusal.advice) == true)
        let line = #"{"message":{"content":"x"},"done":false}"# + "\n" + body
        let streamed = await Self.scene.failure(body: line)
        #expect(streamed != nil && streamed?.code.rawValue.hasPrefix("model_") == true)
    }

    @Test("A stream that ends before it is done is cut; what was none is nonsense")
    func cut() async throws {
        let body = try Fixture.text("ollama-thinking-tools.ndjson")
        for length in stride(from: 1, to: body.utf8.count - 2, by: 90) {
            let half = String(decoding: body.utf8.prefix(length), as: UTF8.self)
            #expect(await Self.scene.failure(body: half)?.code == .modelStreamCut, "\(length)")
        }
        for nonsense in ["<html><title>x</title></html>", "[1]\n", "hello\n", #"{"a":1}"#, ""] {
            #expect(
                await Self.scene.failure(body: nonsense)?.code == .modelAnsweredNonsense,
                "\(nonsense)")
        }
    }

    @Test("Where nobody listens the error says how to start Ollama")
    func notRunning() async {
        let scene = WireScene.ollama { $0.baseURL = "http://127.0.0.1:1" }
        let error = await scene.failure([])
        #expect(error?.code == .modelUnreachable)
        #expect(error?.message.contains("ollama serve") == true)
    }

    // MARK: Requests

    private static func body(
        _ request: ModelRequest = WireScene.request,
        _ change: (inout ModelOptions) -> Void = { _ in }
    ) throws -> JSONValue {
        var options = ModelOptions()
        change(&options)
        let bytes = OllamaRequestBody(model: "m", options: options).bytes(request)
        return try JSONValue(parsing: String(decoding: bytes, as: UTF8.self))
    }

    @Test("Sizes, sampling, memory and thinking have their places")
    func options() throws {
        var request = WireScene.request
        request.temperature = 0.25
        request.maxOutputTokens = 99
        let body = try Self.body(request) {
            $0.contextTokens = 16384
            $0.keepAlive = "10m"
            $0.thinks = true
            $0.body = ["options": ["top_k": 5, "temperature": 1], "truncate": false]
        }
        #expect(
            body["options"]
                == ["num_ctx": 16384, "num_predict": 99, "temperature": 1, "top_k": 5])
        #expect(body["keep_alive"] == "10m")
        #expect(body["think"] == true)
        #expect(body["truncate"] == false)
        #expect(body["stream"] == true)
        let plain = try Self.body()
        #expect(plain.object?.keys == ["model", "stream", "messages"])
        #expect(try Self.body { $0.keepAlive = "-1" }["keep_alive"] == -1)
        #expect(try Self.body { $0.reasoningEffort = "low" }["think"] == "low")
        let off = try Self.body {
            $0.reasoningEffort = "low"
            $0.thinks = false
        }
        #expect(off["think"] == false)
    }

    @Test("A conversation with calls has its arguments as objects and its results by id and name")
    func conversation() throws {
        let memo = ModelMemo(wire: .ollama, model: "m", content: "hm")
        var request = ModelRequest(
            agent: "a",
            messages: [
                .system("s"), .user("x"),
                .assistant(
                    text: "",
                    toolCalls: [ToolCall(id: "c", name: "f", arguments: "oops")], memo: memo),
                .tool(call: "c", name: "f", output: "3"),
            ])
        let messages = try Self.body(request)["messages"]?.array
        #expect(messages?[2]["thinking"] == "hm")
        #expect(
            messages?[2]["tool_calls"]?.array?.first?["function"]
                == ["index": 0, "name": "f", "arguments": ["input": "oops"]])
        #expect(
            messages?[3]
                == ["role": "tool", "tool_name": "f", "tool_call_id": "c", "content": "3"])
        let silent = try Self.body(request) { $0.replaysReasoning = false }
        #expect(silent["messages"]?.array?[2]["thinking"] == nil)
        request.messages.append(.user("more"))
        #expect(try Self.body(request)["messages"]?.array?[2]["thinking"] == nil)
    }

    @Test("A shape stands in the prompt too, and beside tools only there")
    func format() throws {
        var request = WireScene.request
        request.format = ResponseFormat(name: "r", schema: ["type": "object"])
        let body = try Self.body(request)
        #expect(body["format"] == ["type": "object"])
        #expect(body["messages"]?.array?.first?["role"] == "system")
        #expect(
            body["messages"]?.array?.first?["content"]?.string?.contains(#"{"type":"object"}"#)
                == true)
        request.messages.insert(.system("Be brief."), at: 0)
        request.tools = [ToolDefinition(name: "f", description: "")]
        let tools = try Self.body(request)
        #expect(tools["format"] == nil)
        #expect(
            tools["messages"]?.array?.first?["content"]?.string?.hasPrefix("Be brief.\n\nReply")
                == true)
        request.toolChoice = .none
        #expect(try Self.body(request)["tools"] == nil)
        #expect(try Self.body(request)["format"] != nil)
    }

    @Test("Schemas are written in the words that Ollama passes on")
    func schemas() {
        let schema: JSONValue = [
            "type": "object",
            "properties": [
                "a": ["$ref": "#/$defs/A", "description": "first"],
                "b": ["oneOf": [["const": 1], ["type": "string"]]],
                "loop": ["$ref": "#/$defs/Loop"], "gone": ["$ref": "#/$defs/None"],
            ],
            "$defs": [
                "A": ["type": "string", "enum": ["x"]],
                "Loop": ["type": "object", "properties": ["next": ["$ref": "#/$defs/Loop"]]],
            ],
        ]
        let plain = PlainSchema.inlined(schema)
        #expect(
            plain["properties"]?["a"]
                == ["type": "string", "enum": ["x"], "description": "first"])
        #expect(
            plain["properties"]?["b"] == ["anyOf": [["enum": [1]], ["type": "string"]]])
        #expect(plain["properties"]?["gone"] == ["type": "object"])
        #expect(!plain.text.contains("$"))
    }

    @Test("Ollama is asked on its own wire, or by another's word on the compatible one")
    func wires() async throws {
        let own = try await Self.scene.call(body: #"{"message":{"content":"x"},"done":true}"#)
        #expect(own.requests[0].hasPrefix("POST /api/chat HTTP/1.1"))
        let chat = WireScene.ollama { $0.wire = .chat }
        let other = try await chat.call(
            body: "data: \(Chunk.text("x"))\n\ndata: \(Chunk.finish())\n\n")
        #expect(other.requests[0].hasPrefix("POST /v1/chat/completions HTTP/1.1"))
        var reference = ModelReference(provider: "openai", model: "m", baseURL: "http://b:1")
        reference.wire = .ollama
        let error = await #expect(throws: CrewError.self) {
            try await withModelEndpoints { [reference] in try $0.model(for: reference).name }
        }
        #expect(error?.message.contains("provider: ollama") == true)
    }
}
