import CrewKit
import Testing

@testable import CrewProviders

/// Streams and failures in the shapes of the servers that speak the chat wire.
@Suite("Chat streams of vendors", .timeLimit(.minutes(5)))
struct VendorStreamTests {
    private static let scene = WireScene.openAI()

    private static func call(_ id: ToolCallID, _ city: String) -> ToolCall {
        ToolCall(id: id, name: "weather", arguments: ["city": .string(city)])
    }

    struct Stream: Sendable, CustomTestStringConvertible {
        var fixture: String
        var reply: ModelReply
        var testDescription: String { fixture }
    }

    static let streams = [
        Stream(
            fixture: "openai-chat-tools.sse",
            reply: ModelReply(
                toolCalls: [call("call_Kq1", "Kyiv"), call("call_Kq2", "Львів")],
                finish: .toolCalls,
                usage: Usage(
                    inputTokens: 1180, outputTokens: 37, cachedInputTokens: 1024,
                    cacheWriteTokens: 0, reasoningTokens: 0), model: "gpt-4.1-mini-2025-04-14")),
        Stream(
            fixture: "openai-chat-refusal.sse",
            reply: ModelReply(
                text: "I'm sorry, I can't assist with that.", finish: .refusal,
                usage: Usage(inputTokens: 77, outputTokens: 9), model: "gpt-4.1-mini-2025-04-14")),
        Stream(
            fixture: "azure-chat.sse",
            reply: ModelReply(
                text: "Deployed.", usage: Usage(inputTokens: 18, outputTokens: 4),
                model: "gpt-4o-2024-11-20")),
        Stream(
            fixture: "vllm-chat.sse",
            reply: ModelReply(
                reasoning: "The user wants the weather.",
                toolCalls: [call("chatcmpl-tool-9b", "Huế")], finish: .toolCalls,
                usage: Usage(inputTokens: 31, outputTokens: 18), model: "Qwen/Qwen3-8B")),
        Stream(
            fixture: "llamacpp-chat.sse",
            reply: ModelReply(
                text: "2 + 2 = 4", reasoning: "Add them.",
                usage: Usage(inputTokens: 24, outputTokens: 11),
                model: "gemma-3-4b-it-Q4_K_M.gguf")),
        Stream(
            fixture: "lmstudio-chat.sse",
            reply: ModelReply(
                text: "Let me see.", toolCalls: [call("365174485", "Oslo")], finish: .toolCalls,
                model: "qwen/qwen3-4b-2507")),
        Stream(
            fixture: "deepseek-chat-tools.sse",
            reply: ModelReply(
                reasoning: "I need the date.", toolCalls: [ToolCall(id: "call_00_a", name: "now")],
                finish: .toolCalls,
                usage: Usage(
                    inputTokens: 339, outputTokens: 83, cachedInputTokens: 320,
                    reasoningTokens: 40), model: "deepseek-chat")),
    ]

    @Test("A vendor's stream is read, however its bytes are cut", arguments: streams)
    func stream(_ stream: Stream) async throws {
        let (whole, bytewise) = try await Self.scene.reply(to: stream.fixture)
        #expect(whole == stream.reply)
        #expect(bytewise == whole)
    }

