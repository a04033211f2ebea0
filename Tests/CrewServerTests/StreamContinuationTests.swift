import CrewKit
import CrewTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import CrewServer

@Suite("Going on with an event stream", .timeLimit(.minutes(5)))
struct StreamContinuationTests {
    static let setups: [TestingSetup] = [.router, .live]

    private func get(
        _ client: any TestClientProtocol, _ query: String, lastEventID: String? = nil
    ) async throws -> TestResponse {
        var headers: HTTPFields = [:]
        headers[named: "Last-Event-ID"] = lastEventID
        return try await client.executeRequest(
            uri: "/api/crew/stream?\(query)", method: .get, headers: headers, body: nil)
    }

    @Test("The first frame tells how soon to come again")
    func retry() async throws {
        try await ServerFixture([.text("ok")]).serve { client, _ in
            let text = String(buffer: try await get(client, "q=hi").body)
            #expect(text.hasPrefix("retry: 2000\ndata: {\"type\":\"start\""))
            #expect(text.ranges(of: "retry:").count == 1)
        }
    }

    @Test(
        "A run is shown from any frame on as it was shown at first, and starts nothing",
        arguments: setups)
    func anyFrame(_ setup: TestingSetup) async throws {
        let fixture = ServerFixture([.text("hello")])
        try await fixture.serve(setup) { client, serving in
            let run = try await serving.runner.start(RunRequest("hi", session: "s"))
            _ = try await serving.runner.result(of: run)
            let stored = try await serving.runner.store.events(of: run, after: 0, limit: 100)
            let last = try #require(stored.last?.sequence)
            // One request each: a live client's connection ends with its stream.
            guard setup.isRouter else {
                let frames = try Frame.all(in: try await get(client, "run_id=run-1&after=2").body)
                #expect(frames.first?.id == 3 && frames.last?.type == "done")
                return
            }
            let whole = try Frame.all(in: try await get(client, "run_id=run-1").body)
            #expect(whole.first?.type == "start" && whole.last?.id == last)
            for after in 1..<last {
                let rest = whole.filter { ($0.id ?? 0) > after }
                for (query, header) in [
                    ("run_id=run-1&after=\(after)", nil), ("run_id=run-1", "\(after)"),
                    ("run_id=run-1&after=\(after)", "0"), ("run_id=run-1&after=0", "\(after)"),
                ] {
                    let frames = try Frame.all(
                        in: try await get(client, query, lastEventID: header).body)
                    // A frame that shares the id of the one before may come again.
                    #expect(Array(frames.suffix(rest.count)) == rest, "after \(after)")
                }
            }
            let nothing = try await get(client, "run_id=run-1&after=\(last)")
            #expect(nothing.status == .noContent)
            #expect(try await serving.runner.record(of: "run-2") == nil)
        }
    }

