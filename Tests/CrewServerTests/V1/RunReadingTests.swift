import CrewKit
import CrewTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import CrewServer

@Suite("What /v1 tells", .timeLimit(.minutes(5)))
struct RunReadingTests {
    @Test("Runs are listed page by page, each once, in the order that was asked for")
    func pages() async throws {
        let fixture = ServerFixture(Array(repeating: .text("ok"), count: 5))
        try await fixture.serve { client, _ in
            for _ in 1...5 { _ = try await client.rest() }
            for (order, expected) in [("newest", [5, 4, 3, 2, 1]), ("oldest", [1, 2, 3, 4, 5])] {
                var ids: [String] = []
                var cursor: String? = ""
                while let next = cursor {
                    let page = try await client.json(
                        .get, "/v1/runs?order=\(order)&limit=2&cursor=\(next)"
                    ).document
                    ids += page["runs"]?.array?.compactMap { $0["id"]?.string } ?? []
                    cursor = page["next"]?.string
                }
                #expect(ids == expected.map { "run-\($0)" })
            }
        }
    }

    @Test("Lists hold only what was asked for")
    func filters() async throws {
        let fixture = ServerFixture([.text("ok"), .text("what? [WAIT]"), .hang(after: "")])
        try await fixture.serve { client, serving in
            _ = try await client.rest(#"{"input": "1", "session_id": "s"}"#)
            _ = try await client.rest(#"{"input": "2", "session_id": "t"}"#)
            _ = try await client.json(.post, "/v1/runs", body: #"{"input": "3"}"#, .accepted)
            for (filter, ids) in [
                ("status=paused", ["run-2"]),
                ("status=ended,running&order=oldest", ["run-1", "run-3"]),
                ("session_id=s", ["run-1"]), ("crew=other", []), ("status=queued", []),
                ("status=&crew=test&limit=1", ["run-3"]),
            ] {
                let page = try await client.json(.get, "/v1/runs?\(filter)").document
                #expect(page["runs"]?.array?.compactMap { $0["id"]?.string } == ids, "\(filter)")
            }
            serving.runner.cancelLive("run-3")
        }
    }

    @Test(
        "A parameter that is unknown or cannot be is refused with its name",
        arguments: [
            ("/v1/runs?statsu=paused", "did you mean 'status'?"),
            ("/v1/runs?limit=0", "limit must be"),
            ("/v1/runs?limit=201", "from 1 to 200"), ("/v1/runs?limit=ten", "limit must be"),
            ("/v1/runs?status=done", "'queued', 'running', 'paused', 'ended'"),
            ("/v1/runs?order=up", "order must be"), ("/v1/runs?cursor=x", "cursor"),
            ("/v1/runs?session_id=%20", "session_id must be"),
            ("/v1/usage?from=2026-1-1", "from must be a day"),
            ("/v1/usage?from=2026-02-31", "from must be a day"),
            ("/v1/usage?through=2026-13-01", "through must be a day"),
            ("/v1/usage?from=2027-01-02&through=2027-01-01", "not be after"),
            ("/v1/runs/run-1?x=1", "unknown parameter 'x'"),
            ("/v1/runs/run-1/events?after=-1", "at least 0"),
            ("/v1/runs/run-1/events?limit=1001", "from 1 to 1000"),
            ("/v1/runs/run-1/events?on_disconnect=stop", "'continue', 'cancel'"),
        ])
    func badParameters(_ uri: String, _ detail: String) async throws {
        let fixture = ServerFixture([.text("ok")])
        try await fixture.serve { client, _ in
            _ = try await client.rest()
            let problem = try await client.problem(.get, uri)
            #expect(problem.status == 400 && problem.document["code"] == "invalid_input")
            let said = problem.document["detail"]?.string
            #expect(said?.contains(detail) == true, "\(said ?? "")")
        }
    }

    @Test(
        "What is not there has a code that says what it would have been",
        arguments: [
            (HTTPRequest.Method.get, "/v1/runs/none", "unknown_run"),
            (.get, "/v1/runs/%ff", "unknown_run"), (.delete, "/v1/runs/none", "unknown_run"),
            (.get, "/v1/runs/none/events", "unknown_run"),
            (.post, "/v1/runs/none/cancel", "unknown_run"),
            (.post, "/v1/runs/none/resume", "unknown_run"),
            (.post, "/v1/runs/none/fork", "unknown_run"),
            (.post, "/v1/runs/none/approvals/1", "unknown_run"),
            (.get, "/v1/runs/none/artifacts", "unknown_run"),
            (.get, "/v1/runs/none/artifacts/x", "unknown_run"),
            (.get, "/v1/sessions/none", "unknown_session"),
            (.get, "/v1/sessions/n%20ne", "unknown_session"), (.get, "/v1", "not_found"),
            (.get, "/v1/runs/none/else", "not_found"),
        ])
    func missing(_ method: HTTPRequest.Method, _ uri: String, _ code: String) async throws {
        try await ServerFixture([]).serve { client, _ in
            let problem = try await client.problem(method, uri)
            #expect(problem.status == 404)
            #expect(problem.document["code"]?.string == code)
        }
    }

    @Test("Each path says what may be done there, and has a HEAD where it has a GET")
    func methods() async throws {
        try await ServerFixture([.text("ok")]).serve { client, _ in
            _ = try await client.rest(#"{"input": "hi", "session_id": "s"}"#)
            for (path, allowed) in [
                ("/v1/runs", "POST, GET, HEAD, OPTIONS"), ("/v1/usage", "GET, HEAD, OPTIONS"),
                ("/v1/runs/run-1", "GET, DELETE, HEAD, OPTIONS"),
                ("/v1/runs/run-1/events", "GET, HEAD, OPTIONS"),
                ("/v1/runs/run-1/cancel", "POST, OPTIONS"),
                ("/v1/runs/run-1/resume", "POST, OPTIONS"),
                ("/v1/runs/run-1/fork", "POST, OPTIONS"),
                ("/v1/runs/run-1/approvals/1", "POST, OPTIONS"),
                ("/v1/runs/run-1/artifacts", "GET, HEAD, OPTIONS"),
                ("/v1/runs/run-1/artifacts/a", "GET, HEAD, OPTIONS"),
                ("/v1/sessions/s", "GET, HEAD, OPTIONS"),
            ] {
                let refused = try await client.problem(.patch, path)
                #expect(refused.status == 405 && refused.headers[.allow] == allowed, "\(path)")
                let options = try await client.executeRequest(
                    uri: path + "/", method: .options, headers: [:], body: nil)
                #expect(options.status == .noContent && options.headers[.allow] == allowed)
                guard allowed.contains("HEAD"), !path.hasSuffix("/a") else { continue }
                let head = try await client.executeRequest(
                    uri: path, method: .head, headers: [:], body: nil)
                #expect(head.status == .ok && head.body.readableBytes == 0)
                #expect(head.headers[.contentType] == "application/json")
            }
        }
    }

    @Test("Pages of other sites are kept out of /v1 too")
    func origins() async throws {
        try await ServerFixture([]).serve { client, _ in
            for (method, path) in [
                (HTTPRequest.Method.post, "/v1/runs"), (.get, "/v1/runs"), (.get, "//v1/runs"),
            ] {
                let problem = try await client.problem(
                    method, path, headers: [.origin: "https://example.com"],
                    body: method == .post ? #"{"input": "x"}"# : nil)
                #expect(problem.status == 403)
                #expect(problem.document["code"] == "foreign_origin")
            }
        }
    }

    @Test("A run that has not changed is not sent again")
    func notModified() async throws {
        try await ServerFixture([.text("ok")]).serve { client, _ in
            _ = try await client.rest()
            let tag = try #require(try await client.json(.get, "/v1/runs/run-1").headers[.eTag])
            let same = try await client.executeRequest(
                uri: "/v1/runs/run-1", method: .get, headers: [.ifNoneMatch: "\"1\", W/\(tag)"],
                body: nil)
            #expect(same.status == .notModified && same.headers[.eTag] == tag)
            _ = try await client.json(.get, "/v1/runs/run-1", headers: [.ifNoneMatch: "\"1\""])
        }
    }

    @Test("A session tells its runs and what was said in them")
    func session() async throws {
        let tool = Ledger("Note")
        let fixture = ServerFixture.asking(
            tool,
            [
                .calling("Note", "x"), ModelReply(text: "noted [WAIT]"), ModelReply(text: "bye"),
                ModelReply(text: "again"),
            ])
        try await fixture.serve { client, serving in
            _ = try await client.rest(#"{"input": "note x", "session_id": "s:1"}"#)
            _ = try await client.json(
                .post, "/v1/runs/run-1/resume", body: #"{"input": "thanks"}"#, .accepted)
            _ = try await serving.runner.result(of: "run-1")
            _ = try await client.rest(#"{"input": "again", "session_id": "s:1"}"#)
            let session = try await client.json(.get, "/v1/sessions/s%3A1").document
            #expect(session["id"] == "s:1")
            #expect(session["runs"]?.array?.map { $0["id"] } == ["run-1", "run-2"])
            let history = try #require(session["history"]?.array)
            #expect(
                history.compactMap { $0["role"]?.string } == [
                    "user", "assistant", "tool", "assistant", "user", "assistant", "user",
                    "assistant",
                ])
            #expect(history[0]["content"] == "note x")
            #expect(
                history[1]["tool_calls"] == [
                    ["id": "call-0", "name": "Note", "arguments": ["to": "x"]]
                ])
            #expect(history[2]["tool"] == "Note" && history[2]["call_id"] == "call-0")
            #expect(history[2]["content"] == "noted" && history[2]["status"] == "success")
            #expect(history[3]["agent"] == "a" && history[3]["tool_calls"] == nil)
        }
    }

    @Test("Usage is counted by day, agent and model")
    func usage() async throws {
        let reply = ModelReply(text: "ok", usage: Usage(inputTokens: 10, outputTokens: 2))
        try await ServerFixture([.reply(reply), .reply(reply)]).serve { client, _ in
            for _ in 1...2 { _ = try await client.rest() }
            let today = try await client.json(.get, "/v1/usage").document
            #expect(
                today["usage"] == [
                    [
                        "day": "2027-01-15", "crew": "test", "agent": "a",
                        "model": "scripted test model", "model_calls": 2,
                        "usage": ["input_tokens": 20, "output_tokens": 4, "complete": true],
                    ]
                ])
            let before = try await client.json(
                .get, "/v1/usage?from=2026-12-01&through=2027-01-14")
            #expect(before.document["usage"] == [])
        }
    }

    @Test(
        "Artifacts are listed, and given as files that no browser opens",
        arguments: RoutesTests.setups)
    func artifacts(_ setup: TestingSetup) async throws {
        let fixture = ServerFixture.asking(
            Ledger("Note"), [.calling("Note", "x", "y"), ModelReply(text: "done")])
        try await fixture.serve(setup) { client, serving in
            _ = try await client.json(.post, "/v1/runs", body: #"{"input": "hi"}"#, .accepted)
            _ = try await serving.runner.result(of: "run-1")
            let odd = Artifact(
                name: "odd", mediaType: "text/html\r\nX: y", byteCount: 1,
                createdAt: fixture.options.now())
            try await serving.runner.store.save(odd, bytes: [0xFF], of: "run-1")
            let list = try await client.json(.get, "/v1/runs/run-1/artifacts").document
            #expect(
                list["artifacts"]?.array?.first == [
                    "name": "note-1.html", "media_type": "text/html", "byte_count": 8,
                    "created_at": "2027-01-15T08:00:00.000000Z",
                ])
            let file = try await client.executeRequest(
                uri: "/v1/runs/run-1/artifacts/note-2.html", method: .get, headers: [:], body: nil)
            #expect(String(buffer: file.body) == "<b>2</b>")
            #expect(file.headers[.contentType] == "text/html")
            #expect(file.headers[.contentDisposition] == "attachment; filename=\"note-2.html\"")
            #expect(file.headers[.xContentTypeOptions] == "nosniff")
            #expect(file.headers[.contentSecurityPolicy]?.contains("sandbox") == true)
            let strange = try await client.executeRequest(
                uri: "/v1/runs/run-1/artifacts/odd", method: .get, headers: [:], body: nil)
            #expect(strange.headers[.contentType] == "application/octet-stream")
            #expect(strange.body == ByteBuffer(bytes: [0xFF]))
            let missing = try await client.problem(.get, "/v1/runs/run-1/artifacts/note-3.html")
            #expect(missing.status == 404 && missing.document["code"] == "unknown_artifact")
        }
    }
}
