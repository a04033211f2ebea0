import CrewKit
import CrewTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import CrewServer

@Suite("Routes", .timeLimit(.minutes(5)))
struct RoutesTests {
    static let setups: [TestingSetup] = [.router, .live]

    @Test("Health keeps the original's members and adds its own", arguments: setups)
    func health(_ setup: TestingSetup) async throws {
        try await ServerFixture([]).serve(setup) { client, _ in
            for method in [HTTPRequest.Method.get, .post] {
                let response = try await client.executeRequest(
                    uri: "/health", method: method, headers: [:], body: nil)
                #expect(response.status == .ok)
                #expect(response.headers[.contentType] == "application/json")
                let health = try JSONValue(parsing: String(buffer: response.body))
                #expect(health["status"] == "ok")
                #expect(health["service"] == "go-crewai-streaming")
                #expect(health["crew"] == "test")
                #expect(health["scripted"] == true)
            }
        }
    }

    @Test("An unknown path is a problem document", arguments: setups)
    func notFound(_ setup: TestingSetup) async throws {
        try await ServerFixture([]).serve(setup) { client, _ in
            let problem = try await client.problem(.get, "/nowhere")
            #expect(problem.status == 404)
            #expect(problem.document["code"] == "not_found")
        }
    }

    @Test("Another method on the stream says which may be used, and starts nothing")
    func methods() async throws {
        let fixture = ServerFixture([])
        try await fixture.serve { client, serving in
            for method in [HTTPRequest.Method.put, .delete, .patch, .head] {
                let problem = try await client.problem(method, "/api/crew/stream?q=hi")
                #expect(problem.status == 405)
                #expect(problem.headers[.allow] == "GET, POST, OPTIONS")
                #expect(problem.document["code"] == "method_not_allowed")
            }
            let custom = try await client.problem(
                try #require(HTTPRequest.Method("BREW")), "/api/crew/stream/?q=hi")
            #expect(custom.status == 405)
            let options = try await client.executeRequest(
                uri: "/api/crew/stream?q=hi", method: .options, headers: [:], body: nil)
            #expect(options.status == .noContent)
            #expect(options.headers[.allow] == "GET, POST, OPTIONS")
            #expect(try await serving.runner.record(of: "run-1") == nil)
        }
        #expect(fixture.model.requests.isEmpty)
    }

    @Test("What cannot be read is refused before a run begins", arguments: setups)
    func badRequests(_ setup: TestingSetup) async throws {
        let fixture = ServerFixture([])
        try await fixture.serve(setup) { client, serving in
            let empty = try await client.problem(body: #"{"query": ""}"#)
            #expect(empty.status == 400)
            #expect(empty.document["code"] == "invalid_input")
            #expect(empty.document["detail"] == "Query is required")
            let agent = try await client.problem(body: #"{"query": "x", "resume_agent": "aa"}"#)
            #expect(agent.status == 400)
            #expect(agent.document["code"] == "unknown_agent")
            #expect(agent.document["detail"]?.string?.contains("did you mean 'a'?") == true)
            let type = try await client.problem(
                headers: [.contentType: "multipart/form-data"], body: "--x")
            #expect(type.status == 415)
            #expect(serving.server.streams.count == 0)
        }
        #expect(fixture.model.requests.isEmpty)
    }

    @Test("A body beyond the bound is refused", arguments: setups)
    func largeBody(_ setup: TestingSetup) async throws {
        var fixture = ServerFixture([])
        fixture.options.limits.maxBodyBytes = 1_000
        try await fixture.serve(setup) { client, _ in
            let problem = try await client.problem(body: String(repeating: "x", count: 1_001))
            #expect(problem.status == 413)
            #expect(problem.document["code"] == "body_too_large")
        }
    }

    @Test("More runs than the server works are refused with a time to come again")
    func tooManyRuns() async throws {
        var fixture = ServerFixture([.hang(after: ""), .text("ok")])
        fixture.maxActiveRuns = 1
        let model = fixture.model
        try await fixture.serve(.live) { client, serving in
            let open = try await OpenClient(try #require(client.port), #"{"query": "hi"}"#)
            await model.waitForRequests(1)
            let problem = try await client.problem(body: #"{"query": "me too"}"#)
            #expect(problem.status == 503)
            #expect(problem.document["code"] == "too_many_runs")
            #expect(problem.headers[.retryAfter] == "1")
            let busy = try await client.problem(
                body: #"{"query": "x", "session_id": "session-1"}"#)
            #expect(busy.status == 503 || busy.status == 409)
            serving.runner.cancelLive("run-1")
            _ = await open.read(until: #""type":"done""#)
            try await open.leave()
        }
    }

    @Test("A session whose run is under way is busy")
    func sessionBusy() async throws {
        let fixture = ServerFixture([.hang(after: "")])
        try await fixture.serve(.live) { client, serving in
            let open = try await OpenClient(
                try #require(client.port), #"{"query": "hi", "session_id": "s"}"#)
            await fixture.model.waitForRequests(1)
            let problem = try await client.problem(body: #"{"query": "x", "session_id": "s"}"#)
            #expect(problem.status == 409)
            #expect(problem.document["code"] == "session_busy")
            serving.runner.cancelLive("run-1")
            _ = await open.read(until: #""type":"done""#)
            try await open.leave()
        }
    }

    @Test("A server that is shutting down says so")
    func draining() async throws {
        try await ServerFixture([]).serve { client, serving in
            serving.server.streams.drain()
            let problem = try await client.problem(body: #"{"query": "x"}"#)
            #expect(problem.status == 503)
            #expect(problem.document["code"] == "shutting_down")
            #expect(problem.headers[.retryAfter] != nil)
        }
    }

    @Test("A paused session is not resumed at another agent than the one that waits")
    func wrongAgent() async throws {
        let fixture = ServerFixture(
            agents: [AgentDefinition(id: "a"), AgentDefinition(id: "b")],
            ["a": [.text("Tell me [WAIT]"), .text("thanks")]])
        try await fixture.serve { client, _ in
            _ = try await client.ask(#"{"query": "x", "session_id": "s"}"#)
            let problem = try await client.problem(
                body: #"{"query": "y", "session_id": "s", "resume_agent": "b"}"#)
            #expect(problem.status == 409)
            let frames = try await client.ask(
                #"{"query": "y", "session_id": "s", "resume_agent": "a"}"#)
            #expect(frames.last?.metadata["outcome"] == "completed")
        }
    }

    @Test("Pages of other sites are refused, programs and the own page are not")
    func origins() async throws {
        let site = try #require(HTTPField.Name("Sec-Fetch-Site"))
        let fixture = ServerFixture([.text("ok"), .text("ok")])
        try await fixture.serve { client, _ in
            for headers: HTTPFields in [
                [.origin: "https://example.com"], [.origin: "null"], [site: "cross-site"],
            ] {
                let problem = try await client.problem(
                    .get, "/api/crew/stream?q=hi", headers: headers)
                #expect(problem.status == 403)
                #expect(problem.document["code"] == "foreign_origin")
            }
            for headers: HTTPFields in [[.origin: "http://localhost"], [site: "same-origin"]] {
                let response = try await client.executeRequest(
                    uri: "/api/crew/stream?q=hi", method: .get, headers: headers, body: nil)
                #expect(response.status == .ok)
            }
        }
    }

    @Test("The page allows only its own script, and cannot be broken by the crew's words")
    func page() async throws {
        var fixture = ServerFixture([])
        fixture.definition.description = "</script><script>alert(1)</script>"
        fixture.options.examples = ["Máy chậm lắm"]
        try await fixture.serve { client, _ in
            let response = try await client.executeRequest(
                uri: "/", method: .get, headers: [:], body: nil)
            #expect(response.status == .ok)
            #expect(response.headers[.contentType] == "text/html; charset=utf-8")
            let policy = try #require(response.headers[.contentSecurityPolicy])
            #expect(policy.contains("script-src 'nonce-nonce'"))
            let page = String(buffer: response.body)
            #expect(page.contains("Máy chậm lắm"))
            #expect(page.contains(#""agents":{"a":"An"}"#))
            #expect(!page.contains("<script>alert"))
            #expect(!page.contains("{{"))
            #expect(page.contains(#"nonce="nonce""#))
            let head = try await client.executeRequest(
                uri: "/", method: .head, headers: [:], body: nil)
            #expect(head.status == .ok)
        }
    }

    @Test(
        "Only loopback addresses are served",
        arguments: [
            ("127.0.0.1", true), ("localhost", true), ("::1", true), ("127.8.9.1", true),
            ("0.0.0.0", false), ("192.168.1.5", false), ("127.evil.example.com", false),
            ("", false),
        ])
    func loopback(_ host: String, _ isServed: Bool) throws {
        var fixture = ServerFixture([])
        fixture.options.host = host
        let runner = try fixture.makeRunner()
        let options = fixture.options
        let make = { () throws(CrewError) in
            try CrewHTTPServer(runner: runner, options: options, logger: ServerFixture.logger)
        }
        guard !isServed else {
            _ = try make()
            return
        }
        let error = #expect(throws: CrewError.self) { try make() }
        #expect(error?.message.contains("another address needs keys") == true)
    }
}
