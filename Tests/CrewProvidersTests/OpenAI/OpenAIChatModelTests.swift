import CrewKit
import CrewProviders
import Synchronization
import Testing

@Suite("OpenAI chat model against a server that misbehaves", .timeLimit(.minutes(5)))
struct OpenAIChatModelTests {
    typealias Step = MisbehavingServer.Step

    static let request = ModelRequest(agent: "a", messages: [.user("hi")])

    /// What was streamed, in order.
    final class Pieces: Sendable {
        private let pieces = Mutex<[ModelProgress]>([])
        var all: [ModelProgress] { pieces.withLock(\.self) }
        func take(_ piece: ModelProgress) { pieces.withLock { $0.append(piece) } }
    }

    static func reply(
        _ server: MisbehavingServer, options: OpenAIChatModel.Options = OpenAIChatModel.Options(),
        key: String? = "secret-key", request: ModelRequest = request, pieces: Pieces = Pieces()
    ) async throws -> ModelReply {
        try await withModelEndpoints(options: ModelEndpoints.Options(calls: options)) { endpoints in
            let reference = ModelReference(
                provider: "openai", model: "m", baseURL: server.url, apiKey: key.map { Secret($0) })
            return try await endpoints.model(for: reference)
                .reply(to: request) { pieces.take($0) }
        }
    }

    static func reply(_ steps: [Step]) async throws -> ModelReply {
        try await MisbehavingServer.run(steps) { server in try await reply(server) }
    }

    static func failure(
        _ steps: [Step], options: OpenAIChatModel.Options = OpenAIChatModel.Options()
    ) async throws -> CrewError? {
        try await MisbehavingServer.run(steps) { server in
            await #expect(throws: CrewError.self) { try await reply(server, options: options) }
        }
    }

    // MARK: Answers

    @Test("A stream becomes the reply, and its pieces arrive in order")
    func stream() async throws {
        let pieces = Pieces()
        let steps = [Step].stream(
            Chunk.text("He"), Chunk.delta(#""reasoning":"hm""#), Chunk.text("llo"), Chunk.finish(),
            Chunk.usage, Chunk.done)
        let reply = try await MisbehavingServer.run(steps) { server in
            try await Self.reply(server, pieces: pieces)
        }
        #expect(
            reply
                == ModelReply(
                    text: "Hello", reasoning: "hm", finish: .stop,
                    usage: Usage(inputTokens: 9, outputTokens: 2), model: "m"))
        #expect(pieces.all == [.text("He"), .reasoning("hm"), .text("llo")])
    }

    @Test(
        "Bytes that come one by one, with CRLF, comments and a byte order mark, are the same reply")
    func bytes() async throws {
        let body =
            "\u{FEFF}: hello\r\n\r\ndata:\(Chunk.text("Ổ cứng"))\r\n\r\n: still here\r\n"
            + "data: \(Chunk.finish())\r\n\r\ndata:[DONE]\r\n\r\n"
        let steps = [Step.head()] + body.utf8.map { Step.chunk(bytes: [$0]) } + [.end]
        #expect(try await Self.reply(steps).text == "Ổ cứng")
    }

    @Test("A stream without usage has unknown usage, one without [DONE] is whole")
    func missing() async throws {
        let reply = try await Self.reply(.stream(Chunk.text("x"), Chunk.finish()))
        #expect(reply.usage == nil)
        #expect(reply.text == "x")
    }

    @Test("Tool calls without an index and with a repeated one are told apart")
    func toolCalls() async throws {
        let reply = try await Self.reply(
            .stream(
                Chunk.calls(StreamedToolCallTests.piece(id: "x", name: "f", "{}")),
                Chunk.calls(StreamedToolCallTests.piece(index: 0, id: "a", name: "g", "{")),
                Chunk.calls(StreamedToolCallTests.piece(index: 0, "}")),
                Chunk.calls(StreamedToolCallTests.piece(index: 0, id: "b", name: "g", "{}")),
                Chunk.finish("tool_calls"), Chunk.done))
        #expect(reply.toolCalls.map(\.id) == ["x", "a", "b"])
    }

