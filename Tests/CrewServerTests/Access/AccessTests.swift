import CrewKit
import CrewTesting
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import CrewServer

@Suite("Access", .timeLimit(.minutes(5)))
struct AccessTests {
    @Test("Without a key every path but the open ones is refused, and nothing is told")
    func withoutKey() async throws {
        try await IsolationTests.fixture().serve { client, serving in
            var told: Set<String> = []
            for route in try IsolationTests.routes(of: serving) where route.kind != .open {
                let uri = route.uri(run: "run-1", session: "s", approval: 1)
                let response = try await client.executeRequest(
                    uri: uri, method: route.endpoint.method, headers: [:], body: nil)
                #expect(response.status == .unauthorized, "\(uri)")
                #expect(response.headers[.wwwAuthenticate] == "Bearer")
                if route.endpoint.method != .head {
                    told.insert(IsolationTests.told(response.body))
                }
            }
            for (method, uri) in [
                (HTTPRequest.Method.get, "/nowhere"), (.patch, "/v1/runs"), (.options, "/v1/runs"),
                (.get, "/v1/runs/"), (.get, "/V1/runs"), (.get, "/health/x"),
                (.get, "/%2e/health"),
            ] {
                let problem = try await client.problem(method, uri)
                #expect(problem.status == 401, "\(uri)")
                told.insert(IsolationTests.told(ByteBuffer(string: problem.document.text)))
            }
            #expect(told.count == 1, "\(told)")
        }
    }

