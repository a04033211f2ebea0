import CrewKit
import CrewTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

import struct Foundation.Date

@testable import CrewServer

@Suite("Tenants", .timeLimit(.minutes(5)))
struct IsolationTests {
    /// What a client is told.
    struct Answer: Equatable, Sendable {
        let status: Int
        let headers: HTTPFields
        let body: String

        /// The same words about another run and session.
        func calling(_ run: String, _ session: String, insteadOf other: (String, String)) -> Answer
        {
            Answer(
                status: status, headers: headers,
                body: body.replacing(other.0, with: run).replacing(other.1, with: session))
        }
    }

    static func answer(
        _ client: any TestClientProtocol, _ route: AskedRoute, key: String, run: String = "run-1",
        session: String = "acme-talk", approval: Int = 1
    ) async throws -> Answer {
        let response = try await client.executeRequest(
            uri: route.uri(run: run, session: session, approval: approval),
            method: route.endpoint.method, headers: .key(key),
            body: route.route.body.map { ByteBuffer(string: $0) })
        var headers = response.headers
        // Every answer has others.
        for name in ["X-Request-ID", "traceparent", "RateLimit"] { headers[named: name] = nil }
        return Answer(
            status: response.status.code, headers: headers,
            body: told(response.body))
    }

    /// A body without the id of its request, which is always another one.
    static func told(_ body: ByteBuffer) -> String {
        String(buffer: body).replacing(#/"request_id":"[^"]*"/#, with: #""request_id":"-""#)
    }

    /// A crew whose first run waits for a permission, and whose second one for an answer.
    static func fixture() throws -> ServerFixture {
        var fixture = ServerFixture.asking(
            Ledger("Ship", approval: .always),
            [.calling("Ship", "x"), ModelReply(text: "who? [WAIT]")]
                + [ModelReply](repeating: ModelReply(text: "done"), count: 20))
        fixture.definition.settings.budgets = [
            BudgetLimit(.calls, per: .crew, within: .day, amount: 1_000),
            BudgetLimit(.calls, per: .tenant, within: .day, amount: 1_000),
        ]
        fixture.options.keys = try TestKeys.keys(
            TestKeys.line("acme", TestKeys.tenants, tenant: "acme"),
            TestKeys.line("bolt", TestKeys.tenants, tenant: "bolt"),
            TestKeys.line("nobody", TestKeys.tenants), TestKeys.line("chief", [.admin]))
        return fixture
    }

    static func routes(of serving: ServerFixture.Serving) throws -> [AskedRoute] {
        let crew = ServedCrew(id: "test", runner: serving.runner, loadedAt: .init())
        let endpoints = ServerFixture([]).endpoints(for: try ServedCrews([crew]))
        return try endpoints.map { endpoint in
            let route = RouteCase.all[endpoint.path]
            return AskedRoute(
                endpoint: endpoint,
                route: try #require(route, "\(endpoint.path) has no case: give it one"))
        }.sorted { $0.order < $1.order }
    }

    /// The runs of acme that others are not to find; returns the id of the call that waits.
    static func begin(
        _ client: any TestClientProtocol, _ serving: ServerFixture.Serving
    ) async throws -> Int {
        for session in ["acme-talk", "acme-more"] {
            _ = try await client.json(
                .post, "/v1/runs",
                headers: .key(
                    "acme", ["Prefer": "wait", "X-Request-ID": "\(session)-request"]),
                body: #"{"input": "acme's own", "session_id": "\#(session)"}"#)
        }
        let note = Artifact(
            name: "note.txt", mediaType: "text/plain", byteCount: 2,
            createdAt: .init(timeIntervalSince1970: 0))
        try await serving.runner.store.save(note, bytes: [0x68, 0x69], of: "run-1")
        let record = try #require(try await serving.runner.record(of: "run-1"))
        return try #require(record.approvals.first).id.rawValue
    }

    @Test("No route lets one tenant see, guess or affect what is another's")
    func everyRoute() async throws {
        try await Self.fixture().serve { client, serving in
            let routes = try Self.routes(of: serving)
            var before: [Answer] = []
            for route in routes { before.append(try await Self.answer(client, route, key: "bolt")) }
            // What bolt made while looking around is no part of the test.
            let approval = try await Self.begin(client, serving)
            let run = try #require(
                try await serving.runner.store.runs(
                    matching: RunQuery(session: "acme/acme-talk")
                ).runs.first)
            #expect(run.tenant == "acme")
            for (route, known) in zip(routes, before) {
                let name = "\(route.endpoint.method) \(route.endpoint.path)"
                let there = try await Self.answer(
                    client, route, key: "bolt", run: "\(run.id)", approval: approval)
                switch route.kind {
                case .thing:
                    let nowhere = try await Self.answer(
                        client, route, key: "bolt", run: "run-9", session: "acme-none",
                        approval: approval)
                    #expect(there.status == 404, "\(name)")
                    #expect(
                        there.calling("run-9", "acme-none", insteadOf: ("\(run.id)", "acme-talk"))
                            == nowhere, "\(name)")
                case .own, .same, .open: #expect(there == known, "\(name)")
                case .server: #expect(there.status == 403, "\(name)")
                case .recent: #expect(!there.body.contains("acme"), "\(name)")
                case .new: continue
                }
                #expect(!there.body.contains("acme's own"), "\(name)")
            }
            #expect(try await serving.runner.record(of: run.id) == run, "nothing was changed")
            try await Self.checkThatCasesCanFail(routes, client, run: run.id, approval)
        }
    }

    /// Whose the run is finds it by the same requests.
    private static func checkThatCasesCanFail(
        _ routes: [AskedRoute], _ client: any TestClientProtocol, run: RunID, _ approval: Int
    ) async throws {
        for route in routes where route.kind == .thing || route.kind == .own {
            let found = try await answer(
                client, route, key: "acme", run: "\(run)", approval: approval)
            let name = "\(route.endpoint.method) \(route.endpoint.path)"
            #expect(found.status != 404 && found.status != 403, "\(name): \(found.body)")
            guard route.kind == .own, route.endpoint.method == .get else { continue }
            #expect(found.body.contains("\"\(run)\""), "\(name)")
        }
    }

    @Test("Sessions and idempotency keys of two tenants may be called the same")
    func sameNames() async throws {
        let fixture = try Self.fixture()
        var quiet = ServerFixture((1...9).map { .text("answer \($0)") })
        quiet.options.keys = fixture.options.keys
        try await quiet.serve { client, serving in
            let body = #"{"input": "hi", "session_id": "talk"}"#
            var runs: [String: JSONValue] = [:]
            for key in ["acme", "bolt", "nobody"] {
                let fields = HTTPFields.key(key, ["Prefer": "wait", "Idempotency-Key": "order-1"])
                let made = try await client.json(.post, "/v1/runs", headers: fields, body: body)
                runs[key] = made.document["id"]
                let again = try await client.json(.post, "/v1/runs", headers: fields, body: body)
                #expect(again.document["id"] == made.document["id"])
                #expect(made.document["session_id"] == "talk")
                #expect(made.document["tenant"]?.string == (key == "nobody" ? nil : key))
            }
            #expect(Set(runs.values.compactMap(\.string)).count == 3)
            for key in ["acme", "bolt", "nobody"] {
                let talk = try await client.json(.get, "/v1/sessions/talk", headers: .key(key))
                #expect(talk.document["runs"]?.array?.map { $0["id"] } == [runs[key]])
                let list = try await client.json(
                    .get, "/v1/runs?session_id=talk", headers: .key(key))
                #expect(list.document["runs"]?.array?.count == 1)
                let id = try #require(runs[key]?.string)
                let events = try await client.json(
                    .get, "/v1/runs/\(id)/events", headers: .key(key))
                #expect(events.document["events"]?.array?.first?["session"] == "talk")
                let usage = try await client.json(
                    .get, "/v1/usage?by=session", headers: .key(key))
                #expect(usage.document["usage"]?.array?.map { $0["session"] } == ["talk"])
            }
            #expect(try await serving.runner.record(of: "run-1")?.session == "acme/talk")
        }
    }

    @Test("The stream goes on with a tenant's own conversation only")
    func stream() async throws {
        let fixture = try Self.fixture()
        var waiting = ServerFixture([.text("who? [WAIT]"), .text("who else? [WAIT]"), .text("ok")])
        waiting.options.keys = fixture.options.keys
        try await waiting.serve { client, serving in
            func ask(_ key: String, _ more: [String: String] = [:]) async throws -> [Frame] {
                let response = try await client.executeRequest(
                    uri: "/api/crew/stream", method: .post, headers: .key(key, more),
                    body: ByteBuffer(string: #"{"query": "hi", "session_id": "talk"}"#))
                return try Frame.all(in: response.body)
            }
            let first = try await ask("acme")
            #expect(first.last?.metadata["session_id"] == "talk")
            #expect(first.last?.metadata["outcome"] == "paused")
            // A broken connection is taken up by session only.
            #expect(try await ask("bolt", ["Last-Event-ID": "1"]).isEmpty)
            #expect(try await ask("bolt").last?.metadata["outcome"] == "paused")
            #expect(try await serving.runner.record(of: "run-2")?.tenant == "bolt")
            #expect(try await ask("acme").last?.metadata["outcome"] == "completed")
            #expect(try await serving.runner.record(of: "run-3") == nil)
        }
    }

    @Test("A session that an embedding program gave to a tenant stays that tenant's")
    func embedded() async throws {
        var fixture = ServerFixture([.text("a secret"), .text("no")])
        fixture.options.keys = try Self.fixture().options.keys
        try await fixture.serve { client, serving in
            var request = RunRequest("acme's own", session: "talk")
            request.tenant = "acme"
            let run = try await serving.runner.start(request)
            _ = try await serving.runner.result(of: run)
            for (uri, body) in [
                ("/v1/runs", #"{"input": "hi", "session_id": "talk"}"#),
                ("/api/crew/stream", #"{"query": "hi", "session_id": "talk"}"#),
            ] {
                let refused = try await client.problem(
                    .post, uri, headers: .key("nobody"), body: body)
                #expect(refused.status == 409 && refused.document["code"] == "foreign_session")
            }
            let told = try await client.problem(.get, "/v1/sessions/talk", headers: .key("nobody"))
            #expect(told.status == 404)
        }
        #expect(fixture.model.requests.count == 1)
    }

    @Test("Errors name a session as its client wrote it")
    func sessionsInErrors() {
        let error = CrewError(.sessionBusy, "session 'acme/talk' has a run under way")
        #expect(error.written(by: "acme").message == "session 'talk' has a run under way")
        #expect(error.written(by: "bolt").message == error.message)
    }

    @Test("A session that is busy is refused with the name that its client gave it")
    func busySession() async throws {
        var busy = ServerFixture([.hang(after: "a word")])
        busy.options.keys = try Self.fixture().options.keys
        let model = busy.model
        try await busy.serve { client, serving in
            let body = #"{"input": "hi", "session_id": "talk"}"#
            _ = try await client.json(
                .post, "/v1/runs", headers: .key("acme"), body: body, .accepted)
            await model.waitForRequests(1)
            let refused = try await client.problem(
                .post, "/v1/runs", headers: .key("acme"), body: body)
            #expect(refused.status == 409)
            let detail = refused.document["detail"]?.string ?? ""
            #expect(detail.contains("session 'talk'") && !detail.contains("acme"), "\(detail)")
            serving.runner.cancelLive("run-1")
        }
    }

    @Test("Who sees all sees whose a run is, and may look at one tenant")
    func admin() async throws {
        try await Self.fixture().serve { client, serving in
            _ = try await Self.begin(client, serving)
            let all = try await client.json(.get, "/v1/runs", headers: .key("chief")).document
            #expect(all["runs"]?.array?.map { $0["tenant"] } == ["acme", "acme"])
            for (tenant, count) in [("acme", 2), ("bolt", 0)] {
                let uri = "/v1/runs?tenant=\(tenant)"
                let some = try await client.json(.get, uri, headers: .key("chief")).document
                #expect(some["runs"]?.array?.count == count)
            }
            let talk = "/v1/sessions/acme-talk"
            let unnamed = try await client.problem(.get, talk, headers: .key("chief"))
            #expect(unnamed.status == 404)
            _ = try await client.json(.get, talk + "?tenant=acme", headers: .key("chief"))
            let own = try await client.json(.get, talk + "?tenant=acme", headers: .key("acme"))
            #expect(own.document["id"] == "acme-talk")
            for uri in ["/v1/runs?tenant=acme", talk + "?tenant=acme"] {
                let other = try await client.problem(.get, uri, headers: .key("bolt"))
                #expect(other.status == 403 && other.document["code"] == "forbidden")
            }
            _ = try await client.json(.get, "/v1/usage", headers: .key("chief"))
        }
    }

    @Test("A page of a list goes on only with the caller's own runs, whatever the cursor")
    func cursors() async throws {
        var fixture = ServerFixture((1...9).map { .text("answer \($0)") })
        fixture.options.keys = try Self.fixture().options.keys
        try await fixture.serve { client, _ in
            for key in ["acme", "bolt", "acme", "bolt"] {
                let fields = HTTPFields.key(key, ["Prefer": "wait"])
                _ = try await client.json(
                    .post, "/v1/runs", headers: fields, body: #"{"input": "hi"}"#)
            }
            for cursor in ["", "0", "1", "2", "3", "4", "5", "99"] {
                for order in ["newest", "oldest"] {
                    let uri = "/v1/runs?limit=1&order=\(order)&cursor=\(cursor)"
                    let page = try await client.json(.get, uri, headers: .key("bolt")).document
                    let tenants = page["runs"]?.array?.compactMap { $0["tenant"]?.string } ?? []
                    #expect(tenants.allSatisfy { $0 == "bolt" })
                }
            }
        }
    }

    @Test("A tenant is told what it spent itself, not what all did together")
    func spending() async throws {
        try await Self.fixture().serve { client, serving in
            _ = try await Self.begin(client, serving)
            func spent(_ key: String) async throws -> [JSONValue?] {
                let document = try await client.json(.get, "/v1/budgets", headers: .key(key))
                    .document
                return document["budgets"]?.array?.map { $0["spent"] } ?? []
            }
            #expect(try await spent("acme") == [nil, 2])
            #expect(try await spent("bolt") == [nil, 0])
            #expect(try await spent("nobody") == [2, nil])
            for word in ["agent", "model", "day", "crew"] {
                let refused = try await client.problem(
                    .get, "/v1/usage?by=\(word)", headers: .key("acme"))
                #expect(refused.status == 403)
            }
            #expect(
                try await client.problem(.get, "/v1/usage", headers: .key("acme")).status == 403)
            _ = try await client.json(.get, "/v1/usage", headers: .key("nobody"))
        }
    }
}
