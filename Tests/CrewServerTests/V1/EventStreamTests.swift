import CrewKit
import CrewTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import CrewServer

@Suite("Events of /v1", .timeLimit(.minutes(5)))
struct EventStreamTests {
    private static let stream: HTTPFields = [.accept: "text/event-stream"]

    private func events(
        _ client: any TestClientProtocol, _ query: String = "", lastEventID: String? = nil
    ) async throws -> [SentEvent] {
        var headers = Self.stream
        headers[named: "Last-Event-ID"] = lastEventID
        let response = try await client.executeRequest(
            uri: "/v1/runs/run-1/events\(query)", method: .get, headers: headers, body: nil)
        #expect(response.status == .ok, "\(String(buffer: response.body))")
        return try SentEvent.all(in: String(buffer: response.body))
    }

    @Test("The log is a list of pages, each event as it is stored")
    func list() async throws {
        let fixture = ServerFixture([.text("one"), .text("two")])
        try await fixture.serve { client, serving in
            let run = try await client.rest()
            let last = try #require(run["last_sequence"]?.integer)
            var sequences: [Int] = []
            var after: Int? = 0
            while let start = after {
                let page = try await client.json(
                    .get, "/v1/runs/run-1/events?after=\(start)&limit=2"
                ).document
                sequences += page["events"]?.array?.compactMap { $0["sequence"]?.integer } ?? []
                after = page["next"]?.integer
            }
            #expect(sequences == Array(1...last))
            let all = try await client.json(.get, "/v1/runs/run-1/events").document
            let first = try #require(all["events"]?.array?.first)
            #expect(first["type"] == "run_started" && first["input"] == "hi")
            #expect(first["time"] == "2027-01-15T08:00:00.000000Z" && first["branch"] == nil)
            let none = try await client.json(.get, "/v1/runs/run-1/events?after=\(last)").document
            #expect(none["events"] == [] && none["next"] == .null)
        }
    }

    @Test(
        "A stream shows each stored event under its sequence and ends with the run",
        arguments: RoutesTests.setups)
    func wholeStream(_ setup: TestingSetup) async throws {
        let fixture = ServerFixture([.text("hello")])
        try await fixture.serve(setup) { client, serving in
            let run = try await serving.runner.start(RunRequest("hi"))
            _ = try await serving.runner.result(of: run)
            let response = try await client.executeRequest(
                uri: "/v1/runs/run-1/events", method: .get,
                headers: [.accept: "application/json;q=0.5, text/event-stream"], body: nil)
            #expect(response.headers[.contentType] == "text/event-stream; charset=utf-8")
            let text = String(buffer: response.body)
            #expect(text.hasPrefix("retry: 1000\nid: 1\nevent: run_started\ndata: {"))
            let events = try SentEvent.all(in: text)
            let stored = try await serving.runner.store.events(of: run, after: 0, limit: 100)
            #expect(events.types == stored.map(\.event.name))
            #expect(events.ids == stored.map(\.sequence))
            #expect(events.map { $0.data["type"]?.string } == events.map { $0.type })
            #expect(events.last?.type == "run_ended")
        }
    }

    @Test("A stream goes on after the larger of the two ids, and 204 says that nothing is left")
    func continuation() async throws {
        let fixture = ServerFixture([.text("hello")])
        try await fixture.serve { client, _ in
            let last = try #require(try await client.rest()["last_sequence"]?.integer)
            for (query, header, first) in [
                ("?after=2", nil, 3), ("", "3", 4), ("?after=2", "3", 4), ("?after=4", "3", 5),
                ("?after=", "", 1),
            ] {
                let events = try await events(client, query, lastEventID: header)
                #expect(events.ids == Array(first...last))
            }
            for (query, header) in [("?after=\(last)", "0"), ("", "\(last)"), ("?after=999", "1")] {
                var headers = Self.stream
                headers[named: "Last-Event-ID"] = header
                let response = try await client.executeRequest(
                    uri: "/v1/runs/run-1/events\(query)", method: .get, headers: headers, body: nil)
                #expect(response.status == .noContent && response.body.readableBytes == 0)
            }
            for bad in ["x", "-1", "1.5"] {
                var headers = Self.stream
                headers[named: "Last-Event-ID"] = bad
                let problem = try await client.problem(
                    .get, "/v1/runs/run-1/events", headers: headers)
                #expect(problem.status == 400)
            }
        }
    }

