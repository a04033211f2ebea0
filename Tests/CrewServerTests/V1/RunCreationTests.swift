import CrewKit
import CrewTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import CrewServer

@Suite("POST /v1/runs", .timeLimit(.minutes(5)))
struct RunCreationTests {
    static let setups: [TestingSetup] = [.router, .live]

    @Test("A run is accepted at once and found where the answer says", arguments: setups)
    func accepted(_ setup: TestingSetup) async throws {
        let fixture = ServerFixture([.text("Chào bạn")])
        try await fixture.serve(setup) { client, serving in
            let (headers, run) = try await client.json(
                .post, "/v1/runs", body: #"{"input": "chào\nbạn", "session_id": "s:1"}"#, .accepted)
            #expect(headers[.location] == "/v1/runs/run-1")
            #expect(headers[.eTag] != nil)
            #expect(run["id"] == "run-1" && run["crew"] == "test" && run["session_id"] == "s:1")
            #expect(run["parent"] == .null && run["title"] == "chào")
            #expect(run["created_at"] == "2027-01-15T08:00:00.000000Z")
            let outcome = try await serving.runner.result(of: "run-1").outcome
            #expect(outcome == .completed)
            let (found, ended) = try await client.json(.get, "/v1/runs/run-1")
            let last = try #require(ended["last_sequence"]?.integer)
            #expect(found[.eTag] == "\"\(last)\"")
            #expect(ended["status"] == "ended" && ended["outcome"] == ["name": "completed"])
            #expect(
                ended["result"] == [
                    "text": "Chào bạn", "agent": "a", "rounds": 1, "handoffs": 0,
                ])
            #expect(ended["model_calls"] == 1 && ended["approvals"] == [])
            #expect(ended["usage"] == ["complete": false])
        }
    }

    @Test("Everything that a run may be told is passed on")
    func allMembers() async throws {
        let fixture = ServerFixture(
            agents: [AgentDefinition(id: "a"), AgentDefinition(id: "b")], ["b": [.text("ok")]])
        try await fixture.serve { client, serving in
            let run = try await client.rest(
                """
                {"input": "now", "crew": "test", "agent": "b", "model": "other", "if_busy": "reject",
                 "session_id": null, "history": [{"role": "user", "content": "before"}]}
                """)
            #expect(run["session_id"] == .null && run["result"]?["agent"] == "b")
            let first = try await serving.runner.store.events(of: "run-1", after: 0, limit: 1)
            guard case .runStarted(let started)? = first.first?.event else {
                Issue.record("no start")
                return
            }
            #expect(started.model == "other" && started.history == [.user("before")])
        }
    }

