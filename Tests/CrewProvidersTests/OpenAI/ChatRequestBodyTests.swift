import CrewKit
import Testing

@testable import CrewProviders

@Suite("Chat request body")
struct ChatRequestBodyTests {
    static func json(
        _ request: ModelRequest, model: String = "m", style: EndpointStyle = .compatible,
        options: ModelOptions = ModelOptions()
    ) throws -> JSONValue {
        let body = ChatRequestBody(model: model, style: style, options: options)
        let bytes = body.bytes(request, names: WireToolNames(request))
        return try JSONValue(parsing: String(decoding: bytes, as: UTF8.self))
    }

    @Test("A plain request says no more than it must")
    func plain() throws {
        let request = ModelRequest(agent: "a", messages: [.system("Be \"brief\"."), .user("ổ\n")])
        #expect(
            try Self.json(request) == [
                "model": "m", "stream": true, "stream_options": ["include_usage": true],
                "messages": [
                    ["role": "system", "content": "Be \"brief\"."],
                    ["role": "user", "content": "ổ\n"],
                ],
            ])
    }

    @Test("Temperature and the length limit are sent when they are set")
    func settings() throws {
        var request = ModelRequest(agent: "a", messages: [])
        request.temperature = 0
        request.maxOutputTokens = 64
        let plain = try Self.json(request)
        #expect(plain["temperature"]?.double == 0)
        #expect(plain["max_tokens"] == 64)
        #expect(plain["max_completion_tokens"] == nil)
        let openAI = try Self.json(request, style: .openAI)
        #expect(openAI["max_completion_tokens"] == 64)
        #expect(openAI["max_tokens"] == nil)
    }

    @Test("OpenAI's own host is known, others are not taken for it")
    func host() throws {
        #expect(try EndpointAddress("https://api.openai.com/v1").isOpenAI)
        #expect(try EndpointAddress("https://API.openai.com:443/v1").isOpenAI)
        #expect(!(try EndpointAddress("https://api.openai.com.evil.test/v1").isOpenAI))
        #expect(!(try EndpointAddress("http://localhost:1234/v1").isOpenAI))
    }

    @Test("Tool calls and their results are told with names the wire allows")
    func tools() throws {
        let call = ToolCall(id: "c1", name: "fs.read", arguments: ["path": "/"])
        let odd = ToolCall(id: "c2", name: "fs.read", arguments: .string("{\"path\":"))
        let schema: JSONValue = ["type": "object", "properties": ["path": ["type": "string"]]]
        let request = ModelRequest(
            agent: "a",
            messages: [
                .user("hi"), .assistant(text: "", toolCalls: [call, odd]),
                .tool(call: "c1", name: "fs.read", output: "x"),
                .tool(call: "c2", name: "fs.read", output: "invalid"),
            ],
            tools: [ToolDefinition(name: "fs.read", description: "Reads.", parameters: schema)])
        let json = try Self.json(request)
        #expect(
            json["tools"] == [
                [
                    "type": "function",
                    "function": [
                        "name": "fs_read", "description": "Reads.", "parameters": schema,
                    ],
                ]
            ])
        #expect(json["parallel_tool_calls"] == nil)
        #expect(
            json["messages"]?.array?.dropFirst() == [
                [
                    "role": "assistant", "content": "",
                    "tool_calls": [
                        [
                            "id": "c1", "type": "function",
                            "function": ["name": "fs_read", "arguments": "{\"path\":\"/\"}"],
                        ],
                        [
                            "id": "c2", "type": "function",
                            "function": ["name": "fs_read", "arguments": "{\"path\":"],
                        ],
                    ],
                ],
                ["role": "tool", "tool_call_id": "c1", "content": "x"],
                ["role": "tool", "tool_call_id": "c2", "content": "invalid"],
            ])
    }
}
