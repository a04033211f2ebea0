import CrewKit
import CrewTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import CrewServer

@Suite("Event stream", .timeLimit(.minutes(5)))
struct StreamRouteTests {
    static let setups: [TestingSetup] = [.router, .live]

    @Test("A run streams from start to done with the original's texts", arguments: setups)
    func wholeRun(_ setup: TestingSetup) async throws {
        let fixture = ServerFixture([.text("Xin chào bạn")])
        let frames = try await fixture.serve(setup) { client, _ in
            try await client.ask(#"{"query": "chào"}"#)
        }
        #expect(
            frames.types.filter { $0 != "token" } == [
                "start", "agent_start", "round_start", "agent_response", "round_end", "done",
            ])
        // Tokens are shown while they come: none, when the run was over before the first look.
        #expect(["", "Xin chào bạn"].contains(frames.tokens))
        #expect(frames.first?.content == "🚀 Starting crew execution...")
        #expect(frames.first("agent_start")?.content == "🔄 Starting An...")
        #expect(frames.first("agent_response")?.agent == "An")
        #expect(frames.first("agent_response")?.content == "Xin chào bạn")
        let done = try #require(frames.last)
        #expect(done.content == "✅ Execution completed")
        #expect(done.agent == "system")
        #expect(done.metadata["outcome"] == "completed")
        #expect(done.metadata["text"] == "Xin chào bạn")
        #expect(done.metadata["agent_id"] == "a")
        #expect(done.metadata["run_id"] == "run-1")
        #expect(done.metadata["session_id"] == "session-1")
        #expect(done.metadata["scripted"] == true)
        let ids = frames.compactMap(\.id)
        #expect(ids.count == frames.count)
        #expect(ids == ids.sorted())
    }

    @Test("The head says that this is a stream that nothing may hold up", arguments: setups)
    func head(_ setup: TestingSetup) async throws {
        let fixture = ServerFixture([.text("ok")])
        try await fixture.serve(setup) { client, _ in
            let response = try await client.executeRequest(
                uri: "/api/crew/stream?q=hi", method: .get, headers: [:], body: nil)
            #expect(response.status == .ok)
            #expect(response.headers[.contentType] == "text/event-stream; charset=utf-8")
            #expect(response.headers[.cacheControl] == "no-cache, no-transform")
            #expect(response.headers[try #require(HTTPField.Name("X-Accel-Buffering"))] == "no")
            #expect(response.headers[.connection] == "close")
            #expect(response.headers[.accessControlAllowOrigin] == nil)
            #expect(response.headers[.contentLength] == nil)
        }
    }