    @Test(
        "What cannot be is refused with its name",
        arguments: [
            (#"{}"#, 400, "invalid_input", "Input is required"),
            (#"{"input": " "}"#, 400, "invalid_input", "Input is required"),
            (#"{"input": 1}"#, 400, "invalid_input", "input must be a string"),
            (#"{"input": "a\u0000"}"#, 400, "invalid_input", "input contains null bytes"),
            (#"{"inptu": "x"}"#, 400, "invalid_input", "did you mean 'input'?"),
            (#"{"input": "x", "sesion": "y"}"#, 400, "invalid_input", "unknown member 'sesion'"),
            (#"{"input": "x", "session_id": "é"}"#, 400, "invalid_input", "session_id must be"),
            (#"{"input": "x", "if_busy": "wait"}"#, 400, "invalid_input", "'enqueue'"),
            (#"{"input": "x", "if_busy": "enqueue"}"#, 400, "invalid_input", "name the session"),
            (#"{"input": "x", "history": {}}"#, 400, "invalid_input", "Invalid history"),
            (#"{"input": "x", "agent": "aa"}"#, 400, "unknown_agent", "did you mean 'a'?"),
            (#"{"input": "x", "model": "gpt"}"#, 400, "invalid_input", "no model 'gpt'"),
            (#"{"input": "x", "crew": "tset"}"#, 404, "unknown_crew", "this is 'test'"),
            (#"["input"]"#, 400, "invalid_input", "must be a JSON object"),
            (#"{"input": "x""#, 400, "invalid_input", "invalid JSON at byte"),
        ])
    func refusals(_ body: String, _ status: Int, _ code: String, _ detail: String) async throws {
        let fixture = ServerFixture([])
        try await fixture.serve { client, serving in
            let problem = try await client.problem(.post, "/v1/runs", body: body)
            #expect(problem.status == status)
            #expect(problem.document["code"]?.string == code)
            #expect(problem.document["detail"]?.string?.contains(detail) == true)
            #expect(serving.server.streams.count == 0)
        }
        #expect(fixture.model.requests.isEmpty)
    }

    @Test("The same key and request are one run, however it is written; another request is refused")
    func idempotency() async throws {
        let fixture = ServerFixture([.text("once"), .text("twice")])
        try await fixture.serve { client, _ in
            let key = HTTPFields(["Idempotency-Key": "k-1"])
            let first = try await client.json(
                .post, "/v1/runs", headers: key,
                body: #"{"input": "pay", "session_id": "s", "agent": null}"#, .accepted)
            let again = try await client.json(
                .post, "/v1/runs",
                headers: HTTPFields(["Idempotency-Key": "k-1", "Prefer": "wait"]),
                body: #"{ "session_id" : "s", "input" : "p\u0061y" }"#)
            #expect(again.document["id"] == first.document["id"])
            #expect(again.headers[.location] == first.headers[.location])
            #expect(again.document["result"]?["text"] == "once")
            let other = try await client.problem(
                .post, "/v1/runs", headers: key, body: #"{"input": "pay more", "session_id": "s"}"#)
            #expect(other.status == 422)
            #expect(other.document["code"] == "idempotency_conflict")
            for bad in ["", "with blank", "ä", String(repeating: "k", count: 256)] {
                let problem = try await client.problem(
                    .post, "/v1/runs", headers: HTTPFields(["Idempotency-Key": bad]),
                    body: #"{"input": "x"}"#)
                #expect(problem.status == 400)
            }
        }
        #expect(fixture.model.requests.count == 1)
    }

    @Test("Many of the same request at the same moment are one run")
    func manyAtOnce() async throws {
        let fixture = ServerFixture(Array(repeating: .text("once"), count: 20))
        try await fixture.serve(.live) { client, _ in
            let ids = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await client.json(
                            .post, "/v1/runs", headers: HTTPFields(["Idempotency-Key": "k"]),
                            body: #"{"input": "x", "session_id": "s"}"#, .accepted
                        ).document["id"]?.string ?? ""
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(ids.count == 1)
        }
        #expect(fixture.model.requests.count <= 1)
    }

    @Test("A busy session refuses, lets wait, or gives way, as the request says")
    func busySession() async throws {
        let fixture = ServerFixture([.hang(after: ""), .text("second"), .text("third")])
        try await fixture.serve { client, serving in
            _ = try await client.json(
                .post, "/v1/runs", body: #"{"input": "1", "session_id": "s"}"#, .accepted)
            await fixture.model.waitForRequests(1)
            let refused = try await client.problem(
                .post, "/v1/runs", body: #"{"input": "2", "session_id": "s"}"#)
            #expect(refused.status == 409 && refused.document["code"] == "session_busy")
            let queued = try await client.json(
                .post, "/v1/runs",
                body: #"{"input": "2", "session_id": "s", "if_busy": "enqueue"}"#,
                .accepted)
            #expect(queued.document["status"] == "queued")
            let health = try await client.json(.get, "/health").document
            #expect(health["queued_runs"] == 1 && health["active_runs"] == 1)
            let wait = HTTPFields(["Prefer": "wait"])
            let third = try await client.json(
                .post, "/v1/runs", headers: wait,
                body: #"{"input": "3", "session_id": "s", "if_busy": "interrupt"}"#)
            #expect(third.document["outcome"]?["name"] == "completed")
            let first = try await serving.runner.result(of: "run-1")
            #expect(first.outcome == .cancelled)
        }
    }
}
