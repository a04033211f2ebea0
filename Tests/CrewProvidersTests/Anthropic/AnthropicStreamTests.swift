import CrewKit
import Testing

@testable import CrewProviders

@Suite("Streams of the messages API", .timeLimit(.minutes(5)))
struct AnthropicStreamTests {
    typealias Step = MisbehavingServer.Step
    private static let scene = WireScene.anthropic()

    @Test("Thoughts, words and two calls arrive in order, however the bytes are cut")
    func everything() async throws {
        let body = try Fixture.text("anthropic-thinking-tools.sse")
        let whole = try await Self.scene.call(body: body)
        let reply = whole.reply
        #expect(reply.reasoning == "Two cities, so two calls: Kyiv & Lviv — “now”.\n")
        #expect(reply.text == "I'll look at both: Київ, Львів.")
        #expect(
            reply.toolCalls == [
                ToolCall(
                    id: "toolu_01A", name: "weather", arguments: ["city": "Kyiv — \"now\""]),
                ToolCall(id: "toolu_01B", name: "weather", arguments: ["city": "Lviv"]),
            ])
        #expect(reply.finish == .toolCalls)
        #expect(reply.model == "claude-sonnet-5-5")
        #expect(
            whole.pieces == [
                .reasoning("Two cities, so two "), .reasoning("calls: Kyiv & Lviv — “now”.\n"),
                .text("I'll look "), .text("at both: Київ, Львів."),
            ])
        let bytewise = try await Self.scene.call(steps: Self.scene.bytewise(body))
        #expect(bytewise.reply == reply)
        let lines = body.replacing("\n", with: "\r\n")
        #expect(try await Self.scene.call(body: lines).reply == reply)
    }

    @Test("The input counts what came from the cache and what went into it")
    func usage() async throws {
        let body = try Fixture.text("anthropic-thinking-tools.sse")
        let usage = try await Self.scene.call(body: body).reply.usage
        #expect(
            usage
                == Usage(
                    inputTokens: 1336, outputTokens: 89, cachedInputTokens: 1024,
                    cacheWriteTokens: 300, reasoningTokens: 31))
    }

    @Test("A refusal is one, and says why")
    func refusal() async throws {
        let body = try Fixture.text("anthropic-refusal.sse")
        let outcome = try await Self.scene.call(body: body)
        #expect(outcome.reply.finish == .refusal)
        #expect(outcome.reply.text == "This asks for something that I do not help with.")
        #expect(outcome.pieces == [.text(outcome.reply.text)])
    }

    @Test("An error in the middle of a stream has the code of its type")
    func overloaded() async throws {
        let error = await Self.scene.failure(
            body: try Fixture.text("anthropic-overloaded.sse"))
        #expect(error?.code == .modelOverloaded)
        #expect(error?.message.contains("Overloaded") == true)
    }

    @Test("A reply that is interrupted is gone on with, and is one reply")
    func pause() async throws {
        let bodies = [
            try Fixture.text("anthropic-pause.sse"), try Fixture.text("anthropic-after-pause.sse"),
        ]
        let outcome = try await Self.scene.call { Self.scene.steps(bodies[$0]) }
        #expect(outcome.reply.text == "Searching. It rains.")
        #expect(outcome.reply.finish == .stop)
        #expect(outcome.reply.usage == Usage(inputTokens: 250, outputTokens: 27))
        let resent = try outcome.body(1)["messages"]?.array?.last
        #expect(resent?["role"] == "assistant")
        #expect(
            resent?["content"]?.array?.map { $0["type"]?.string } == [
                "text", "server_tool_use", "web_search_tool_result",
            ])
        #expect(resent?["content"]?.array?[1]["input"] == ["query": "rain"])
    }

    @Test("A reply that is interrupted again and again ends")
    func endlessPause() async throws {
        let body = try Fixture.text("anthropic-pause.sse")
        let outcome = try await Self.scene.call(body: body)
        #expect(outcome.reply.finish == .other)
        #expect(outcome.requests.count == 9)
        #expect(outcome.reply.usage?.outputTokens == 180)
    }

    @Test(
        "A stop reason becomes ours",
        arguments: [
            ("end_turn", FinishReason.stop), ("stop_sequence", .stop), ("max_tokens", .length),
            ("model_context_window_exceeded", .length), ("tool_use", .toolCalls),
            ("refusal", .refusal), ("something_new", .other),
        ])
    func stopReasons(word: String, finish: FinishReason) async throws {
        let reply = try await Self.scene.call(body: Self.text("x", stop: word)).reply
        #expect(reply.finish == finish)
    }

    @Test(
        "Other servers that speak the protocol are understood where they differ",
        arguments: [
            ("lmstudio-messages.sse", "Hi there", 21, 3), ("vllm-messages.sse", "", 33, 17),
            ("llamacpp-messages.sse", "Hello!", 101, 9),
        ])
    func otherServers(name: String, text: String, input: Int, output: Int) async throws {
        let reply = try await Self.scene.call(body: try Fixture.text(name)).reply
        #expect(reply.text == text)
        #expect(reply.usage?.inputTokens == input)
        #expect(reply.usage?.outputTokens == output)
        #expect(reply.toolCalls.map(\.arguments) == (text.isEmpty ? [["city": "Kyiv"]] : []))
    }

    @Test("A message that was not streamed is a reply too")
    func document() async throws {
        let body = """
            {"id":"m","type":"message","role":"assistant","model":"m2","content":[
            {"type":"text","text":"Hi"},{"type":"tool_use","id":"t","name":"f","input":{"a":1}}],
            "stop_reason":"tool_use","usage":{"input_tokens":5,"output_tokens":2}}
            """
        let outcome = try await Self.scene.call(body: body)
        #expect(outcome.reply.text == "Hi")
        #expect(outcome.reply.toolCalls.map(\.arguments) == [["a": 1]])
        #expect(outcome.reply.usage == Usage(inputTokens: 5, outputTokens: 2))
        #expect(outcome.pieces == [.text("Hi")])
    }

    @Test("A flood of pings, unknown events and unknown deltas changes nothing")
    func noise() async throws {
        let noise = String(
            repeating: "event: ping\ndata: {\"type\":\"ping\"}\n\n: still here\n\n", count: 500)
        let unknown = Self.event(
            #"{"type":"content_block_delta","index":0,"delta":{"type":"new_delta","new":1}}"#)
        let body = noise + Self.text("x", noise: noise + unknown)
        #expect(try await Self.scene.call(body: body).reply.text == "x")
    }

    @Test("A call without input has none; broken input is kept for the model to read")
    func oddInput() async throws {
        let start = #"{"type":"tool_use","id":"","name":"f","input":{}}"#
        let body = Self.message(
            [
                #"{"type":"content_block_start","index":0,"content_block":\#(start)}"#,
                #"{"type":"content_block_start","index":1,"content_block":\#(start)}"#,
                #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"a\":"}}"#,
            ], stop: "max_tokens")
        let reply = try await Self.scene.call(body: body).reply
        #expect(reply.toolCalls.map(\.arguments) == [[:], "{\"a\":"])
        #expect(reply.toolCalls.map(\.id) == ["call_1_0", "call_1_1"])
        #expect(reply.finish == .length)
    }

    @Test("A stream that ends early, or was never one, is no reply")
    func cut() async throws {
        let body = try Fixture.text("anthropic-thinking-tools.sse")
        let half = String(body.prefix(body.count / 2))
        #expect(await Self.scene.failure(body: half)?.code == .modelStreamCut)
        let dropped: [Step] = [.head(), .chunk(half), .close]
        #expect(await Self.scene.failure(dropped)?.code == .modelStreamCut)
        #expect(await Self.scene.failure(body: "")?.code == .modelStreamCut)
        for nonsense in [
            "<html><title>Sign in</title></html>", "{\"hello\":1}", "data: nonsense\n\n",
            "hello", "[1]",
        ] {
            let error = await Self.scene.failure(body: nonsense)
            #expect(error?.code == .modelAnsweredNonsense, "\(nonsense): \(error?.message ?? "")")
        }
    }

    @Test("A whole reply counts although its connection ends badly, or not at all")
    func badEnd() async throws {
        let whole = Self.text("x")
        #expect(
            try await Self.scene.call(steps: [.head(), .chunk(whole), .close]).reply.text == "x")
        #expect(
            try await Self.scene.call(steps: [.head(), .chunk(whole), .hold]).reply.text == "x")
    }

    // MARK: Bodies

    static func event(_ data: String) -> String { "data: \(data)\n\n" }

    static func message(_ events: [String], stop: String = "end_turn") -> String {
        let start =
            #"{"type":"message_start","message":{"type":"message","role":"assistant","model":"m","#
            + #""content":[],"usage":{"input_tokens":3,"output_tokens":1}}}"#
        let end =
            #"{"type":"message_delta","delta":{"stop_reason":"\#(stop)"},"#
            + #""usage":{"output_tokens":2}}"#
        return ([start] + events + [end, #"{"type":"message_stop"}"#]).map(event).joined()
    }

    static func text(_ text: String, stop: String = "end_turn", noise: String = "") -> String {
        let open =
            #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#
        let delta =
            #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\#(text)"}}"#
        return message([open, delta], stop: stop).replacing(
            event(delta), with: noise + event(delta))
    }
}
