import CrewKit
import CrewTesting
import Hummingbird
import HummingbirdTesting
import Testing

import struct Foundation.Date

@testable import CrewServer

@Suite("Several crews in one server")
struct ServedCrewsTests {
    private func runner(_ name: String, _ text: String, _ store: any RunStore) throws -> CrewRunner
    {
        var fixture = ServerFixture([.text(text), .text(text), .text(text)])
        fixture.definition.name = name
        fixture.definition.digest = "digest of \(name)"
        fixture.store = store
        let crew = try fixture.definition.validated(tools: [])
        return try CrewRunner(
            crew: crew, models: ModelSet(fixture.model, for: crew), store: store)
    }

    /// Two crews, `Front Desk` and `kitchen`, over one store.
    private func serve(
        _ body: @Sendable (any TestClientProtocol, ServedCrews) async throws -> Void
    ) async throws {
        let store = InMemoryRunStore()
        let time = Date(timeIntervalSince1970: 1_800_000_000)
        let all = [
            try runner("Front Desk", "welcome", store), try runner("kitchen", "soup", store),
        ]
        let runners = try CrewRunners(all)
        let crews = try ServedCrews(
            all.map {
                ServedCrew(
                    id: ServedCrew.id(from: $0.name), runner: $0,
                    modelDescription: "m of \($0.name)",
                    loadedAt: time)
            }, runners: runners)
        let server = try CrewHTTPServer(
            crews: crews, options: ServerFixture([]).options, logger: ServerFixture.logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await runners.run() }
            defer { group.cancelAll() }
            try await server.application.test(.router) { try await body($0, crews) }
        }
    }

    @Test("Crews are listed and told of one by one, under ids that fit into URLs")
    func list() async throws {
        try await serve { client, _ in
            let all = try await client.json(.get, "/v1/crews").document["crews"]?.array ?? []
            #expect(all.map { $0["id"]?.string } == ["Front-Desk", "kitchen"])
            let one = try await client.json(.get, "/v1/crews/Front-Desk").document
            #expect(one == all[0])
            #expect(one["name"]?.string == "Front Desk" && one["state"]?.string == "current")
            #expect(one["digest"]?.string == "digest of Front Desk")
            #expect(one["entry_point"]?.string == "a" && one["model"]?.string == "m of Front Desk")
            #expect(one["agents"]?.array?.first?["name"]?.string == "An")
            #expect(one["loaded_at"]?.string == "2027-01-15T08:00:00.000000Z")
            let head = try await client.executeRequest(
                uri: "/v1/crews/kitchen", method: .head, headers: [:], body: nil)
            #expect(head.status == .ok)
            let options = try await client.executeRequest(
                uri: "/v1/crews", method: .options, headers: [:], body: nil)
            #expect(options.headers[.allow]?.contains("GET") == true)
        }
    }

    @Test(
        "A crew that is not there is refused with the nearest word",
        arguments: [
            ("/v1/crews/kitchem", "GET", ""), ("/v1/crews/kitchem/runs", "POST", #"{"input":"x"}"#),
            ("/v1/runs", "POST", #"{"input":"x","crew":"kitchem"}"#),
            ("/api/crew/stream?crew=kitchem&q=x", "GET", ""),
        ])
    func unknown(uri: String, method: String, body: String) async throws {
        try await serve { client, _ in
            let answer = try await client.problem(
                method == "GET" ? .get : .post, uri, body: body.isEmpty ? nil : body)
            #expect(answer.status == 404 && answer.document["code"]?.string == "unknown_crew")
            #expect(answer.document["detail"]?.string?.contains("'kitchen'") == true)
        }
    }

    @Test("A run goes to the crew that the path, the body or nobody names")
    func create() async throws {
        try await serve { client, _ in
            let asked = [
                ("/v1/crews/kitchen/runs", #"{"input":"x"}"#, "soup"),
                ("/v1/runs", #"{"input":"x","crew":"kitchen"}"#, "soup"),
                ("/v1/runs", #"{"input":"x","crew":"Front Desk"}"#, "welcome"),
                ("/v1/runs", #"{"input":"x"}"#, "welcome"),
            ]
            for (uri, body, text) in asked {
                let run = try await client.json(
                    .post, uri, headers: HTTPFields(["Prefer": "wait"]), body: body
                ).document
                #expect(run["result"]?["text"]?.string == text, "\(uri) \(body)")
                let id = run["id"]?.string ?? ""
                let shown = try await client.json(.get, "/v1/runs/\(id)").document
                #expect(shown["result"]?["text"]?.string == text)
            }
            let mixed = try await client.problem(
                .post, "/v1/crews/kitchen/runs", body: #"{"input":"x","crew":"Front-Desk"}"#)
            #expect(mixed.status == 400)
            for uri in ["/v1/crews/kitchen/runs", "/v1/runs?crew=kitchen"] {
                let runs = try await client.json(.get, uri).document["runs"]?.array ?? []
                #expect(runs.count == 2 && runs.allSatisfy { $0["crew"]?.string == "kitchen" })
            }
        }
    }

    @Test("The stream asks the crew that it names, and the first one otherwise")
    func stream() async throws {
        try await serve { client, _ in
            for (suffix, text) in [("?crew=kitchen", "soup"), ("", "welcome")] {
                let response = try await client.executeRequest(
                    uri: "/api/crew/stream\(suffix)", method: .post, headers: [:],
                    body: ByteBuffer(string: #"{"query":"x"}"#))
                let frames = try Frame.all(in: response.body)
                #expect(frames.contains { $0.type == "agent_response" && $0.content == text })
            }
        }
    }

    @Test("A session of another crew is refused")
    func sessions() async throws {
        try await serve { client, _ in
            _ = try await client.rest(#"{"input":"x","session_id":"s"}"#)
            let refused = try await client.problem(
                .post, "/v1/crews/kitchen/runs", body: #"{"input":"x","session_id":"s"}"#)
            #expect(refused.status == 409)
            #expect(refused.document["code"]?.string == "foreign_session")
        }
    }

    @Test("Health, the page and the budgets tell of all crews; a refused version is told of")
    func health() async throws {
        try await serve { client, crews in
            crews.update("kitchen") { crew in
                crew.reloadProblem = .init(
                    message: "no soup", time: Date(timeIntervalSince1970: 1_800_000_000))
            }
            let health = try await client.json(.get, "/health").document
            #expect(health["crew"]?.string == "Front Desk" && health["status"]?.string == "ok")
            let kitchen = try #require(health["crews"]?.array?.last)
            #expect(kitchen["state"]?.string == "outdated")
            #expect(kitchen["reload_problem"]?["message"]?.string == "no soup")
            let page = try await client.executeRequest(
                uri: "/?crew=kitchen", method: .get, headers: [:], body: nil)
            #expect(String(buffer: page.body).contains(#"{"id":"kitchen","crew":"kitchen""#))
            let first = try await client.executeRequest(
                uri: "/?crew=nobody", method: .get, headers: [:], body: nil)
            #expect(String(buffer: first.body).contains(#"{"id":"Front-Desk""#))
        }
    }

    @Test(
        "An id is made of a folder's name",
        arguments: [
            ("billing", "billing"), ("Hỗ trợ điện tử", "Ho-tro-dien-tu"), ("a/b c", "a-b-c"),
            ("..", "crew"), ("日本", "crew"), ("--x--", "x"),
        ])
    func ids(name: String, id: String) { #expect(ServedCrew.id(from: name) == id) }

    @Test("Two crews of one id are refused")
    func clash() throws {
        let store = InMemoryRunStore()
        let one = try runner("one", "1", store)
        let crew = ServedCrew(id: "x", runner: one, loadedAt: .distantPast)
        let error = #expect(throws: CrewError.self) { try ServedCrews([crew, crew]) }
        #expect(error?.message.contains("'x'") == true)
    }
}