    @Test(
        "A browser that reconnects by itself goes on with its session's run, never with a second one"
    )
    func eventSource() async throws {
        let fixture = ServerFixture([.text("who? [WAIT]"), .text("bye")])
        try await fixture.serve { client, serving in
            let first = try Frame.all(in: try await get(client, "q=hi&session_id=s").body)
            let last = try #require(first.last?.id)
            let atRest = try await get(client, "q=hi&session_id=s", lastEventID: "\(last)")
            #expect(atRest.status == .noContent)
            let missed = try Frame.all(
                in: try await get(client, "q=hi&session_id=s", lastEventID: "2").body)
            #expect(missed.first?.id == 3 && missed.last == first.last)
            for query in ["q=hi", "q=hi&session_id=other", "q={\"query\":\"hi\"}"] {
                let nothing = try await get(client, query, lastEventID: "2")
                #expect(nothing.status == .noContent, "\(query)")
            }
            let posted = try await client.executeRequest(
                uri: "/api/crew/stream", method: .post,
                headers: HTTPFields(["Last-Event-ID": "\(last)"]),
                body: ByteBuffer(string: #"{"query": "hi", "session_id": "s"}"#))
            #expect(posted.status == .noContent)
            #expect(try await serving.runner.record(of: "run-1")?.pause?.kind == .input)
            #expect(try await serving.runner.record(of: "run-2") == nil)
        }
        #expect(fixture.model.requests.count == 1)
    }

    @Test("What names a run and more than that is refused")
    func refusals() async throws {
        try await ServerFixture([]).serve { client, _ in
            let path = "/api/crew/stream"
            for query in [
                "run_id=run-1&q=hi", "run_id=run-1&after=x", "run_id=run-1&after=-1", "run_id=a/b",
                "run_id=run-1&on_disconnect=stop",
            ] {
                #expect(
                    try await client.problem(.get, "\(path)?\(query)").status == 400, "\(query)")
            }
            let body = try await client.problem(
                .post, "\(path)?run_id=run-1", body: #"{"query": "hi"}"#)
            #expect(body.status == 400)
            let unknown = try await client.problem(.get, "\(path)?run_id=run-1")
            #expect(unknown.status == 404 && unknown.document["code"] == "unknown_run")
            let header = HTTPFields(["Last-Event-ID": "x"])
            #expect(try await client.problem(.get, "\(path)?q=hi", headers: header).status == 400)
        }
    }

    @Test("After a decision the stream of a run that waited goes on to its end")
    func afterApproval() async throws {
        let tool = Ledger("Ship", approval: .always)
        let fixture = ServerFixture.asking(tool, [.calling("Ship", "x"), ModelReply(text: "ok")])
        try await fixture.serve { client, serving in
            let first = try await client.ask(#"{"query": "hi", "session_id": "s"}"#)
            let request = try #require(first.first("approval_request"))
            let id = try #require(request.metadata["approval"]?.integer)
            let done = try #require(first.last)
            #expect(done.metadata["outcome"] == "paused")
            #expect(
                done.metadata["pause_kind"] == "approval"
                    && done.metadata["approvals"] == [.integer(id)])
            _ = try await client.json(
                .post, "/v1/runs/run-1/approvals/\(id)", body: #"{"decision": "approve"}"#,
                .accepted)
            let after = try #require(done.id)
            let rest = try Frame.all(
                in: try await get(client, "run_id=run-1&after=\(after)").body)
            #expect(rest.first?.type == "approval_decision")
            #expect(rest.types.contains("tool_result") && rest.last?.metadata["text"] == "ok")
            let whole = try Frame.all(in: try await get(client, "run_id=run-1").body)
            #expect(whole.types.filter { $0 == "done" }.count == 1)
            #expect(whole.types.filter { $0 == "pause" }.count == 1)
        }
    }

    @Test("A late joiner gets the message so far and then the run's own end")
    func lateJoiner() async throws {
        let fixture = ServerFixture([.hang(after: "half a message")])
        try await fixture.serve(.live) { client, serving in
            _ = try await serving.runner.start(RunRequest("hi"))
            await fixture.model.waitForRequests(1)
            let open = try await OpenClient(
                try #require(client.port), .get, "/api/crew/stream?run_id=run-1")
            var read = await open.read(until: "half a message")
            serving.runner.cancelLive("run-1")
            read += await open.read(until: #""type":"done""#)
            let frames = try Frame.all(in: OpenClient.body(of: read))
            #expect(frames.first("message_so_far")?.content == "half a message")
            #expect(frames.first("message_so_far")?.metadata["scripted"] == true)
            #expect(frames.types.first == "start")
            try await open.leave()
        }
    }

    @Test("A run that nobody works is said to be so, and its stream ends")
    func notWorked() async throws {
        let fixture = ServerFixture([])
        let store = fixture.store
        try await store.create(
            RunRecord(id: "r", crew: "test", session: nil, createdAt: fixture.options.now()),
            events: [
                StoredEvent(
                    sequence: 1, time: fixture.options.now(),
                    event: .runStarted(
                        RunStarted(crew: "test", input: "i", agent: "a", history: [])))
            ])
        try await fixture.serve { client, _ in
            let frames = try Frame.all(in: try await get(client, "run_id=r").body)
            #expect(frames.types == ["start", "error"])
            #expect(frames.last?.metadata["code"] == "conflict")
            let stream = try await client.executeRequest(
                uri: "/v1/runs/r/events", method: .get, headers: [.accept: "text/event-stream"],
                body: nil)
            #expect(String(buffer: stream.body).hasSuffix(": conflict\n\n"))
        }
    }
}

extension TestingSetup {
    fileprivate var isRouter: Bool { "\(self)".contains("router") }
}
