import CrewKit
import Testing

@testable import CrewProviders

@Suite("Responses wire", .timeLimit(.minutes(5)))
struct OpenAIResponsesModelTests {
    private static let scene = WireScene.openAI(.responses)

    private static func json(
        _ request: ModelRequest, model: String = "m", style: EndpointStyle = .openAI,
        _ change: (inout ModelOptions) -> Void = { _ in }
    ) throws -> JSONValue {
        var options = ModelOptions()
        change(&options)
        let body = ResponsesRequestBody(model: model, style: style, options: options)
        let bytes = body.bytes(request, names: WireToolNames(request))
        return try JSONValue(parsing: String(decoding: bytes, as: UTF8.self))
    }

    @Test("Thoughts, what the model is about to do, and two calls are read, however bytes are cut")
    func everything() async throws {
        let (reply, bytewise) = try await Self.scene.reply(to: "openai-responses-tools.sse")
        #expect(bytewise == reply)
        #expect(reply.text == "")
        #expect(reply.reasoning == "**Comparing**\n\nTwo cities.\n\nTwo calls.\n\nI look both up.")
        #expect(
            reply.toolCalls == [
                ToolCall(id: "call_A1", name: "weather", arguments: ["city": "Kyiv"]),
                ToolCall(id: "call_A2", name: "weather", arguments: ["city": "Lviv"]),
            ])
        #expect(reply.finish == .toolCalls)
        #expect(reply.model == "gpt-6-sol")
        #expect(
            reply.usage
                == Usage(
                    inputTokens: 812, outputTokens: 96, cachedInputTokens: 512, cacheWriteTokens: 0,
                    reasoningTokens: 64))
    }

    @Test("Reasoning goes back where it stood, before its call, and calls have the ids of today")
    func memo() async throws {
        var reply = try await Self.scene.reply(to: "openai-responses-tools.sse").whole
        reply.toolCalls[1].id = "renamed"
        let body = try await Self.scene.nextBody(
            after: reply, answeredBy: "openai-responses-incomplete.sse")
        let input = try #require(body["input"]?.array)
        #expect(
            input.map { $0["type"] } == [
                "message", "reasoning", "message", "function_call", "reasoning", "function_call",
                "function_call_output", "function_call_output",
            ])
        #expect(input[1]["encrypted_content"] == "gAAAAABo_x==")
        #expect(input[2]["phase"] == "commentary")
        #expect(
            input[5] == [
                "type": "function_call", "id": "fc_68f", "call_id": "renamed", "name": "weather",
                "arguments": "{\"city\":\"Lviv\"}",
            ])
        #expect(input[7]["call_id"] == "renamed")
        reply.toolCalls.removeLast()
        let fewer = try await Self.scene.nextBody(
            after: reply, answeredBy: "openai-responses-incomplete.sse")
        #expect(
            fewer["input"]?.array?.map { $0["type"] } == [
                "message", "function_call", "function_call_output",
            ], "a reply that lost a call is told plainly")
    }

    @Test("A reply that ran out of tokens says so; items and events that are new are passed over")
    func incomplete() async throws {
        let reply = try await Self.scene.reply(to: "openai-responses-incomplete.sse").whole
        #expect(reply.text == "Once upon")
        #expect(reply.finish == .length)
        #expect(reply.memo == nil)
    }

    @Test("A response that failed has the code of its error")
    func failed() async throws {
        let error = await Self.scene.failure(
            body: try Fixture.text("openai-responses-failed.sse"))
        #expect(error?.code == .modelRateLimited)
    }

    @Test("A local server that leaves out what it may is understood")
    func local() async throws {
        let (reply, bytewise) = try await Self.scene.reply(to: "llamacpp-responses.sse")
        #expect(bytewise == reply)
        #expect(
            reply
                == ModelReply(
                    text: "Four.", reasoning: "Easy.",
                    usage: Usage(inputTokens: 14, outputTokens: 6), model: "gemma-3-4b"))
    }

    @Test("A whole response answers as well as a stream; a failed one does not")
    func document() async throws {
        let body =
            #"{"object":"response","status":"completed","error":null,"output":[{"type":"message","#
            + #""content":[{"type":"output_text","text":"Hi"}]}]}"#
        #expect(try await Self.scene.call(body: body).reply.text == "Hi")
        let failed = #"{"object":"response","status":"failed","error":{"code":"server_error"}}"#
        #expect(await Self.scene.failure(body: failed)?.code == .modelServerError)
        let queued = #"{"object":"response","status":"queued","output":[]}"#
        #expect(await Self.scene.failure(body: queued)?.code == .modelServerError)
    }

    @Test("Error events are errors, flat or nested; other talk is none of this wire's")
    func errors() async {
        let flat = "event: error\ndata: {\"type\":\"error\",\"code\":\"rate_limit_exceeded\"}\n\n"
        #expect(await Self.scene.failure(body: flat)?.code == .modelRateLimited)
        let nested = "data: {\"type\":\"error\",\"error\":{\"code\":\"insufficient_quota\"}}\n\n"
        #expect(await Self.scene.failure(body: nested)?.code == .modelQuotaExhausted)
        #expect(await Self.scene.failure(body: "data: [DONE]\n\n")?.code == .modelStreamCut)
        #expect(
            await Self.scene.failure(body: "data: {nonsense\n\n")?.code == .modelAnsweredNonsense)
    }

    @Test("A request keeps nothing at the endpoint and asks for encrypted thoughts")
    func request() throws {
        let plain = ModelRequest(
            agent: "a", messages: [.system("Be brief."), .system("In verse."), .user("Why?")])
        #expect(
            try Self.json(plain, model: "gpt-6-sol") == [
                "model": "gpt-6-sol", "stream": true, "store": false,
                "include": ["reasoning.encrypted_content"],
                "instructions": "Be brief.\n\nIn verse.",
                "input": [["type": "message", "role": "user", "content": "Why?"]],
            ])
        #expect(try Self.json(plain, model: "gpt-4.1")["include"] == nil)
        let thinking = try Self.json(plain) {
            $0.reasoningEffort = "high"
            $0.thinks = true
            $0.body = ["include": nil, "text": ["verbosity": "low"]]
        }
        #expect(thinking["reasoning"] == ["effort": "high", "summary": "auto"])
        #expect(thinking["include"] == nil)
        #expect(thinking["text"] == ["verbosity": "low"])
        #expect(try Self.json(plain) { $0.thinks = false }["reasoning"] == ["effort": "none"])
    }
}
