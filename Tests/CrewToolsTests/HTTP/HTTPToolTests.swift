import CrewKit
import CrewTesting
import Testing

@testable import CrewTools

@Suite("HTTP tool")
struct HTTPToolTests {
    /// Calls a tool that asks a server, and gives back what came of it.
    private func call(
        _ arguments: JSONObject = [:], path: String = "/", answer: LoopbackServer.Answer,
        clock: any Clock<Duration> = ContinuousClock(), artifacts: RunArtifacts? = nil,
        change: (inout DeclaredTool, inout HTTPTemplate) -> Void = { _, _ in }
    ) async throws -> (text: String?, failure: ToolFailure?, request: String) {
        try await LoopbackServer.run(.init { _ in answer }) { server in
            try await HTTPToolConnections.with { connections in
                let tool = try HTTPTool.test(
                    server.url + path, connections, clock: clock, change: change)
                let result = await tool.result(arguments, artifacts: artifacts)
                return (result.text, result.failure, server.requests.first ?? "")
            }
        }
    }

    @Test("Values are put in their places of the address, and stay within them")
    func address() async throws {
        let evil = "a/b?c=d&e#f %2F\u{1F600}"
        let request = try await call(
            ["p": .string(evil), "q": .string(evil), "n": 42.0, "b": true],
            path: "/x/{{p}}/y?fix=1&q={{q}}", answer: .response()
        ) { $1.query = ["n": "{{n}}", "left": "{{left}}", "b b": "{{b}}"] }.request
        let encoded = "a%2Fb%3Fc%3Dd%26e%23f%20%252F%F0%9F%98%80"
        let line = "GET /x/\(encoded)/y?fix=1&q=\(encoded)&b%20b=true&n=42 HTTP/1.1\r\n"
        #expect(request.hasPrefix(line))
        #expect(request.contains("Idempotency-Key: k\r\n"))
    }

    @Test(
        "The other side is told of the trace, where somebody records it", arguments: [true, false])
    func trace(isSampled: Bool) async throws {
        let trace = TraceContext(
            traceID: "4bf92f3577b34da6a3ce929d0e0e4736", spanID: "00f067aa0ba902b7",
            isSampled: isSampled, state: "a=1")
        let request = try await LoopbackServer.run(.init { _ in .response() }) { server in
            try await HTTPToolConnections.with { connections in
                let tool = try HTTPTool.test(server.url + "/", connections)
                var call = ToolInvocation(
                    call: "c1", arguments: [:], idempotencyKey: "k", run: "r", agent: "a")
                call.trace = trace
                _ = try await tool.call(call)
                return server.requests.first ?? ""
            }
        }
        let said = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"
        #expect(request.contains(said) == isSampled)
        #expect(request.contains("tracestate: a=1\r\n") == isSampled)
    }

    @Test(
        "A value cannot leave its step of the path", arguments: ["", ".", "..", "../x", "a\\..\\b"])
    func upwards(value: String) async throws {
        let result = try await call(
            ["p": .string(value)], path: "/users/{{p}}", answer: .response())
        #expect(result.failure?.kind == .parameter)
        #expect(result.request == "")
    }

    @Test("An address whose parameter is missing is not asked")
    func missing() async throws {
        let result = try await call(path: "/users/{{p}}", answer: .response())
        #expect(result.failure?.message.contains("'p': is needed") == true)
        #expect(result.failure?.isWithoutEffect == true)
    }