    @Test("The open paths tell nothing of the crews without a key")
    func openPaths() async throws {
        var fixture = try IsolationTests.fixture()
        fixture.definition.description = "a crew of which nobody knows"
        try await fixture.serve { client, serving in
            for route in try IsolationTests.routes(of: serving) where route.kind == .open {
                let response = try await client.executeRequest(
                    uri: route.endpoint.path, method: route.endpoint.method, headers: [:],
                    body: nil)
                #expect(response.status == .ok || response.status == .serviceUnavailable)
                #expect(!String(buffer: response.body).contains("of which nobody knows"))
            }
            let little = try await client.json(.get, "/health").document
            #expect(little["status"] == "ok" && little["active_runs"] == nil)
            #expect(
                try await client.json(.get, "/health", headers: .key("acme")).document == little)
            let much = try await client.json(.get, "/health", headers: .key("nobody")).document
            #expect(much["active_runs"] == 0)
        }
    }

    @Test("What is no key of this server is refused in the same words")
    func wrongKeys() async throws {
        try await IsolationTests.fixture().serve { client, _ in
            let key = TestKeys.secret("acme")
            var told: Set<String> = []
            for field in [
                "Bearer", "Bearer ", "Basic \(key)", key, "Bearer \(key)x", "Bearer x\(key)",
                "Bearer \(key), Bearer \(key)", "Bearer  \(key)", "",
                "Bearer " + String(repeating: "x", count: 60_000),
            ] {
                var headers = HTTPFields(["X-Request-ID": "r"])
                headers[.authorization] = field
                let problem = try await client.problem(.get, "/v1/runs", headers: headers)
                #expect(problem.status == 401, "\(field.prefix(60))")
                told.insert(IsolationTests.told(ByteBuffer(string: problem.document.text)))
            }
            #expect(told.count == 1)
            for field in ["Bearer \(key)", "bearer \(key)", "BEARER \(key)"] {
                let response = try await client.executeRequest(
                    uri: "/v1/runs", method: .get, headers: [.authorization: field], body: nil)
                #expect(response.status == .ok)
            }
        }
    }

    @Test("Each route needs its scope and no other", arguments: AccessScope.allCases)
    func scopes(_ scope: AccessScope) async throws {
        var fixture = ServerFixture([])
        let others = AccessScope.allCases.filter { $0 != scope && $0 != .admin }
        fixture.options.keys = try TestKeys.keys(
            TestKeys.line("without", others), TestKeys.line("only", [scope]),
            TestKeys.line("chief", [.admin]))
        try await fixture.serve { client, serving in
            for route in try IsolationTests.routes(of: serving) {
                let uri = route.uri(run: "none", session: "none", approval: 1)
                func ask(_ key: String) async throws -> TestResponse {
                    try await client.executeRequest(
                        uri: uri, method: route.endpoint.method, headers: .key(key), body: nil)
                }
                let name = "\(route.endpoint.method) \(uri)"
                #expect(try await ask("chief").status != .forbidden, "\(name)")
                guard let needed = route.endpoint.needs else {
                    #expect(route.kind == .open, "\(name)")
                    continue
                }
                let response = try await ask("without")
                #expect((response.status == .forbidden) == (needed == scope), "\(name)")
                let missing = "it lacks the scope '\(scope.rawValue)'"
                if needed == scope, route.endpoint.method != .head {
                    #expect(String(buffer: response.body).contains(missing))
                }
                let isAllowed = needed == scope || scope == .admin
                #expect((try await ask("only").status != .forbidden) == isAllowed, "\(name)")
            }
        }
    }

    @Test("Who may only read cannot end a run by leaving its stream")
    func readingOnly() async throws {
        var fixture = ServerFixture([.text("ok")])
        fixture.options.keys = try TestKeys.keys(
            TestKeys.line("reader", [.read]), TestKeys.line("worker", [.read, .run]))
        try await fixture.serve { client, _ in
            _ = try await client.json(
                .post, "/v1/runs", headers: .key("worker", ["Prefer": "wait"]),
                body: #"{"input": "hi"}"#)
            let uri = "/v1/runs/run-1/events?on_disconnect=cancel"
            let refused = try await client.problem(.get, uri, headers: .key("reader"))
            #expect(refused.status == 403)
            #expect(refused.document["detail"]?.string?.contains("'run'") == true)
            _ = try await client.json(.get, uri, headers: .key("worker"))
        }
    }

    @Test("Without keys a server on the loopback asks for none")
    func withoutKeys() async throws {
        try await ServerFixture([]).serve { client, _ in
            _ = try await client.json(.get, "/v1/runs")
            _ = try await client.json(.get, "/v1/runs", headers: .key("any"))
            #expect(try await client.json(.get, "/health").document["active_runs"] == 0)
        }
    }

    @Test("Only the loopback is served without keys, however it is written")
    func addresses() throws {
        let loopback =
            ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1"]
            + ["0:0:0:0:0:0:0:1", "::ffff:127.0.0.1"]
        let others =
            ["0.0.0.0", "::", "0", "", "10.0.0.1", "fe80::1", "::ffff:10.0.0.1"]
            + ["127.0.0.1.example.com", "127.1", "localhost.example.com", "[::1]", "1270.0.0.1"]
        let keys = try TestKeys.keys(TestKeys.line("me", [.admin]))
        for host in loopback + others {
            var options = ServerOptions()
            options.host = host
            if loopback.contains(host) {
                try options.check()
            } else {
                let error = #expect(throws: CrewError.self, "\(host)") { try options.check() }
                #expect(error?.message.contains("crew keys new") == true)
            }
            options.keys = keys
            try options.check()
        }
    }

    @Test("With keys for others any name will do, unless names are given")
    func hosts() async throws {
        for (host, allowed, works) in [
            ("0.0.0.0", [], true), ("::", [], true), ("127.0.0.1", [], false),
            ("0.0.0.0", ["crew.example.com"], false), ("0.0.0.0", ["HOST.example.com"], true),
        ] {
            var options = ServerOptions()
            options.host = host
            options.allowedHosts = Set(allowed)
            options.keys = try TestKeys.keys(TestKeys.line("me", [.admin]))
            let guarding = OriginGuard<BasicRequestContext>(options)
            #expect(guarding.takes("host.example.com:8080") == works, "\(host) \(allowed)")
            #expect(guarding.takes("localhost:8080") && guarding.takes("[::1]:8080"))
        }
    }

    @Test("A stream ends when its key is taken away, and nobody else's does")
    func keyTakenAway() async throws {
        let folder = try TemporaryFolder()
        let file = folder.path("keys")
        @Sendable func write(_ names: String...) throws {
            let lines = names.map { TestKeys.line($0, [.run, .read]) }
            try lines.joined(separator: "\n").write(
                toFile: file, atomically: true, encoding: .utf8)
        }
        try write("kept", "lost")
        let keys = try AccessKeys(file: file)
        var fixture = ServerFixture([.hang(after: "a word"), .hang(after: "a word")])
        fixture.options.keys = keys
        try await fixture.serve(.live) { client, serving in
            let port = try #require(client.port)
            let uri = "/api/crew/stream?q=hi"
            let kept = try await OpenClient(port, .get, uri, headers: .key("kept"))
            let lost = try await OpenClient(port, .get, uri, headers: .key("lost"))
            _ = await kept.read(until: "a word")
            _ = await lost.read(until: "a word")
            let streams = serving.server.streams
            streams.tick(pingAfter: 100, giveUpAfter: 100)
            #expect(streams.all().compactMap(\.reason).isEmpty)
            try write("kept")
            keys.reread(logger: ServerFixture.logger)
            streams.tick(pingAfter: 100, giveUpAfter: 100)
            _ = await lost.read { _ in false }
            while streams.count > 1 { await Task.yield() }
            #expect(streams.all().map(\.caller.key) == ["kept"])
            for run in ["run-1", "run-2"] { serving.runner.cancelLive(RunID(run)) }
            try await kept.leave()
            try await lost.leave()
        }
    }
}
