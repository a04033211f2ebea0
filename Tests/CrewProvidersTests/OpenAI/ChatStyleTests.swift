import CrewKit
import CrewTesting
import Testing

@testable import CrewProviders

/// What differs between the servers that speak OpenAI's wires.
@Suite("Styles of endpoints")
struct ChatStyleTests {
    private static let request = ModelRequest(agent: "a", messages: [.system("s"), .user("u")])

    private static func body(
        _ style: EndpointStyle, _ change: (inout ModelOptions) -> Void
    ) throws -> JSONValue {
        var options = ModelOptions()
        change(&options)
        return try ChatRequestBodyTests.json(request, style: style, options: options)
    }

    @Test(
        "A host tells its style",
        arguments: [
            ("https://api.openai.com/v1", EndpointStyle.openAI),
            ("https://x.openai.azure.com/openai/v1", .azure),
            ("https://generativelanguage.googleapis.com/v1beta/openai/", .gemini),
            ("https://openrouter.ai/api/v1", .openRouter),
            ("https://api.deepseek.com", .deepSeek), ("http://localhost:1234/v1", .compatible),
            ("https://openrouter.ai.evil.test/v1", .compatible),
        ])
    func styles(url: String, style: EndpointStyle) throws {
        #expect(EndpointStyle(of: try EndpointAddress(url)) == style)
    }

    @Test("Only OpenAI's models that reason are instructed as by a developer")
    func roles() throws {
        func role(_ style: EndpointStyle, _ model: String) throws -> JSONValue? {
            try ChatRequestBodyTests.json(Self.request, model: model, style: style)["messages"]?
                .array?.first?["role"]
        }
        #expect(try role(.openAI, "o3-mini") == "developer")
        #expect(try role(.azure, "gpt-5.1") == "developer")
        #expect(try role(.openAI, "gpt-4o") == "system")
        #expect(try role(.compatible, "gpt-5.1") == "system")
    }

    @Test("Thinking is asked for in the words of each server")
    func thinking() throws {
        let effort = try Self.body(.openAI) { $0.reasoningEffort = "low" }
        #expect(effort["reasoning_effort"] == "low")
        let none = try Self.body(.ollama) { $0.thinks = false }
        #expect(none["reasoning_effort"] == "none")
        let template = try Self.body(.compatible) { $0.thinks = false }
        #expect(template["chat_template_kwargs"] == ["enable_thinking": false])
        #expect(template["reasoning_effort"] == nil)
        let router = try Self.body(.openRouter) {
            $0.reasoningEffort = "high"
            $0.thinkingTokens = 100
        }
        #expect(router["reasoning"] == ["max_tokens": 100])
        let gemini = try Self.body(.gemini) { $0.thinkingTokens = 0 }
        #expect(
            gemini["extra_body"] == ["google": ["thinking_config": ["thinking_budget": 0]]])
        let deepSeek = try Self.body(.deepSeek) { $0.thinks = true }
        #expect(deepSeek["thinking"] == ["type": "enabled"])
    }

    @Test(
        "Members of the options stand in the body; one of ours is replaced, or left out when null")
    func extras() throws {
        let body = try Self.body(.compatible) {
            $0.body = ["top_k": 40, "model": "other", "stream_options": nil]
        }
        #expect(body["top_k"] == 40)
        #expect(body["model"] == "other")
        #expect(body.object?.keys.contains("stream_options") == false)
        #expect(body.object?.count == 4)
    }

    static let schemas: [(JSONValue, Bool)] = [
        (schema(["a": ["type": "string"]], required: ["a"]), true),
        (schema(["a": ["type": "string"], "b": ["type": "string"]], required: ["a"]), false),
        (schema(["a": ["oneOf": [["type": "string"]]]], required: ["a"]), false),
        (schema(["a": ["type": "object", "properties": [:]]], required: ["a"]), false),
        (["type": "object", "properties": ["a": ["type": "string"]], "required": ["a"]], false),
        (["type": "array"], false),
    ]

    private static func schema(_ properties: JSONValue, required: JSONValue) -> JSONValue {
        [
            "type": "object", "properties": properties, "required": required,
            "additionalProperties": false,
        ]
    }

    @Test("A schema is asked for strictly where it can be", arguments: schemas)
    func strict(schema: JSONValue, isStrict: Bool) throws {
        #expect(StrictSchema.fits(schema) == isStrict)
        var request = Self.request
        request.format = ResponseFormat(name: "n", schema: schema)
        let format = try ChatRequestBodyTests.json(request)["response_format"]?["json_schema"]
        #expect(format?["strict"] == (isStrict ? true : nil))
    }

    @Test(
        "Azure's addresses lead to its v1 surface or to a deployment",
        arguments: [
            ("https://x.openai.azure.com", "https://x.openai.azure.com/openai/v1", ""),
            ("https://x.openai.azure.com/openai/v1/", "https://x.openai.azure.com/openai/v1", ""),
            (
                "https://x.openai.azure.com/openai?api-version=2025-01-01",
                "https://x.openai.azure.com/openai/deployments/d", "?api-version=2025-01-01"
            ),
            (
                "https://x.openai.azure.com/openai/deployments/y/chat/completions?api-version=1",
                "https://x.openai.azure.com/openai/deployments/y", "?api-version=1"
            ),
            (
                "https://x.openai.azure.com/openai/deployments/y",
                "https://x.openai.azure.com/openai/deployments/y", "?api-version=2024-10-21"
            ),
        ])
    func azure(written: String, base: String, query: String) throws {
        let address = try EndpointAddress(azure: written, deployment: "d")
        #expect(address.base == base)
        #expect(address.query == query)
    }

    @Test("Azure is asked at its deployment, with its own header for the key")
    func azureRequest() async throws {
        let steps = [MisbehavingServer.Step].stream(Chunk.text("x"), Chunk.finish())
        try await MisbehavingServer.run(steps) { server in
            try await withModelEndpoints { endpoints in
                let base = "http://127.0.0.1:\(server.port)/openai"
                var options = ModelOptions()
                options.headers = ["x-a": "b"]
                let model = try OpenAIChatModel(
                    provider: "azure", model: "d",
                    address: EndpointAddress(azure: "\(base)?api-version=7", deployment: "d"),
                    key: Secret("k"), style: .azure, options: options,
                    calls: OpenAIChatModel.Options(), client: endpoints.client)
                _ = try await model.reply(to: Self.request) { _ in }
            }
            let request = ReceivedRequest(await server.nextRequest())
            #expect(request.path == "/openai/deployments/d/chat/completions?api-version=7")
            #expect(request.headers["api-key"] == "k")
            #expect(request.headers["authorization"] == nil)
            #expect(request.headers["x-a"] == "b")
        }
    }

    @Test("Whole calls with one index and no ids are told apart")
    func callsWithoutIDs() throws {
        let calls = try StreamedToolCallTests.calls([
            Chunk.calls(StreamedToolCallTests.piece(index: 0, name: "f", #"{"a":1}"#)),
            Chunk.calls(StreamedToolCallTests.piece(index: 0, name: "f", #"{"a":2}"#)),
        ])
        #expect(calls.map(\.arguments) == [["a": 1], ["a": 2]])
    }
}