    @Test("A body has its parameters with their types, and leaves out what was not given")
    func body() async throws {
        let request = try await call(
            ["n": 3.0, "list": ["a", 1.0], "p": "x\"y"], answer: .response()
        ) {
            $1.method = "post"
            $1.body = [
                "n": "{{n}}", "text": "n is {{n}}", "list": "{{list}}", "deep": ["{{p}}", "{{q}}"],
                "gone": "{{q}}", "gone too": "a {{q}}", "fix": 1,
            ]
        }.request
        #expect(request.hasPrefix("POST / HTTP/1.1\r\n"))
        #expect(request.contains("Content-Type: application/json\r\n"))
        let sent = try JSONValue(parsing: String(request.split(separator: "\r\n\r\n")[1]))
        #expect(
            sent == [
                "n": 3, "text": "n is 3", "list": ["a", 1], "deep": ["x\"y"], "fix": 1,
            ])
    }

    @Test("Headers are sent, and a value with a line break is refused")
    func headers() async throws {
        func send(_ value: String) async throws -> (String?, ToolFailure?, String) {
            try await call(["p": .string(value)], answer: .response()) {
                $1.headers = ["X-Who": "me {{p}}", "X-Gone": "{{q}}"]
                $1.idempotencyHeader = ""
            }
        }
        let request = try await send("ok").2
        #expect(request.contains("X-Who: me ok\r\n"))
        #expect(!request.contains("X-Gone"))
        #expect(!request.contains("Idempotency-Key"))
        #expect(try await send("a\r\nX-Evil: 1").1?.kind == .parameter)
    }

    @Test(
        "The answer is the part that was asked for",
        arguments: [
            ("data.items[0].name", "chào"), ("data.items[1]", "{\"name\":2}"), ("data.n", "1.5"),
            ("[0]", nil), ("data.items[2]", nil), ("data.none.x", nil),
        ])
    func answerPath(path: String, expected: String?) async throws {
        let body = "{\"data\":{\"items\":[{\"name\":\"chào\"},{\"name\":2}],\"n\":1.5}}"
        let result = try await call(answer: .response("200 OK", body)) { $1.answer = path }
        #expect(result.text == expected)
        if expected == nil { #expect(result.failure?.kind == .parse) }
    }

    @Test("An answer that is no JSON, or no text, says so")
    func unreadable() async throws {
        let page = try await call(answer: .response("200 OK", "<html>", type: "text/html")) {
            $1.answer = "a"
        }
        #expect(page.failure?.kind == .parse)
        let picture = try await call(answer: .response("200 OK", "\u{1}\u{2}", type: "image/png"))
        #expect(picture.failure?.message == "'127.0.0.1' answered with image/png, which is no text")
        let packed = try await call(
            answer: .response("200 OK", "x", headers: ["content-encoding: gzip"]))
        #expect(packed.failure?.kind == .parse)
        let unnamed = try await call(answer: .response("200 OK", "plain", type: nil))
        #expect(unnamed.text == "plain")
    }

    @Test("What is no text is kept beside the run, where somebody keeps it")
    func artifact() async throws {
        let kept = Kept()
        let result = try await call(
            answer: .response("200 OK", "\u{1}\u{2}", type: "image/png"),
            artifacts: kept.artifacts)
        #expect(result.text?.contains("kept as 'http-T-c1'") == true)
        #expect(await kept.bytes(of: "http-T-c1") == [1, 2])
    }

    @Test(
        "A status that says no is a failure of its kind",
        arguments: [
            (400, "parameter"), (401, "permission"), (404, "not_found"), (422, "parameter"),
            (429, "unavailable"), (500, "system"), (501, "command_failed"), (503, "unavailable"),
            (304, "command_failed"),
        ])
    func status(code: Int, kind: String) async throws {
        let failure = try await call(
            answer: .response(
                "\(code) Word", code == 304 ? "" : "why", headers: ["retry-after: 7"],
                type: "text/plain")
        ).failure
        #expect(failure?.kind.rawValue == kind)
        #expect(failure?.message.hasPrefix("'127.0.0.1' answered \(code) ") == true)
        if code != 304 { #expect(failure?.message.hasSuffix("why") == true) }
        #expect((failure?.hint == "It asks to wait: 7 s.") == [429, 500, 503].contains(code))
        #expect(failure?.isWithoutEffect == (code == 429))
    }

    @Test("An answer beyond the bound is given up while it arrives")
    func tooLarge() async throws {
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
        let piece = "4000\r\n" + String(repeating: "x", count: 0x4000) + "\r\n"
        let failure = try await call(answer: .endlessly(head, piece)) {
            $1.maxResponseBytes = 100_000
        }.failure
        #expect(failure?.message == "'127.0.0.1' answered with more than 100000 bytes")
    }

    @Test("A server that does not answer in time is left, and the failure tells the time")
    func timeLimit() async throws {
        let failure = try await call(answer: .hold, clock: InstantClock()) { tool, _ in
            tool.timeout = .seconds(7)
        }.failure
        #expect(failure?.kind == .timeout)
        #expect(failure?.message == "'127.0.0.1' did not answer within 7.0 seconds")
        #expect(failure?.isWithoutEffect == false)
    }

    @Test("A cancelled call closes its connection")
    func cancelled() async throws {
        try await LoopbackServer.run(.init { _ in .hold }) { server in
            try await HTTPToolConnections.with { connections in
                let tool = try HTTPTool.test(server.url, connections)
                await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { _ = try await tool.call(.test()) }
                    await server.requestArrived()
                    group.cancelAll()
                }
                await server.connectionClosed()
            }
        }
    }

    @Test("A server that hangs up, or talks something else, fails the call")
    func broken() async throws {
        let closed = try await call(answer: .close).failure
        #expect(closed?.kind == .system)
        #expect(closed?.isWithoutEffect == false)
        let strange = try await call(answer: .raw("SSH-2.0-x\r\n\r\n")).failure
        #expect(strange?.kind == .parse)
    }

    @Test("A server that is not there fails the call before anything was done")
    func refused() async throws {
        // No program may listen there but a system service that is long out of use.
        let failure = try await HTTPToolConnections.with { connections in
            try await HTTPTool.test("http://127.0.0.1:1", connections).result().failure
        }
        #expect(failure?.message == "'127.0.0.1' cannot be connected to: it refuses")
        #expect(failure?.isWithoutEffect == true)
    }
}