    @Test("Who joins late gets the message so far whole, then its pieces, and never an id for them")
    func lateJoiner() async throws {
        let fixture = ServerFixture([.hang(after: "half a message")])
        try await fixture.serve(.live) { client, serving in
            _ = try await serving.runner.start(RunRequest("hi"))
            await fixture.model.waitForRequests(1)
            let open = try await OpenClient(
                try #require(client.port), .get, "/v1/runs/run-1/events", headers: Self.stream)
            var read = await open.read(until: "half a message")
            serving.runner.cancelLive("run-1")
            read += await open.read(until: "run_ended\"")
            let events = try SentEvent.all(in: OpenClient.body(of: read))
            #expect(events.ids == Array(1...events.ids.count))
            #expect(events.last?.type == "run_ended")
            let pieces = events.filter { $0.id == nil }
            #expect(pieces.types == ["message_so_far"])
            #expect(
                pieces.first?.data == [
                    "agent": "a", "round": 1, "index": 0, "text": "half a message", "reasoning": "",
                ])
            try await open.leave()
        }
    }

    @Test("Many readers that come at any time and break off see each id once, in order")
    func manyReaders() async throws {
        let replies = (1...6).map { number in
            ScriptedModel.Reply.text(
                "message \(number) of some words" + (number < 6 ? " [NEXT]" : ""))
        }
        var fixture = ServerFixture(
            agents: [AgentDefinition(id: "a"), AgentDefinition(id: "b")],
            routing: RoutingDefinition(signals: [
                "a": [SignalRoute("[NEXT]", to: "b")], "b": [SignalRoute("[NEXT]", to: "a")],
            ]),
            [
                "a": [replies[0], replies[2], replies[4]],
                "b": [replies[1], replies[3], replies[5]],
            ])
        fixture.definition.settings.maxHandoffs = 20
        try await fixture.serve(.live) { client, serving in
            let port = try #require(client.port)
            _ = try await serving.runner.start(RunRequest("hi"))
            let seen = try await withThrowingTaskGroup(of: [Int].self) { group in
                for reader in 0..<12 {
                    group.addTask { try await Self.readWithBreaks(port, every: reader % 4 + 1) }
                }
                return try await group.reduce(into: [[Int]]()) { $0.append($1) }
            }
            let last = try #require(try await serving.runner.record(of: "run-1")?.lastSequence)
            for ids in seen { #expect(ids == Array(1...last)) }
            await serving.untilNobodyListens()
        }
    }

    /// Reads until the run is at rest, leaving after every few events.
    private static func readWithBreaks(_ port: Int, every count: Int) async throws -> [Int] {
        var ids: [Int] = []
        while true {
            var headers = stream
            if let last = ids.last { headers[named: "Last-Event-ID"] = String(last) }
            let open = try await OpenClient(
                port, .get, "/v1/runs/run-1/events", headers: headers)
            let read = try await open.read { read in
                if read.contains("204 No Content\r\n") { return true }
                return try complete(read).ids.count >= count
            }
            try await open.leave()
            if read.contains("204 No Content\r\n") { return ids }
            ids += try complete(read).ids.prefix(count)
        }
    }

    /// The events of which everything has come.
    private static func complete(_ response: String) throws -> [SentEvent] {
        let body = OpenClient.body(of: response)
        guard let end = body.ranges(of: "\n\n").last?.lowerBound else { return [] }
        return try SentEvent.all(in: String(body[..<end]))
    }

    @Test("A replay over pauses and a restart shows them all, and what was half said is void")
    func overRestart() async throws {
        let first = ServerFixture([.hang(after: "half")])
        try await first.serve(.router) { client, serving in
            _ = try await serving.runner.start(RunRequest("hi"))
            await first.model.waitForRequests(1)
            // A process that dies writes nothing more: what is there now is copied.
            let record = try #require(try await serving.runner.record(of: "run-1"))
            let events = try await serving.runner.store.events(of: "run-1", after: 0, limit: 100)
            let survivor = InMemoryRunStore()
            try await survivor.create(
                RunRecord(
                    id: record.id, crew: record.crew, session: nil, createdAt: record.createdAt),
                events: events)
            serving.runner.cancelLive("run-1")
            try await Self.takeUp(survivor, after: events.count)
        }
    }

    private static func takeUp(_ store: InMemoryRunStore, after last: Int) async throws {
        var fixture = ServerFixture([.text("who? [WAIT]"), .text("bye")])
        fixture.store = store
        try await fixture.serve { client, serving in
            #expect(try await serving.runner.recover() == 1)
            _ = try await serving.runner.result(of: "run-1")
            _ = try await client.json(
                .post, "/v1/runs/run-1/resume", body: #"{"input": "me"}"#, .accepted)
            _ = try await serving.runner.result(of: "run-1")
            for after in [0, last] {
                let response = try await client.executeRequest(
                    uri: "/v1/runs/run-1/events?after=\(after)", method: .get, headers: stream,
                    body: nil)
                let events = try SentEvent.all(in: String(buffer: response.body))
                let end = try #require(events.ids.last)
                #expect(events.ids == Array(after + 1...end))
                let stored = events.filter { $0.id != nil }.types
                #expect(stored.contains("paused") && stored.contains("resumed"))
                let index = try #require(events.firstIndex { $0.type == "recovered" })
                #expect(events[index - 1].type == "message_abandoned")
                #expect(
                    events[index - 1].data == [
                        "agent": "a", "round": 1, "index": 0, "code": "interrupted",
                    ])
            }
        }
    }

    @Test("A client may take its run along, and a look at the head takes nothing")
    func onDisconnect() async throws {
        let fixture = ServerFixture([.hang(after: "some words")])
        try await fixture.serve(.live) { client, serving in
            _ = try await serving.runner.start(RunRequest("hi"))
            await fixture.model.waitForRequests(1)
            let port = try #require(client.port)
            let path = "/v1/runs/run-1/events?on_disconnect=cancel"
            let head = try await OpenClient(port, .head, path, headers: Self.stream)
            #expect(await head.read(until: "\r\n\r\n").contains("text/event-stream"))
            try await head.leave()
            await serving.untilNobodyListens()
            #expect(serving.runner.activeRuns == 1)
            let open = try await OpenClient(port, .get, path, headers: Self.stream)
            _ = await open.read(until: "some words")
            try await open.leave()
            #expect(try await serving.runner.result(of: "run-1").outcome == .cancelled)
        }
    }

    @Test("A run that waits for its session is followed from there to its end")
    func queued() async throws {
        let fixture = ServerFixture([.hang(after: ""), .text("second")])
        try await fixture.serve(.live) { client, serving in
            _ = try await serving.runner.start(RunRequest("1", session: "s"))
            await fixture.model.waitForRequests(1)
            var waiting = RunRequest("2", session: "s")
            waiting.ifBusy = .enqueue
            _ = try await serving.runner.start(waiting)
            let open = try await OpenClient(
                try #require(client.port), .get, "/v1/runs/run-2/events", headers: Self.stream)
            var read = await open.read(until: "event: queued")
            serving.runner.cancelLive("run-1")
            read += await open.read(until: "run_ended")
            #expect(read.contains("id: 1\nevent: queued"))
            #expect(read.contains("id: 2\nevent: run_started"))
            try await open.leave()
        }
    }

    @Test("Silence is broken by a comment, and a server that stops says goodbye in one")
    func comments() async throws {
        let clock = ManualClock()
        var fixture = ServerFixture([.hang(after: "word")])
        fixture.options.clock = clock
        fixture.definition.settings.keepAlive = .seconds(8)
        let model = fixture.model
        try await fixture.serve(.live) { client, serving in
            _ = try await serving.runner.start(RunRequest("hi"))
            await model.waitForRequests(1)
            let open = try await OpenClient(
                try #require(client.port), .get, "/v1/runs/run-1/events", headers: Self.stream)
            _ = await open.read(until: "word")
            let read = await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    while !Task.isCancelled {
                        await clock.waitForSleepers(of: .seconds(2))
                        clock.advance(by: .seconds(2))
                        _ = try? await client.executeRequest(
                            uri: "/health", method: .get, headers: [:], body: nil)
                    }
                }
                let read = await open.read(until: ": keep-alive\n\n")
                group.cancelAll()
                return read
            }
            #expect(read.contains(": keep-alive\n\n"))
            serving.server.streams.endAll()
            let goodbye = await open.read(until: ": shutting_down")
            #expect(goodbye.contains(#/retry: \d+\n: shutting_down\n\n/#), "\(goodbye)")
            try await open.leave()
            serving.runner.cancelLive("run-1")
        }
    }
}
