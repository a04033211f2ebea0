import CrewKit
import Synchronization
import Testing

@testable import CrewProviders

@Suite("Chat response reader")
struct ChatResponseReaderTests {
    static let endpoint = EndpointIdentity(host: "host:1", model: "m", key: Secret("secret-key"))

    /// Reads a body in pieces of `size` bytes, and checks that what was streamed is the reply.
    @discardableResult
    static func read(
        _ body: String, size: Int = 1 << 20,
        request: ModelRequest = ModelRequest(
            agent: "a", messages: [.user("hi")])
    ) throws -> ModelReply {
        var reader = ChatResponseReader(endpoint: endpoint)
        var text = ""
        var reasoning = ""
        let progress = { (progress: ModelProgress) in
            switch progress {
            case .text(let piece): text += piece
            case .reasoning(let piece): reasoning += piece
            default: break
            }
        }
        let bytes = Array(body.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            try bytes[start..<min(start + size, bytes.count)].withUnsafeBufferPointer {
                try reader.read($0, progress: progress)
            }
        }
        let reply = try reader.finish(
            idPrefix: "call_1", names: WireToolNames(request), progress: progress)
        #expect(reply.text == text)
        #expect(reply.reasoning == reasoning)
        return reply
    }

    static func events(_ chunks: [String]) -> String {
        chunks.map { "data: \($0)\n\n" }.joined()
    }

    static func readEvents(_ chunks: String...) throws -> ModelReply { try read(events(chunks)) }

    static func code(_ body: String) -> CrewError.Code? {
        #expect(throws: CrewError.self) { try read(body) }?.code
    }

    // MARK: Text

    @Test("Pieces of text become the reply under every chunking", arguments: [1, 2, 3, 17, 4096])
    func text(size: Int) throws {
        let body =
            "\u{FEFF}: keep-alive\r\n\r\n"
            + Self.events([
                Chunk.delta(#""role":"assistant","content":"""#), Chunk.text("Xin chào 👋"),
                Chunk.text(", bạn\n"), Chunk.finish(), Chunk.usage, Chunk.done,
            ])
        let reply = try Self.read(body, size: size)
        #expect(
            reply
                == ModelReply(
                    text: "Xin chào 👋, bạn\n", finish: .stop,
                    usage: Usage(inputTokens: 9, outputTokens: 2), model: "m"))
    }

    @Test("Deltas that are null, missing or empty say nothing")
    func emptyDeltas() throws {
        let reply = try Self.readEvents(
            #"{"choices":[],"prompt_filter_results":[],"id":"","object":""}"#,
            #"{"choices":[{"index":0}]}"#, #"{"choices":[{"index":0,"delta":null}]}"#,
            Chunk.delta(#""content":null,"tool_calls":null"#), #"{"choices":null}"#,
            Chunk.text("x"), Chunk.finish(), Chunk.done)
        #expect(reply.text == "x")
    }

    @Test("Only the first choice is read")
    func otherChoices() throws {
        let reply = try Self.readEvents(
            Chunk.text("a"),
            #"{"choices":[{"index":1,"delta":{"content":"b"},"finish_reason":"stop"}]}"#,
            Chunk.text("c"), Chunk.finish(), Chunk.done)
        #expect(reply.text == "ac")
    }

    @Test(
        "Reasons to stop are understood",
        arguments: [
            ("stop", FinishReason.stop), ("length", .length), ("tool_calls", .toolCalls),
            ("function_call", .toolCalls), ("content_filter", .contentFilter), ("weird", .other),
        ])
    func finish(reason: String, expected: FinishReason) throws {
        #expect(
            try Self.readEvents(Chunk.text("x"), Chunk.finish(reason), Chunk.done).finish
                == expected)
    }

    @Test("A refusal is what the model said")
    func refusal() throws {
        #expect(try Self.readEvents(Chunk.delta(#""refusal":"No.""#), Chunk.finish()).text == "No.")
    }

    // MARK: Reasoning

