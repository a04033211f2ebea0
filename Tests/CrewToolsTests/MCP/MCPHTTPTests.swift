import CrewKit
import CrewTesting
import FoundationEssentials
import Synchronization
import Testing

@testable import CrewTools

@Suite("MCP over HTTP, with a scripted server")
struct MCPHTTPTests {
    private static let tools: JSONValue = [
        "tools": [["name": "t", "inputSchema": ["type": "object", "properties": [:]]]]
    ]

    private func withServers(
        _ server: ScriptedHTTPServer, clock: any Clock<Duration> = ContinuousClock(),
        headers: [String: String] = [:], log: Log = Log(),
        _ body: @escaping @Sendable (MCPServers) async throws -> Void
    ) async throws {
        try await server.withURL { url in
            let definition = MCPServerDefinition(
                name: "s", transport: .http(url: url + "/mcp", headers: headers))
            try await withMCPServers([definition], clock: clock, log: log.add, body)
        }
    }

    /// A server of the older era: knows one session at a time, and forgets it when told to.
    private final class LegacyServer: Sendable {
        private let sessions = Mutex((count: 0, isForgotten: false))
        let log = Log()

        func forget() { sessions.withLock { $0.isForgotten = true } }
        var count: Int { sessions.withLock { $0.count } }

        func answer(_ request: ScriptedHTTPServer.Request) -> ScriptedHTTPServer.Response {
            let method = request.message["method"]?.string ?? request.method
            log.add(method)
            if method == "initialize" {
                let number = sessions.withLock { state in
                    state = (state.count + 1, false)
                    return state.count
                }
                return .json(
                    request.result([
                        "protocolVersion": "2025-06-18", "capabilities": ["tools": [:]],
                    ]), headers: ["Mcp-Session-Id": "s\(number)"])
            }
            guard let session = request.header("mcp-session-id") else {
                return .json(
                    [
                        "jsonrpc": "2.0", "id": "server-error",
                        "error": ["code": -32600, "message": "Bad Request: Missing session ID"],
                    ], status: 400)
            }
            let isKnown = sessions.withLock { session == "s\($0.count)" && !$0.isForgotten }
            guard isKnown else { return .json(["error": "no session"], status: 404) }
            switch method {
            case "tools/list": return .json(request.result(MCPHTTPTests.tools))
            case "tools/call":
                return .json(
                    request.result(["content": [["type": "text", "text": .string(session)]]]))
            case "GET": return .status(405)
            default: return .status(202)
            }
        }
    }

    @Test("A session that the server forgot is opened again, once for all calls")
    func sessionExpired() async throws {
        let legacy = LegacyServer()
        try await withServers(ScriptedHTTPServer { legacy.answer($0) }) { servers in
            #expect(servers.reports[0].version == "2025-06-18")
            let first = try await servers.call("s__t")
            #expect(first == "s1")
            legacy.forget()
            let texts = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<5 { group.addTask { try await servers.call("s__t") } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(texts == ["s2"])
            #expect(legacy.count == 2)
        }
        #expect(legacy.log.sentences.last == "DELETE")
    }

    @Test("A newer server is told in headers what its request is, and what its schema asks for")
    func headers() async throws {
        let seen = Mutex<[ScriptedHTTPServer.Request]>([])
        let schema: JSONValue = [
            "type": "object",
            "properties": [
                "city": ["type": "string", "x-mcp-header": "City"],
                "days": ["type": "integer", "x-mcp-header": "Days"],
            ],
        ]
        let server = ScriptedHTTPServer { request in
            seen.withLock { $0.append(request) }
            switch request.message["method"]?.string {
            case "server/discover":
                return .json(request.result(["supportedVersions": ["2026-07-28"]]))
            case "tools/list":
                return .json(
                    request.result(["tools": [["name": "weather", "inputSchema": schema]]]))
            default: return .json(request.result(["content": []]))
            }
        }
        try await withServers(server, headers: ["Authorization": "Bearer k"]) { servers in
            _ = try await servers.call("s__weather", ["city": "Huế", "days": 3])
            let call = try #require(seen.withLock { $0.last })
            #expect(call.header("mcp-protocol-version") == "2026-07-28")
            #expect(call.header("mcp-method") == "tools/call")
            #expect(call.header("mcp-name") == "weather")
            #expect(call.header("mcp-param-city") == "=?base64?SHXhur8=?=")
            #expect(call.header("mcp-param-days") == "3")
            #expect(call.header("authorization") == "Bearer k")
            let meta = call.message["params"]?["_meta"]
            #expect(meta?["io.modelcontextprotocol/protocolVersion"] == "2026-07-28")
            #expect(meta?["io.swift-crew/idempotencyKey"] == "k")
            #expect(meta?["traceparent"] == nil && call.header("traceparent") == nil)

            let trace = try #require(
                TraceContext(
                    traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                    tracestate: "a=1"))
            _ = try await servers.call("s__weather", trace: trace)
            let traced = try #require(seen.withLock { $0.last })
            for name in ["traceparent", "tracestate"] {
                let said = name == "tracestate" ? "a=1" : trace.traceparent
                #expect(traced.header(name) == said)
                #expect(traced.message["params"]?["_meta"]?[name]?.string == said)
            }
        }
    }