    @Test("OpenRouter's price is the reply's, and its signed reasoning goes back with the calls")
    func openRouter() async throws {
        let (reply, bytewise) = try await Self.scene.reply(to: "openrouter-chat.sse")
        #expect(bytewise == reply)
        #expect(reply.reasoning == "Look it up.")
        #expect(reply.toolCalls == [Self.call("toolu_01X", "Rome")])
        #expect(reply.cost == 0.00216)
        #expect(reply.usage?.cacheWriteTokens == 50)
        let body = try await Self.scene.nextBody(after: reply, answeredBy: "azure-chat.sse")
        #expect(
            body["messages"]?.array?[1]["reasoning_details"] == [
                [
                    "type": "reasoning.text", "format": "anthropic-claude-v1", "index": 0,
                    "text": "Look it up.", "signature": "EqQBCkYIBB==",
                ]
            ])
    }

    @Test("Gemini's calls with one index are two, and their signatures go back with them")
    func gemini() async throws {
        let (reply, bytewise) = try await Self.scene.reply(to: "gemini-chat-tools.sse")
        #expect(bytewise == reply)
        #expect(
            reply.toolCalls == [
                Self.call("function-call-1018", "Paris"), Self.call("function-call-1019", "Nice"),
            ])
        var renamed = reply
        renamed.toolCalls[0].id = "another"
        let body = try await Self.scene.nextBody(after: renamed, answeredBy: "azure-chat.sse")
        let calls = body["messages"]?.array?[1]["tool_calls"]?.array
        #expect(
            calls?.map { $0["extra_content"] } == [
                ["google": ["thought_signature": "CsoBAXLI2n8="]], nil,
            ])
        #expect(calls?.first?["id"] == "another")
    }

    @Test("Reasoning goes back with its calls where that is asked for, until the user speaks again")
    func reasoningGoesBack() async throws {
        let scene = WireScene.openAI { $0.options.replaysReasoning = true }
        let reply = try await scene.reply(to: "deepseek-chat-tools.sse").whole
        let body = try await scene.nextBody(after: reply, answeredBy: "azure-chat.sse")
        #expect(body["messages"]?.array?[1]["reasoning_content"] == "I need the date.")
        let later = ModelRequest(
            agent: "a",
            messages: [
                .user("hi"), .assistant(text: "", toolCalls: reply.toolCalls, memo: reply.memo),
                .tool(call: "call_00_a", name: "now", output: "noon"),
                .assistant(text: "Noon.", toolCalls: []), .user("And now?"),
            ])
        let next = try await scene.call(later, body: Fixture.text("azure-chat.sse")).body()
        #expect(next["messages"]?.array?[1]["reasoning_content"] == nil)
        let plain = try await Self.scene.reply(to: "deepseek-chat-tools.sse").whole
        #expect(plain.memo == nil)
    }

    @Test("What a gateway says in the middle of its stream is told with its source")
    func openRouterFailure() async throws {
        let error = await Self.scene.failure(body: try Fixture.text("openrouter-failure.sse"))
        #expect(error?.code == .modelServerError)
        #expect(error?.message.contains("upstream closed the stream") == true)
    }

    @Test(
        "A vendor's failure has its code",
        arguments: [
            ("400 Bad Request", "azure-content-filter.json", CrewError.Code.modelContentFiltered),
            ("400 Bad Request", "openrouter-overflow.json", .modelContextOverflow),
            ("503 Service Unavailable", "llamacpp-loading.json", .modelOverloaded),
            ("429 Too Many Requests", "gemini-rate-limit.json", .modelRateLimited),
            ("429 Too Many Requests", "gemini-daily-quota.json", .modelQuotaExhausted),
            ("400 Bad Request", "gemini-bad-key.json", .modelRejectedKey),
        ])
    func failure(status: String, fixture: String, code: CrewError.Code) async throws {
        let error = await Self.scene.failure(.response(status, try Fixture.text(fixture)))
        #expect(error?.code == code)
        let wait: Duration? = fixture == "gemini-rate-limit.json" ? .milliseconds(17_200) : nil
        #expect(error?.retryAfter == wait)
    }

    @Test(
        "An endpoint may say itself whether the same call may succeed",
        arguments: [
            ("400 Bad Request", "true", CrewError.Code.modelOverloaded),
            ("500 Internal Server Error", "false", .modelUnavailable),
            ("429 Too Many Requests", "false", .modelQuotaExhausted),
            ("429 Too Many Requests", "true", .modelRateLimited),
        ])
    func shouldRetry(status: String, says: String, code: CrewError.Code) async {
        let head = "HTTP/1.1 \(status)\r\ncontent-length: 0\r\nx-should-retry: \(says)\r\n\r\n"
        let error = await Self.scene.failure([.send(head)])
        #expect(error?.code == code)
    }
}