    @Test("A JSON document in answer to the stream request is accepted")
    func document() async throws {
        let body = #"{"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]}"#
        #expect(try await Self.reply(.response("200 OK", body)).text == "Hi")
    }

    @Test("A reply is whole although its connection ends badly, or not at all")
    func badEnd() async throws {
        let whole = [
            Step.head(), .chunk("data: \(Chunk.text("x"))\n\ndata: \(Chunk.finish())\n\n"),
        ]
        #expect(try await Self.reply(whole + [.close]).text == "x")
        #expect(try await Self.reply(whole + [.chunk("data: [DONE]\n\n"), .hold]).text == "x")
    }

    @Test("A connection is used again for the next call")
    func keepAlive() async throws {
        let steps = [Step].stream(Chunk.text("x"), Chunk.finish(), Chunk.done)
        try await MisbehavingServer.run(steps) { server in
            try await withModelEndpoints { endpoints in
                let model = try endpoints.model(
                    for: ModelReference(provider: "openai", model: "m", baseURL: server.url))
                for _ in 0..<3 { _ = try await model.reply(to: Self.request) { _ in } }
            }
            var requests = 0
            for await event in server.events {
                guard case .request = event else { break }
                requests += 1
            }
            #expect(requests == 3, "three requests before the first connection closed")
        }
    }

    // MARK: Refusals

    struct Refusal: Sendable, CustomTestStringConvertible {
        var status: String
        var body: String
        var code: CrewError.Code
        var testDescription: String { "\(status) \(body)" }

        init(_ status: String, _ code: CrewError.Code, _ message: String, type: String = "") {
            self.status = status
            self.code = code
            body = #"{"error":{"message":"\#(message)","type":"t","code":"\#(type)"}}"#
        }
    }

    @Test(
        "A status becomes its code",
        arguments: [
            Refusal("400 Bad Request", .modelRejectedRequest, "bad temperature"),
            Refusal("400 Bad Request", .modelContextOverflow, "m", type: "context_length_exceeded"),
            Refusal(
                "400 Bad Request", .modelContextOverflow, "m", type: "exceed_context_size_error"),
            Refusal("400 Bad Request", .modelContentFiltered, "m", type: "content_filter"),
            Refusal("401 Unauthorized", .modelRejectedKey, "bad key"),
            Refusal("402 Payment Required", .modelQuotaExhausted, "pay"),
            Refusal("403 Forbidden", .modelRejectedKey, "no"),
            Refusal("404 Not Found", .modelNotFound, "no model"),
            Refusal("422 Unprocessable", .modelRejectedRequest, "no"),
            Refusal("307 Temporary Redirect", .modelRejectedRequest, "elsewhere"),
            Refusal("429 Too Many Requests", .modelRateLimited, "slow down"),
            Refusal("429 Too Many Requests", .modelQuotaExhausted, "m", type: "insufficient_quota"),
            Refusal("500 Internal Server Error", .modelServerError, "boom"),
            Refusal("500 Internal Server Error", .modelOverloaded, "Loading model"),
            Refusal("503 Service Unavailable", .modelOverloaded, "busy"),
            Refusal("529 Overloaded", .modelOverloaded, "busy"),
        ])
    func status(_ refusal: Refusal) async throws {
        let error = try await Self.failure(.response(refusal.status, refusal.body))
        #expect(error?.code == refusal.code)
        #expect(error?.message.contains("127.0.0.1") == true)
    }