    @Test(
        "Reasoning is kept apart, under either name", arguments: ["reasoning_content", "reasoning"])
    func reasoning(name: String) throws {
        let reply = try Self.readEvents(
            Chunk.delta(#""\#(name)":"hm""#), Chunk.delta(#""\#(name)":"…","content":null"#),
            Chunk.text("yes"), Chunk.finish())
        #expect(reply.reasoning == "hm…")
        #expect(reply.text == "yes")
    }

    @Test(
        "A think part at the start of the text is reasoning",
        arguments: [
            (["<think>a</think>b"], "a", "b"), (["<thi", "nk>a</th", "ink>\n\n", "b"], "a", "b"),
            (["\n <think>", "a<b</t>", "</think>", "b"], "a<b</t>", "b"),
            (["<think>a"], "a", ""), (["<think>a</thin"], "a</thin", ""), (["<thi"], "", "<thi"),
            (["x <think>a</think>"], "", "x <think>a</think>"), (["<", "b>"], "", "<b>"),
            (["<think>ế", "</think>", "ổ <think>"], "ế", "ổ <think>"),
        ])
    func thinkTags(pieces: [String], reasoning: String, text: String) throws {
        let chunks = pieces.map(Chunk.text) + [Chunk.finish(), Chunk.done]
        let reply = try Self.read(Self.events(chunks))
        #expect(reply.reasoning == reasoning)
        #expect(reply.text == text)
        let letters = pieces.joined().map { Chunk.text(String($0)) } + [Chunk.finish()]
        #expect(try Self.read(Self.events(letters)).reasoning == reasoning)
    }

    // MARK: Usage

    @Test("The last usage counts, wherever it stands, and none is unknown")
    func usage() throws {
        let early =
            #"{"choices":[{"index":0,"delta":{"content":"x"}}],"usage":{"prompt_tokens":9,"#
            + #""completion_tokens":1}}"#
        let late =
            #"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":9.0,"#
            + #""completion_tokens":2,"prompt_tokens_details":{"cached_tokens":4},"#
            + #""completion_tokens_details":{"reasoning_tokens":1}}}"#
        let reply = try Self.readEvents(early, late, #"{"choices":[],"usage":null}"#, Chunk.done)
        #expect(
            reply.usage
                == Usage(
                    inputTokens: 9, outputTokens: 2, cachedInputTokens: 4, reasoningTokens: 1))
        #expect(try Self.readEvents(Chunk.text("x"), Chunk.finish(), Chunk.done).usage == nil)
    }

    // MARK: Ends

    @Test("A stream may end after its finish reason, or with half an event after it")
    func missingDone() throws {
        let body = Self.events([Chunk.text("x"), Chunk.finish()])
        #expect(try Self.read(body).text == "x")
        #expect(try Self.read(body + "data: {\"choi").text == "x")
        #expect(
            try Self.read(Self.events([Chunk.text("x")]) + "data: " + Chunk.finish()).text == "x")
    }

    @Test("A stream that ends before its finish reason was cut")
    func cut() {
        #expect(Self.code(Self.events([Chunk.text("x")])) == .modelStreamCut)
        #expect(Self.code(Self.events([Chunk.text("x")]) + "data: {\"choi") == .modelStreamCut)
        #expect(Self.code("") == .modelStreamCut)
        #expect(Self.code("{\"choices\":[{\"mess") == .modelStreamCut)
    }

    @Test("What follows [DONE] is not read")
    func afterDone() throws {
        let body = Self.events([Chunk.text("x"), Chunk.finish(), "  [DONE] ", Chunk.text("y")])
        #expect(try Self.read(body).text == "x")
    }

    // MARK: Errors and documents

