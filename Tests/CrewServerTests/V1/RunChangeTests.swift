import CrewKit
import CrewTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import CrewServer

@Suite("What /v1 changes", .timeLimit(.minutes(5)))
struct RunChangeTests {
    @Test("An answer goes on with a paused run; without a pause or an answer nothing does")
    func resume() async throws {
        let fixture = ServerFixture([.text("who? [WAIT]"), .text("hello")])
        try await fixture.serve { client, serving in
            _ = try await client.rest()
            let path = "/v1/runs/run-1/resume"
            let mute = try await client.problem(.post, path)
            #expect(mute.status == 400 && mute.document["code"] == "invalid_input")
            let blank = try await client.problem(.post, path, body: #"{"input": " "}"#)
            #expect(blank.document["detail"] == "Input is required")
            let run = try await client.json(.post, path, body: #"{"input": "me"}"#, .accepted)
            #expect(run.document["id"] == "run-1")
            #expect(try await serving.runner.result(of: "run-1").text == "hello")
            let over = try await client.problem(.post, path, body: #"{"input": "me"}"#)
            #expect(over.status == 409 && over.document["code"] == "run_not_paused")
        }
    }

    @Test("Who names the version that is meant is not overtaken")
    func ifMatch() async throws {
        let fixture = ServerFixture([.text("who? [WAIT]"), .text("again? [WAIT]"), .text("bye")])
        try await fixture.serve { client, serving in
            let last = try #require(try await client.rest()["last_sequence"]?.integer)
            let path = "/v1/runs/run-1/resume"
            let body = #"{"input": "me"}"#
            let stale = try await client.problem(
                .post, path, headers: [.ifMatch: "\"\(last - 1)\""], body: body)
            #expect(stale.status == 412 && stale.document["code"] == "precondition_failed")
            let weak = try await client.problem(
                .post, path, headers: [.ifMatch: "W/\"\(last)\""], body: body)
            #expect(weak.status == 412, "a weak tag does not say that it is the same")
            for malformed in ["\(last)", "", "*, *", "\"\(last)\" \"1\"", "\"\(last)"] {
                let answer = try await client.problem(
                    .post, path, headers: [.ifMatch: malformed], body: body)
                #expect(answer.status == 400, "\(malformed)")
            }
            // Only one of those who know the same version can go on with it.
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...5 {
                    group.addTask {
                        try await client.executeRequest(
                            uri: path, method: .post, headers: [.ifMatch: "\"\(last)\""],
                            body: ByteBuffer(string: body)
                        ).status.code
                    }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 202 }.count == 1)
            #expect(statuses.allSatisfy { [202, 409, 412].contains($0) })
            _ = try await serving.runner.result(of: "run-1")
            _ = try await client.json(.post, path, headers: [.ifMatch: "*"], body: body, .accepted)
            #expect(try await serving.runner.result(of: "run-1").text == "bye")
            let gone = try await client.problem(
                .delete, "/v1/runs/run-1", headers: [.ifMatch: "\"\(last)\""])
            #expect(gone.status == 412)
        }
    }

    @Test("A call that waits is shown with all that a decision needs, and made once it is allowed")
    func approve() async throws {
        let tool = Ledger("Ship", effect: .irreversible, approval: .always)
        let fixture = ServerFixture.asking(
            tool, [.calling("Ship", "x", "y"), ModelReply(text: "shipped")])
        try await fixture.serve { client, serving in
            let run = try await client.rest()
            #expect(run["status"] == "paused" && run["pause"]?["kind"] == "approval")
            let calls = try #require(run["approvals"]?.array)
            #expect(calls.count == 2)
            let call = calls[0]
            let id = try #require(call["id"]?.integer)
            #expect(call["agent"] == "a" && call["tool"] == "Ship" && call["call_id"] == "call-0")
            #expect(call["arguments"] == ["to": "x"] && call["effect"] == "irreversible")
            #expect(call["reason"] == "policy" && call["default_decision"] == "refuse")
            #expect(call["requested_at"] == "2027-01-15T08:00:00.000000Z")
            #expect(call["expires_at"] == "2027-02-14T08:00:00.000000Z")
            let path = "/v1/runs/run-1/approvals"
            let first = try await client.json(
                .post, "\(path)/\(id)", body: #"{"decision": "approve"}"#, .accepted)
            #expect(first.document["id"] == "run-1")
            let second = try #require(calls[1]["id"]?.integer)
            _ = try await client.json(
                .post, "\(path)/\(second)", body: #"{"decision": "refuse", "reason": "too dear"}"#,
                .accepted)
            let result = try await serving.runner.result(of: "run-1")
            #expect(result.text == "shipped" && tool.count == 1)
            let told = fixture.model.requests.last?.messages.map(\.text) ?? []
            #expect(told.contains { $0.contains("too dear") })
        }
    }

    @Test("Members of a group ask each for themselves, and the group goes on when all are answered")
    func approveInGroup() async throws {
        let tool = Ledger("Ship", approval: .always)
        let members: [AgentID] = ["b", "c"]
        var fixture = ServerFixture(
            agents: [AgentDefinition(id: "a")]
                + members.map { AgentDefinition(id: $0, tools: ["Ship"]) },
            routing: RoutingDefinition(
                signals: ["a": [SignalRoute("[BOTH]", to: "both")]],
                groups: ["both": ParallelGroup(agents: members)]),
            [
                "a": [.text("go [BOTH]")],
                "b": [.reply(.calling("Ship", "x")), .text("b is done")],
                "c": [.reply(.calling("Ship", "y")), .text("c is done")],
            ])
        fixture.tools = Toolbox([tool])
        try await fixture.serve { client, serving in
            let calls = try #require(try await client.rest()["approvals"]?.array)
            #expect(Set(calls.compactMap { $0["agent"]?.string }) == ["b", "c"])
            #expect(Set(calls.compactMap { $0["branch"]?.string }).count == 2)
            for call in calls {
                let id = try #require(call["id"]?.integer)
                _ = try await client.json(
                    .post, "/v1/runs/run-1/approvals/\(id)", body: #"{"decision": "approve"}"#,
                    .accepted)
                _ = try await serving.runner.result(of: "run-1")
            }
            let run = try await client.json(.get, "/v1/runs/run-1").document
            #expect(run["outcome"]?["name"] == "completed" && run["approvals"] == [])
            #expect(run["result"]?["text"]?.string?.contains("c is done") == true)
            #expect(tool.count == 2)
        }
    }

    @Test("A call is allowed with other arguments, which have to fit the tool")
    func otherArguments() async throws {
        let tool = Ledger("Ship", approval: .always)
        let fixture = ServerFixture.asking(tool, [.calling("Ship", "x"), ModelReply(text: "ok")])
        try await fixture.serve { client, serving in
            let run = try await client.rest()
            let id = try #require(run["approvals"]?.array?.first?["id"]?.integer)
            let path = "/v1/runs/run-1/approvals/\(id)"
            for body in [
                #"{"decision": "approve", "arguments": "all"}"#,
                #"{"decision": "refuse", "arguments": {"to": "y"}}"#,
            ] {
                let problem = try await client.problem(.post, path, body: body)
                #expect(problem.status == 400 && problem.document["code"] == "invalid_input")
            }
            _ = try await client.json(
                .post, path, body: #"{"decision": "approve", "arguments": {"to": "y"}}"#, .accepted)
            _ = try await serving.runner.result(of: "run-1")
            #expect(tool.arguments == [["to": "y"]])
        }
    }

    @Test("A decision that comes twice is one; another one is refused, and so is one about nothing")
    func repeatedDecision() async throws {
        let tool = Ledger("Ship", approval: .always)
        let fixture = ServerFixture.asking(tool, [.calling("Ship", "x"), ModelReply(text: "ok")])
        try await fixture.serve { client, serving in
            let run = try await client.rest()
            let id = try #require(run["approvals"]?.array?.first?["id"]?.integer)
            let path = "/v1/runs/run-1/approvals"
            for body in ["{}", #"{"decision": "maybe"}"#, #"{"decisoin": "approve"}"#] {
                #expect(try await client.problem(.post, "\(path)/\(id)", body: body).status == 400)
            }
            for other in ["1", "999", "0", "-1", "x", "99999999999999999999"] {
                let unknown = try await client.problem(
                    .post, "\(path)/\(other)", body: #"{"decision": "approve"}"#)
                #expect(unknown.status == 404 && unknown.document["code"] == "unknown_approval")
            }
            for _ in 1...2 {
                _ = try await client.json(
                    .post, "\(path)/\(id)", body: #"{"decision": "approve"}"#, .accepted)
            }
            let other = try await client.problem(
                .post, "\(path)/\(id)", body: #"{"decision": "refuse"}"#)
            #expect(other.status == 409 && other.document["code"] == "already_decided")
            _ = try await serving.runner.result(of: "run-1")
            #expect(tool.count == 1)
        }
    }

    @Test("An answer does not stand for a decision")
    func notAnAnswer() async throws {
        let tool = Ledger("Ship", approval: .always)
        let fixture = ServerFixture.asking(tool, [.calling("Ship", "x")])
        try await fixture.serve { client, _ in
            _ = try await client.rest(#"{"input": "hi", "session_id": "s"}"#)
            let resumed = try await client.problem(
                .post, "/v1/runs/run-1/resume", body: #"{"input": "yes"}"#)
            #expect(resumed.status == 409 && resumed.document["code"] == "run_not_paused")
            let asked = try await client.problem(
                .post, "/v1/runs", body: #"{"input": "yes", "session_id": "s"}"#)
            #expect(asked.status == 409 && asked.document["code"] == "session_busy")
        }
    }

    @Test("A cancel reaches as deep as it says, and a cancelled run can go on")
    func cancel() async throws {
        let fixture = ServerFixture([.hang(after: "half"), .text("whole")])
        try await fixture.serve { client, serving in
            _ = try await client.json(.post, "/v1/runs", body: #"{"input": "hi"}"#, .accepted)
            await fixture.model.waitForRequests(1)
            let path = "/v1/runs/run-1/cancel"
            let wrong = try await client.problem(.post, path, body: #"{"depth": "soon"}"#)
            #expect(wrong.document["detail"]?.string?.contains("'after_round'") == true)
            let soft = try await client.json(
                .post, path, body: #"{"depth": "after_turn"}"#, .accepted)
            #expect(soft.document["status"] == "running")
            _ = try await client.json(.post, path, .accepted)
            #expect(try await serving.runner.result(of: "run-1").outcome == .cancelled)
            let over = try await client.json(.post, path, .accepted)
            #expect(over.document["outcome"]?["name"] == "cancelled")
            _ = try await client.json(.post, "/v1/runs/run-1/resume", .accepted)
            #expect(try await serving.runner.result(of: "run-1").text == "whole")
        }
    }

    @Test("After a round means that its tools still run and no model is asked again")
    func cancelAfterRound() async throws {
        let gate = Gate(count: 2)
        let tool = Ledger("Note")
        var fixture = ServerFixture(
            agents: [AgentDefinition(id: "a", tools: ["Note"])],
            [
                "a": [
                    .make { _ in
                        await gate.arrive()
                        return .calling("Note", "x")
                    }
                ]
            ])
        fixture.tools = Toolbox([tool])
        let model = fixture.model
        try await fixture.serve { client, serving in
            _ = try await client.json(.post, "/v1/runs", body: #"{"input": "hi"}"#, .accepted)
            await model.waitForRequests(1)
            _ = try await client.json(
                .post, "/v1/runs/run-1/cancel", body: #"{"depth": "after_round"}"#, .accepted)
            await gate.arrive()
            #expect(try await serving.runner.result(of: "run-1").outcome == .cancelled)
            #expect(tool.count == 1 && model.requests.count == 1)
        }
    }

    @Test("A run is forked at a step, with other words or another model")
    func fork() async throws {
        let fixture = ServerFixture([.text("red"), .text("blue")])
        try await fixture.serve { client, serving in
            let run = try await client.rest(#"{"input": "colour?", "session_id": "s"}"#)
            let last = try #require(run["last_sequence"]?.integer)
            let path = "/v1/runs/run-1/fork"
            for body in [#"{"step": 0}"#, #"{"step": 99}"#, #"{"model": "gpt"}"#, "{}"] {
                #expect(try await client.problem(.post, path, body: body).status == 400, "\(body)")
            }
            let (headers, copy) = try await client.json(
                .post, path, body: #"{"input": "another", "model": "other"}"#, .accepted)
            #expect(copy["parent"] == "run-1" && copy["session_id"] == .null)
            let id = try #require(copy["id"]?.string)
            #expect(headers[.location] == "/v1/runs/\(id)")
            #expect(try await serving.runner.result(of: RunID(id)).text == "blue")
            #expect(
                try await client.json(.get, "/v1/runs/run-1").document["last_sequence"]?.integer
                    == last)
        }
    }

    @Test("A run is deleted when it is at rest, with everything of it")
    func delete() async throws {
        let fixture = ServerFixture([.hang(after: "")])
        try await fixture.serve { client, serving in
            _ = try await client.json(
                .post, "/v1/runs", body: #"{"input": "hi", "session_id": "s"}"#, .accepted)
            let busy = try await client.problem(.delete, "/v1/runs/run-1")
            #expect(busy.status == 409 && busy.document["code"] == "conflict")
            serving.runner.cancelLive("run-1")
            _ = try await serving.runner.result(of: "run-1")
            let gone = try await client.executeRequest(
                uri: "/v1/runs/run-1", method: .delete, headers: [:], body: nil)
            #expect(gone.status == .noContent && gone.body.readableBytes == 0)
            #expect(try await client.problem(.get, "/v1/runs/run-1").status == 404)
            #expect(try await client.problem(.get, "/v1/sessions/s").status == 404)
        }
    }

    @Test("Another crew's run in the same store can be read, and made to do nothing")
    func foreignCrew() async throws {
        let other = ServerFixture([.text("who? [WAIT]")])
        try await other.serve { client, _ in
            _ = try await client.rest(#"{"input": "hi", "session_id": "s"}"#)
        }
        var fixture = ServerFixture([])
        fixture.definition.name = "neighbour"
        fixture.store = other.store
        try await fixture.serve { client, _ in
            let run = try await client.json(.get, "/v1/runs/run-1").document
            #expect(run["crew"] == "test" && run["result"]?["text"] == "who? [WAIT]")
            _ = try await client.json(.get, "/v1/runs/run-1/events")
            for (action, body) in [
                ("resume", #"{"input": "me"}"#), ("cancel", "{}"), ("fork", "{}"),
                ("approvals/1", #"{"decision": "approve"}"#),
            ] {
                let refused = try await client.problem(
                    .post, "/v1/runs/run-1/\(action)", body: body)
                #expect(refused.status == 409 && refused.document["code"] == "foreign_crew")
            }
        }
        #expect(fixture.model.requests.isEmpty)
    }

    @Test("A store that fails is a 500 without its inside, and a degraded health")
    func storeFails() async throws {
        var fixture = ServerFixture([])
        fixture.store = InterceptedRunStore(health: .degraded("the disk is full: make room")) {
            _, _ in
            throw CrewError(.storeFailed, "/secret/path: no space left")
        }
        try await fixture.serve { client, _ in
            for (path, body) in [
                ("/v1/runs", #"{"input": "x"}"#), ("/api/crew/stream", #"{"query": "x"}"#),
            ] {
                let problem = try await client.problem(.post, path, body: body)
                #expect(problem.status == 500 && problem.document["code"] == "store_failed")
                #expect(!problem.document.text.contains("secret"))
            }
            let health = try await client.json(.get, "/health").document
            #expect(health["status"] == "degraded" && health["store"] == "degraded")
            #expect(health["store_problem"] == "the disk is full: make room")
        }
    }
}