    @Test("A refused key or a page of a proxy is explained without showing the key")
    func secrecy() async throws {
        let echo =
            #"{"error":{"message":"Incorrect API key provided: secret-key or sk-abc***xyz"}}"#
        let error = try await Self.failure(.response("401 Unauthorized", echo))
        let message = error?.message ?? ""
        #expect(message.contains("OPENAI_API_KEY"))
        #expect(!message.contains("secret-key") && !message.contains("sk-abc"))
        let page = "<html><head><title>502 Bad Gateway</title></head>…</html>"
        let proxy = try await Self.failure(.response("502 Bad Gateway", page, type: "text/html"))
        #expect(proxy?.code == .modelServerError)
        #expect(proxy?.message.contains("502 bad gateway") == true)
        let long = try await Self.failure(
            .response("400 Bad Request", String(repeating: "prompt ", count: 20_000)))
        #expect((long?.message.count ?? 0) < 500)
    }

    @Test("Tools that a model takes only without reasoning give advice")
    func toolsWithReasoning() async throws {
        let body =
            #"{"error":{"message":"Function tools with reasoning_effort are not supported for m"}}"#
        let error = try await Self.failure(.response("400 Bad Request", body))
        #expect(error?.message.contains("remove the agent's tools") == true)
    }

    @Test(
        "How long to wait is read from every form of the header",
        arguments: [
            (["retry-after-ms: 1500", "retry-after: 9"], Duration.milliseconds(1500)),
            (["retry-after: 2"], .seconds(2)), (["retry-after: 0.5"], .milliseconds(500)),
            (
                [
                    "date: Fri, 28 Feb 2025 23:59:50 GMT",
                    "retry-after: Sat, 01 Mar 2025 00:00:20 GMT",
                ], .seconds(30)
            ),
            (["retry-after: soon"], nil), ([], nil),
        ] as [([String], Duration?)])
    func retryAfter(headers: [String], wait: Duration?) async throws {
        let head =
            (["HTTP/1.1 429 Too Many Requests", "content-length: 0"] + headers)
            .joined(separator: "\r\n") + "\r\n\r\n"
        let error = try await Self.failure([.send(head)])
        #expect(error?.code == .modelRateLimited)
        #expect(error?.retryAfter == wait)
    }

    @Test("A page or an error with status 200 is no reply")
    func falseSuccess() async throws {
        let page = try await Self.failure(
            .response("200 OK", "<html><title>Sign in</title></html>", type: "text/html"))
        #expect(page?.code == .modelAnsweredNonsense)
        let error = try await Self.failure(
            .response("200 OK", #"{"error":{"code":402,"message":"no credits"}}"#))
        #expect(error?.code == .modelQuotaExhausted)
    }

    // MARK: Broken streams

    @Test("A stream that is cut, in any way, before its finish is a cut stream")
    func cut() async throws {
        let start = [Step.head(), .chunk("data: \(Chunk.text("x"))\n\n")]
        for end in [[.close], [.end], [.chunk("data: {\"cho"), .end]] as [[Step]] {
            #expect(try await Self.failure(start + end)?.code == .modelStreamCut)
        }
        #expect(try await Self.failure([.close])?.code == .modelStreamCut)
        #expect(try await Self.failure([.head(), .end])?.code == .modelStreamCut)
    }

    @Test("An error in the middle of a stream is thrown, and what came before was streamed")
    func errorMidStream() async throws {
        let pieces = Pieces()
        let steps: [Step] = [
            .head(), .chunk("data: \(Chunk.text("x"))\n\n"),
            .chunk("data: {\"error\":{\"message\":\"m\",\"code\":\"server_error\"}}\n\n"), .hold,
        ]
        try await MisbehavingServer.run(steps) { server in
            let error = await #expect(throws: CrewError.self) {
                try await Self.reply(server, pieces: pieces)
            }
            #expect(error?.code == .modelServerError)
            await server.connectionClosed()
        }
        #expect(pieces.all == [.text("x")])
    }

    @Test("Bytes that are not HTTP are called nonsense")
    func notHTTP() async throws {
        #expect(
            try await Self.failure([.send("SSH-2.0-x\r\n\r\n")])?.code == .modelAnsweredNonsense)
    }