    @Test(
        "Errors have kinds, and say whether anything was done",
        arguments: [
            (-32602, 200, ToolFailure.Kind.parameter, true), (-32601, 404, .notFound, true),
            (-32603, 200, .commandFailed, false), (0, 403, .permission, true),
            (0, 503, .unavailable, false), (0, 500, .system, false),
        ])
    func errors(
        code: Int, status: Int, kind: ToolFailure.Kind, isWithoutEffect: Bool
    ) async throws {
        let server = ScriptedHTTPServer { request in
            switch request.message["method"]?.string {
            case "server/discover":
                return .json(request.result(["supportedVersions": ["2026-07-28"]]))
            case "tools/list": return .json(request.result(Self.tools))
            default:
                guard code != 0 else { return .status(status) }
                return .json(
                    [
                        "jsonrpc": "2.0", "id": request.message["id"] ?? .null,
                        "error": ["code": .integer(code), "message": "no such thing"],
                    ], status: status)
            }
        }
        try await withServers(server) { servers in
            let failure = try await servers.failure("s__t")
            #expect(failure.kind == kind)
            #expect(failure.isWithoutEffect == isWithoutEffect)
            #expect(code == 0 || failure.message.contains("no such thing"))
        }
    }

    @Test("A redirect is not followed: the headers of one host are not for another")
    func redirect() async throws {
        let log = Log()
        let server = ScriptedHTTPServer { _ in
            .status(307, headers: ["Location": "http://127.0.0.1:1/"])
        }
        try await withServers(server, log: log) { servers in
            #expect(servers.reports[0].problem == "answered with HTTP status 307")
        }
        #expect(log.sentences.first?.contains("answered with HTTP status 307") == true)
    }

    @Test("Credentials that are refused are named, and no other era is tried")
    func credentials() async throws {
        let count = Mutex(0)
        let server = ScriptedHTTPServer { _ in
            count.withLock { $0 += 1 }
            return .status(401)
        }
        try await withServers(server) { servers in
            #expect(servers.reports[0].problem?.contains("other credentials (401)") == true)
        }
        #expect(count.withLock { $0 } == 1)
    }

    @Test("A server that cannot be reached is tried again with growing pauses")
    func backOff() async throws {
        let clock = ManualClock()
        let definition = MCPServerDefinition(
            name: "s", transport: .http(url: "http://127.0.0.1:1/mcp", headers: [:]))
        let log = Log()
        try await withMCPServers([definition], clock: clock, log: log.add) { servers in
            #expect(servers.reports[0].problem == "refused the connection")
            for pause in [0.5, 1, 2, 4, 8, 16, 30, 30] {
                await clock.waitForSleepers(of: .seconds(pause))
                clock.advance(by: .seconds(pause))
            }
            await clock.waitForSleepers(of: .seconds(30))
        }
        #expect(log.sentences.count == 9)
    }

    @Test("Tools are listed page by page; pages in circles are an error")
    func pages() async throws {
        let server = ScriptedHTTPServer { request in
            guard request.message["method"] == "tools/list" else {
                return .json(request.result(["supportedVersions": ["2026-07-28"]]))
            }
            let cursor = request.message["params"]?["cursor"]?.string
            let next: JSONValue? = cursor == nil ? "" : cursor == "" ? "b" : nil
            var page: JSONObject = [
                "tools": [
                    ["name": .string("t" + (cursor ?? "a")), "inputSchema": ["type": "object"]]
                ]
            ]
            page["nextCursor"] = next
            return .json(request.result(.object(page)))
        }
        try await withServers(server) { servers in
            #expect(servers.tools.map(\.definition.name) == ["s__ta", "s__t", "s__tb"])
        }
        let circle = ScriptedHTTPServer { request in
            .json(
                request.result([
                    "supportedVersions": ["2026-07-28"], "tools": [], "nextCursor": "again",
                ]))
        }
        try await withServers(circle) { servers in
            #expect(servers.reports[0].problem == "lists its tools in circles")
        }
    }

    @Test("An answer that breaks off is taken up again where the server can do so")
    func resumed() async throws {
        let legacy = LegacyServer()
        let id = Mutex<JSONValue>(.null)
        let server = ScriptedHTTPServer { request in
            if request.message["method"] == "tools/call" {
                id.withLock { $0 = request.message["id"] ?? .null }
                return .stream("id: 7\nretry: 10\ndata:\n\n")
            }
            if request.method == "GET", request.header("last-event-id") == "7" {
                let answer: JSONValue = [
                    "jsonrpc": "2.0", "id": id.withLock { $0 },
                    "result": ["content": [["type": "text", "text": "late"]]],
                ]
                return .stream(": hello\n\nid: 8\nevent: message\ndata: \(answer.text)\n\n")
            }
            return legacy.answer(request)
        }
        try await withServers(server) { servers in
            let text = try await servers.call("s__t")
            #expect(text == "late")
        }
    }
}