/// Artifacts in memory.
private actor Kept {
    private var kept: [String: [UInt8]] = [:]

    nonisolated var artifacts: RunArtifacts {
        RunArtifacts(
            save: { bytes, name, _ in await self.keep(bytes, name) },
            read: { await self.bytes(of: $0) })
    }

    private func keep(_ bytes: [UInt8], _ name: String) { kept[name] = bytes }
    func bytes(of name: String) -> [UInt8]? { kept[name] }
}

extension HTTPTool {
    /// A tool with the parameters `p`, `q`, `n`, `b`, `list` and `left` that may ask this machine.
    static func test(
        _ url: String, _ connections: HTTPToolConnections,
        clock: any Clock<Duration> = ContinuousClock(),
        lookUp: @escaping HTTPRoute.LookUp = HTTPRoute.systemLookUp,
        change: (inout DeclaredTool, inout HTTPTemplate) -> Void = { _, _ in }
    ) throws -> HTTPTool {
        let names = ["p", "q", "n", "b", "list", "left"]
        var template = HTTPTemplate(url: url)
        template.allowsPrivateAddresses = true
        var written = DeclaredTool(
            name: "T", description: "", work: .http(template),
            parameters: [
                "type": "object", "properties": .object(JSONObject(names.map { ($0, [:]) })),
            ])
        change(&written, &template)
        written.work = .http(template)
        return try HTTPTool(
            written, connections: connections, timeout: .seconds(600), clock: clock,
            lookUp: lookUp)
    }

    func result(
        _ arguments: JSONObject = [:], artifacts: RunArtifacts? = nil
    ) async -> (text: String?, failure: ToolFailure?) {
        do {
            let call = ToolInvocation(
                call: "c1", arguments: arguments, idempotencyKey: "k", run: "r", agent: "a",
                artifacts: artifacts)
            return (try await self.call(call), nil)
        } catch {
            return (nil, ToolFailure(error))
        }
    }
}