    @Test("A paused run is resumed by its session, two sessions at the same time")
    func pauseAndResume() async throws {
        let echo = ScriptedModel.Reply.make { request in
            let asked = request.messages.last?.text ?? ""
            if asked.hasPrefix("begin") { return ModelReply(text: "Which one, \(asked)? [WAIT]") }
            return ModelReply(text: "You said \(asked)")
        }
        let fixture = ServerFixture([echo, echo, echo, echo])
        try await fixture.serve { client, _ in
            async let one = client.ask(#"{"query": "begin 1", "session_id": "s1"}"#)
            async let two = client.ask(#"{"query": "begin 2", "session_id": "s2"}"#)
            for (frames, session) in [(try await one, "s1"), (try await two, "s2")] {
                #expect(frames.types.suffix(2) == ["pause", "done"])
                let pause = try #require(frames.first("pause"))
                #expect(pause.content == "[PAUSE:a] Waiting for user input")
                #expect(pause.metadata["agent_id"] == "a")
                #expect(pause.metadata["session_id"]?.string == session)
                #expect(frames.last?.metadata["outcome"] == "paused")
                #expect(frames.last?.content == "✅ Execution completed")
                #expect(try #require(pause.id) < (try #require(frames.last?.id)))
            }
            async let secondTwo = client.ask(#"{"query": "beta", "session_id": "s2"}"#)
            async let secondOne = client.ask(#"{"query": "alpha", "session_id": "s1"}"#)
            let (first, second) = (try await secondOne, try await secondTwo)
            #expect(first.first("start")?.metadata["resumed"] == true)
            #expect(first.first("agent_response")?.content == "You said alpha")
            #expect(second.first("agent_response")?.content == "You said beta")
            #expect(try #require(first.first?.id) > (try #require(try await one.last?.id)))
            #expect(first.first?.metadata["run_id"] == (try await one).first?.metadata["run_id"])
            #expect(first.last?.metadata["outcome"] == "completed")
        }
    }

    @Test("A session that is not paused gets a new run that remembers the earlier one")
    func sessionRemembers() async throws {
        let fixture = ServerFixture([.text("one"), .text("two")])
        try await fixture.serve { client, serving in
            _ = try await client.ask(#"{"query": "first", "session_id": "s"}"#)
            let frames = try await client.ask(#"{"query": "second", "session_id": "s"}"#)
            #expect(frames.first?.metadata["run_id"] == "run-2")
        }
        let texts = fixture.model.requests.last?.messages.map(\.text)
        #expect(texts?.suffix(3) == ["first", "one", "second"])
    }

    @Test("A history and a start agent come from the request")
    func historyAndAgent() async throws {
        let fixture = ServerFixture(
            agents: [AgentDefinition(id: "a"), AgentDefinition(id: "b", name: "Bình")],
            ["b": [.text("fine")]])
        try await fixture.serve { client, _ in
            let frames = try await client.ask(
                """
                {"query": "now", "resume_agent": "b", "history": [
                 {"role": "user", "content": "before"}, {"role": "assistant", "content": "reply"}]}
                """)
            #expect(frames.first("agent_response")?.agent == "Bình")
        }
        let texts = fixture.model.requests.first?.messages.map(\.text)
        #expect(texts?.suffix(3) == ["before", "reply", "now"])
    }

    @Test("A failure is one error frame, and it is the last", arguments: setups)
    func oneError(_ setup: TestingSetup) async throws {
        let fixture = ServerFixture([.failure(CrewError(.modelRejectedKey, "the key is refused"))])
        let frames = try await fixture.serve(setup) { client, _ in
            try await client.ask(#"{"query": "hi"}"#)
        }
        #expect(frames.filter { $0.type == "error" }.count == 1)
        #expect(frames.last?.type == "error")
        #expect(frames.last?.agent == "An")
        #expect(frames.last?.content.hasPrefix("Agent failed: ") == true)
        #expect(frames.last?.metadata["code"] == "model_rejected_key")
        #expect(!frames.types.contains("done"))
    }

    @Test("A limit that was reached ends with done and its name")
    func limit() async throws {
        var fixture = ServerFixture(
            agents: [
                AgentDefinition(id: "a", handoffTargets: ["b"]), AgentDefinition(id: "b"),
            ], ["a": [.text("go on")]])
        fixture.definition.settings.maxHandoffs = 0
        let frames = try await fixture.serve { client, _ in
            try await client.ask(#"{"query": "hi"}"#)
        }
        #expect(frames.last?.type == "done")
        #expect(frames.last?.metadata["outcome"] == "limit_reached")
        #expect(frames.last?.metadata["limit"] == "max_handoffs")
    }

    @Test("A signal that ends the run is a terminate frame before done")
    func terminate() async throws {
        let fixture = ServerFixture([.text("Bye [END]")])
        let frames = try await fixture.serve { client, _ in
            try await client.ask(#"{"query": "hi"}"#)
        }
        #expect(frames.types.suffix(3) == ["signal", "terminate", "done"])
        #expect(
            frames.first("terminate")?.content == "[TERMINATE] Workflow ended by signal: [END]")
        #expect(frames.last?.metadata["outcome"] == "terminated")
    }

    @Test("Fifty streams at the same time all end right")
    func manyStreams() async throws {
        let everybody = Gate(count: 50)
        let reply = ScriptedModel.Reply.make { request in
            await everybody.arrive()
            return ModelReply(text: "answer to \(request.messages.last?.text ?? "")")
        }
        let fixture = ServerFixture(Array(repeating: reply, count: 50))
        try await fixture.serve(.live) { client, serving in
            let port = try #require(client.port)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...50 {
                    group.addTask {
                        let body = try await Self.read(port, #"{"query": "question \#(number)."}"#)
                        let frames = try Frame.all(in: body)
                        #expect(
                            frames.last?.metadata["text"]?.string
                                == "answer to question \(number).")
                    }
                }
                try await group.waitForAll()
            }
            await serving.untilNobodyListens()
        }
    }

    private static func read(_ port: Int, _ json: String) async throws -> ByteBuffer {
        // All have to arrive before the first is answered, which takes a busy machine a while.
        let patient = TestClient.Configuration(timeout: .seconds(300))
        return try await TestClient.withClient(
            host: "localhost", port: port, configuration: patient
        ) { client in
            let response = try await client.execute(
                TestClient.Request(
                    "/api/crew/stream", method: .post, authority: "localhost",
                    body: ByteBuffer(string: json)))
            return response.body ?? ByteBuffer()
        }
    }
}

/// Lets everybody pass once that many have arrived.
actor Gate {
    private let count: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(count: Int) { self.count = count }

    func arrive() async {
        guard waiting.count + 1 < count else {
            for waiter in waiting { waiter.resume() }
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }
}
