import CrewKit
import CrewTesting
import Hummingbird
import HummingbirdTesting
import Testing

import struct Foundation.Date

@testable import CrewServer

@Suite("Health", .timeLimit(.minutes(5)))
struct HealthTests {
    @Test("A server is ready, and tells of everything that it needs")
    func ready() async throws {
        var fixture = ServerFixture([])
        fixture.options.dependencies = {
            [
                DependencyState(
                    kind: .endpoint, name: "models.example", condition: .degraded,
                    problem: "keeps failing", figures: ["calls": 2])
            ]
        }
        try await fixture.serve { client, _ in
            let ready = try await client.json(.get, "/ready").document
            #expect(
                ready["status"] == "ready", "an endpoint that is away keeps nobody from reading")
            let states = ready["dependencies"]?.array ?? []
            #expect(states.map { $0["kind"] } == ["store", "endpoint"])
            #expect(states.last?["problem"] == "keeps failing")
            #expect(states.last?["figures"]?["calls"] == 2)
            #expect(try await client.json(.get, "/live").document == ["status": "ok"])
            let head = try await client.execute(uri: "/ready", method: .head)
            #expect(head.status == .ok && head.body.readableBytes == 0)
        }
    }

    @Test("A store that does not work makes it unready, and health says so with 200")
    func storeDown() async throws {
        var fixture = ServerFixture([])
        fixture.store = InterceptedRunStore(health: .degraded("no room")) { _, _ in }
        try await fixture.serve { client, _ in
            let ready = try await client.json(.get, "/ready", .serviceUnavailable)
            #expect(ready.document["status"] == "store_down")
            #expect(ready.headers[.retryAfter] == "1")
            let health = try await client.json(.get, "/health").document
            #expect(health["status"] == "degraded" && health["store_problem"] == "no room")
        }
    }

    @Test("What hangs is told after a second, and does not hold up what is asked after it")
    func hanging() async throws {
        let clock = ManualClock()
        var options = ServerOptions()
        options.clock = clock
        let (never, _) = AsyncStream.makeStream(of: Void.self)
        options.dependencies = {
            for await _ in never {}  // until the server ends
            return []
        }
        let watch = DependencyWatch(store: InMemoryRunStore(), options: options)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await watch.run() }
            for _ in 1...2 {
                async let hanging = watch.otherStates()
                await clock.waitForSleepers(of: .seconds(1))
                clock.advance(by: .seconds(1))
                let states = await hanging
                #expect(states.map(\.condition) == [.degraded])
                #expect(states.first?.problem?.hasPrefix("no answer") == true)
                #expect(await watch.storeState().condition == .working)
            }
            group.cancelAll()
        }
    }

    @Test(
        "A store that hangs lets the watchdog know, however long; one that says it is ill does not")
    func watchdog() async throws {
        let clock = ManualClock()
        var options = ServerOptions()
        options.clock = clock
        let (never, _) = AsyncStream.makeStream(of: Void.self)
        let ill = DependencyWatch(options: options) { .degraded("no room") }
        let hung = DependencyWatch(options: options) {
            for await _ in never {}  // until the test ends
            return .working
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await ill.run() }
            group.addTask { await hung.run() }
            #expect(await ill.storeAnswers())
            for condition in [DependencyState.Condition.degraded, .down] {
                async let answers = hung.storeAnswers()
                async let state = hung.storeState()
                await clock.waitForSleepers(of: .seconds(1), count: 2)
                clock.advance(by: .seconds(1))
                #expect(await !answers)
                #expect(await state.condition == condition)
                clock.advance(by: .seconds(9))
            }
            group.cancelAll()
        }
    }

    @Test("A store that was down and then says nothing stays down")
    func stillDown() async throws {
        let clock = ManualClock()
        let calls = Counter()
        let (never, _) = AsyncStream.makeStream(of: Void.self)
        let look = Look<Int>(patience: .seconds(1), clock: clock) {
            let call = calls.next()
            if call > 1 { for await _ in never {} }  // until the test ends
            return call
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await look.run() }
            if case .value(let value) = await look.answer() { #expect(value == 1) }
            async let silent = look.answer()
            await clock.waitForSleepers(of: .seconds(1))
            clock.advance(by: .seconds(1))
            if case .value = await silent { Issue.record("there was an answer") }
            #expect(look.last == 1)
            group.cancelAll()
        }
    }

    @Test("A clock that is put back makes no time negative")
    func clockBack() async throws {
        var fixture = ServerFixture([])
        let calls = Counter()
        fixture.options.now = {
            Date(timeIntervalSince1970: calls.next() == 1 ? 1_800_000_000 : 1_700_000_000)
        }
        try await fixture.serve { client, _ in
            let health = try await client.json(.get, "/health").document
            #expect(health["uptime_seconds"] == 0 && health["status"] == "ok")
        }
    }

    @Test("A store that is silent for long is down")
    func silentStore() async throws {
        let clock = ManualClock()
        let (never, _) = AsyncStream.makeStream(of: Void.self)
        let look = Look<Int>(patience: .seconds(1), clock: clock) {
            for await _ in never {}  // until the test ends
            return 1
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await look.run() }
            for expected in [1, 11] {
                async let answer = look.answer()
                await clock.waitForSleepers(of: .seconds(1))
                clock.advance(by: .seconds(1))
                if case .none(let silence) = await answer {
                    #expect(silence >= .seconds(expected))
                } else {
                    Issue.record("there was an answer")
                }
                clock.advance(by: .seconds(9))
            }
            group.cancelAll()
        }
    }

    @Test("Who may not read figures learns only whether it works")
    func strangers() async throws {
        let fixture = ServerFixture([])
        let runner = try fixture.makeRunner()
        let server = try CrewHTTPServer(
            runner: runner, options: fixture.options, logger: ServerFixture.logger)
        try await server.application.test(.router) { _ in
            let route = HealthRoute(
                crews: try ServedCrews([
                    ServedCrew(id: "test", runner: runner, loadedAt: Date(timeIntervalSince1970: 0))
                ]),
                options: fixture.options, streams: server.streams, watch: server.look,
                startedAt: Date(timeIntervalSince1970: 0))
            let stranger = Caller(key: nil, tenant: nil, scopes: [])
            #expect(
                try await text(of: route.health(stranger))
                    == #"{"status":"ok","service":"go-crewai-streaming"}"#)
            #expect(try await text(of: route.ready(stranger)) == #"{"status":"ready"}"#)
        }
    }

    @Test("A server that stands by lives, and takes nothing else until it has crews")
    func standby() async throws {
        let fixture = ServerFixture([.text("Hello.")])
        let runner = try fixture.makeRunner()
        let server = try CrewHTTPServer(
            standby: fixture.options, logger: ServerFixture.logger)
        try await server.application.test(.live) { client in
            #expect(try await client.execute(uri: "/live", method: .get).status == .ok)
            let ready = try await client.json(.get, "/ready", .serviceUnavailable)
            #expect(ready.document["status"] == "standby")
            for path in ["/v1/runs", "/nowhere", "/", "/api/crew/stream?q=x"] {
                let problem = try await client.problem(.get, path)
                #expect(problem.status == 503 && problem.headers[.retryAfter] == "1")
                #expect(problem.document["code"] == "not_ready")
            }
            let health = try await client.json(.get, "/health", .serviceUnavailable)
            #expect(health.document["status"] == "standby")
            server.serve(
                try ServedCrews([
                    ServedCrew(id: "test", runner: runner, loadedAt: Date(timeIntervalSince1970: 0))
                ]))
            #expect(try await client.json(.get, "/ready").document["status"] == "ready")
            #expect(try await client.json(.get, "/v1/runs").document["runs"] == [])
        }
    }

    @Test("A server that drains is not ready, begins nothing, and goes on being read")
    func drain() async throws {
        try await ServerFixture([.text("Hello.")]).serve { client, serving in
            _ = try await client.rest()
            serving.server.drain()
            let ready = try await client.json(.get, "/ready", .serviceUnavailable)
            #expect(ready.document["status"] == "draining")
            #expect(try await client.execute(uri: "/live", method: .get).status == .ok)
            let changes = [
                "/v1/runs", "/v1/crews/test/runs", "/v1/runs/run-1/resume", "/v1/runs/run-1/fork",
                "/v1/runs/run-1/cancel", "/api/crew/stream",
            ]
            for path in changes {
                let problem = try await client.problem(.post, path, body: #"{"input": "x"}"#)
                #expect(problem.status == 503 && problem.headers[.retryAfter] == "1", "\(path)")
                #expect(problem.document["code"] == "shutting_down")
            }
            let stream = try await client.problem(.get, "/api/crew/stream?q=x")
            #expect(stream.status == 503 && stream.document["code"] == "shutting_down")
            let read = try await client.json(.get, "/v1/runs/run-1")
            #expect(read.document["status"] == "ended")
            #expect(read.headers[.connection] == "close")
        }
    }

    private func text(of response: Response) async throws -> String {
        let writer = Collected()
        try await response.body.write(writer)
        return String(buffer: writer.bytes.value)
    }
}

/// A body that was written, as one text.
private struct Collected: ResponseBodyWriter {
    final class Bytes: @unchecked Sendable { var value = ByteBuffer() }
    let bytes = Bytes()

    func write(_ buffer: ByteBuffer) async throws { bytes.value.writeImmutableBuffer(buffer) }
    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