    @Test(
        "An error in the middle of a stream is typed by what it says",
        arguments: [
            (
                #"{"error":{"message":"m","type":"server_error","code":null}}"#,
                CrewError.Code.modelServerError
            ),
            (#"{"error":{"message":"m","code":502}}"#, .modelServerError),
            (#"{"error":{"message":"m","code":429}}"#, .modelRateLimited),
            (#"{"error":"overloaded_error"}"#, .modelServerError),
            (#"{"error":{"message":"m","code":"rate_limit_exceeded"}}"#, .modelRateLimited),
            (#"{"error":{"message":"m","code":"insufficient_quota"}}"#, .modelQuotaExhausted),
            (
                #"[{"error":{"code":400,"message":"bad","status":"INVALID"}}]"#,
                .modelRejectedRequest
            ),
            (#"{"detail":"boom"}"#, .modelServerError), (#""boom""#, .modelServerError),
            (#"{"choices":[{"index":0,"delta":{},"finish_reason":"error"}]}"#, .modelServerError),
            ("{not json", .modelAnsweredNonsense), ("17", .modelAnsweredNonsense),
        ])
    func midStreamErrors(chunk: String, code: CrewError.Code) {
        #expect(Self.code(Self.events([Chunk.text("x"), chunk])) == code)
    }

    @Test("An error event is an error whatever it holds")
    func errorEvent() {
        #expect(Self.code("event: error\ndata: {\"message\":\"m\"}\n\n") == .modelServerError)
        #expect(Self.code("event: error\ndata: broken\n\n") == .modelServerError)
    }

    @Test("An error member that is null is no error")
    func nullError() throws {
        let chunk = #"{"error":null,"choices":[{"index":0,"delta":{"content":"x"}}]}"#
        #expect(try Self.readEvents(chunk, Chunk.finish(), Chunk.done).text == "x")
    }

    @Test("A whole completion answers as well as a stream")
    func wholeCompletion() throws {
        let body =
            #"{"model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"Hi","#
            + #""reasoning":"hm","tool_calls":[{"id":"c1","type":"function","#
            + #""function":{"name":"f","arguments":"{\"a\":1}"}}]},"finish_reason":"tool_calls"}],"#
            + #""usage":{"prompt_tokens":9,"completion_tokens":2}}"#
        let reply = try Self.read(body, size: 10)
        #expect(
            reply
                == ModelReply(
                    text: "Hi", reasoning: "hm",
                    toolCalls: [ToolCall(id: "c1", name: "f", arguments: ["a": 1])],
                    finish: .toolCalls, usage: Usage(inputTokens: 9, outputTokens: 2), model: "m-1")
        )
    }

    @Test("Chunks that come one to a line, without event fields, are read")
    func lines() throws {
        #expect(
            try Self.read([Chunk.text("x"), Chunk.finish()].joined(separator: "\n")).text == "x")
    }

    @Test(
        "A body that is something else is called so",
        arguments: [
            "<html><title>Sign in</title></html>", "hello", "17", #"{"a":1}"#, "data: [DONE]\n\n",
        ])
    func nonsense(body: String) {
        #expect(Self.code(body) == .modelAnsweredNonsense)
    }

    @Test("An error in a body with status 200 is an error")
    func errorBody() {
        #expect(
            Self.code(#"{"error":{"message":"no","code":"model_not_found"}}"#) == .modelNotFound)
        #expect(Self.code(#"[{"error":{"code":429,"message":"slow"}}]"#) == .modelRateLimited)
    }

    @Test("Malformed UTF-8 in a chunk becomes U+FFFD instead of an error")
    func malformedText() throws {
        var reader = ChatResponseReader(endpoint: Self.endpoint)
        let bytes =
            Array(#"data: {"choices":[{"delta":{"content":""#.utf8) + [0xC3]
            + Array("\"},\"finish_reason\":\"stop\"}]}\n\n".utf8)
        try bytes.withUnsafeBufferPointer { try reader.read($0) { _ in } }
        let names = WireToolNames(ModelRequest(agent: "a", messages: []))
        let reply = try reader.finish(idPrefix: "c", names: names) { _ in }
        #expect(reply.text == "\u{FFFD}")
    }
}