    @Test("A line without an end and a reply without an end stop at their limits")
    func bounds() async throws {
        let line = try await Self.failure(
            [
                .head(), .chunk("data: "),
                .endlessly("1000\r\n\(String(repeating: "x", count: 4096))\r\n"),
            ])
        #expect(line?.code == .modelAnsweredNonsense)
        let text = "data: \(Chunk.text("more "))\n\n"
        let chunk = "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n"
        let reply = try await Self.failure(
            [.head(), .endlessly(chunk)], options: OpenAIChatModel.Options(replyBytes: 100_000))
        #expect(reply?.code == .modelAnsweredNonsense)
        #expect(reply?.message.contains("100000 bytes") == true)
    }

    // MARK: Deadlines

    private static let tiny = Duration.milliseconds(20)

    @Test("Silence before the head and silence after it miss the first token's deadline")
    func firstToken() async throws {
        let options = OpenAIChatModel.Options(firstToken: Self.tiny)
        for steps in [[.hold], [.head(), .hold]] as [[Step]] {
            let error = try await Self.failure(steps, options: options)
            #expect(error?.code == .modelTimeout)
            #expect(error?.message.contains("first token deadline") == true)
        }
    }

    @Test("Silence in the middle of a reply misses the idle deadline")
    func idle() async throws {
        let error = try await Self.failure(
            [.head(), .chunk("data: \(Chunk.text("x"))\n\n"), .hold],
            options: OpenAIChatModel.Options(idle: Self.tiny))
        #expect(error?.code == .modelTimeout)
        #expect(error?.message.contains("idle deadline") == true)
    }

    @Test("A stream that never ends misses the total deadline")
    func total() async throws {
        let comment = ": alive\n\n"
        let chunk = "\(String(comment.utf8.count, radix: 16))\r\n\(comment)\r\n"
        let error = try await Self.failure(
            [.head(), .endlessly(chunk)],
            options: OpenAIChatModel.Options(total: Self.tiny, replyBytes: 1 << 40))
        #expect(error?.code == .modelTimeout)
        #expect(error?.message.contains("total deadline") == true)
    }

    @Test("A port that nobody listens on is unreachable at once")
    func refused() async throws {
        let server = try await MisbehavingServer.run([.hold]) { $0 }
        let error = await #expect(throws: CrewError.self) { try await Self.reply(server) }
        #expect(error?.code == .modelUnreachable)
        #expect(error?.message.contains("refused the connection") == true)
    }

    @Test("A name that does not exist is unreachable")
    func unknownHost() async throws {
        let error = await #expect(throws: CrewError.self) {
            try await withModelEndpoints { endpoints in
                let reference = ModelReference(
                    provider: "openai", model: "m", baseURL: "http://no-such-host.invalid/v1")
                return try await endpoints.model(for: reference).reply(to: Self.request) { _ in }
            }
        }
        #expect(error?.code == .modelUnreachable)
    }

    // MARK: Cancelling

    @Test(
        "Cancelling a call closes its socket and throws CancellationError",
        arguments: [
            [Step.hold], [.head(), .hold],
            [.head(), .chunk("data: \(Chunk.text("x"))\n\n"), .hold],
        ])
    func cancel(steps: [Step]) async throws {
        try await MisbehavingServer.run(steps) { server in
            try await withModelEndpoints { endpoints in
                let model = try endpoints.model(
                    for: ModelReference(provider: "openai", model: "m", baseURL: server.url))
                await withTaskGroup(of: (any Error)?.self) { group in
                    group.addTask {
                        do {
                            _ = try await model.reply(to: Self.request) { _ in }
                            return nil
                        } catch { return error }
                    }
                    _ = await server.nextRequest()
                    group.cancelAll()
                    #expect(await group.next().flatMap { $0 } is CancellationError)
                }
                await server.connectionClosed()
            }
        }
    }
}
