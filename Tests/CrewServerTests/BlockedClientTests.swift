import CrewKit
import CrewTesting
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import CrewServer

@Suite("A client that does not read", .timeLimit(.minutes(5)))
struct BlockedClientTests {
    /// More than the connection holds on both sides.
    private static let muchText = String(repeating: "words ", count: 4_000_000)

    /// A run that has said much and goes on silently.
    private func fixture(_ clock: ManualClock) -> ServerFixture {
        var fixture = ServerFixture([.hang(after: Self.muchText)])
        fixture.options.clock = clock
        fixture.options.writeTimeout = .seconds(8)
        fixture.options.goodbyeTime = .seconds(1)
        fixture.definition.settings.keepAlive = .seconds(8)
        return fixture
    }

    @Test("It is cut off when a ping cannot be written")
    func stuckPing() async throws {
        let clock = ManualClock()
        let fixture = fixture(clock)
        try await fixture.serve(.live) { client, serving in
            let port = try #require(client.port)
            let open = try await OpenClient(port, #"{"query": "hi"}"#, isReading: false)
            await fixture.model.waitForRequests(1)
            while serving.server.streams.count > 0 { await tick(clock, client) }
            try await open.startReading()
            _ = await open.read(until: "never said")
            try await open.leave()
        }
    }

    @Test("The crew's own patience with readers counts before the server's")
    func ownPatience() async throws {
        let clock = ManualClock()
        var fixture = fixture(clock)
        fixture.options.writeTimeout = .seconds(6_000)
        fixture.definition.settings.readerPatience = .seconds(8)
        let model = fixture.model
        try await fixture.serve(.live) { client, serving in
            let port = try #require(client.port)
            let open = try await OpenClient(port, #"{"query": "hi"}"#, isReading: false)
            await model.waitForRequests(1)
            var ticks = 0
            while serving.server.streams.count > 0 {
                await tick(clock, client)
                ticks += 1
            }
            #expect(ticks < 1_000)
            try await open.startReading()
            _ = await open.read(until: "never said")
            try await open.leave()
        }
    }

    /// A keep-alive and a patience, and the ticks that they come to.
    static let ticks: [(Duration, Duration, Duration, Int, Int)] = [
        (.seconds(30), .seconds(60), .milliseconds(7_500), 4, 8),
        (.seconds(30), .milliseconds(500), .milliseconds(250), 120, 2),
        (.seconds(8), .seconds(8), .seconds(2), 4, 4),
        (.milliseconds(1), .milliseconds(1), .milliseconds(10), 4, 2),
    ]

    @Test("A tick is short enough for pings and for patience", arguments: ticks)
    func tickLengths(
        _ keepAlive: Duration, _ patience: Duration, _ period: Duration, _ silent: Int,
        _ stuck: Int
    ) {
        let ticker = StreamTicker(
            streams: OpenStreams(limit: 1), keepAlive: { keepAlive }, writeTimeout: { patience },
            clock: ManualClock())
        #expect(ticker.period == period)
        #expect(ticker.ticksBeforePing == silent)
        #expect(ticker.ticksBeforeGivingUp == stuck)
    }

    @Test("It does not hold up a server that stops: the goodbye has its time, then it is cut off")
    func stuckGoodbye() async throws {
        let clock = ManualClock()
        let fixture = fixture(clock)
        try await fixture.serve(.live) { client, serving in
            let port = try #require(client.port)
            let open = try await OpenClient(port, #"{"query": "hi"}"#, isReading: false)
            await fixture.model.waitForRequests(1)
            let streams = serving.server.streams
            while !streams.all().contains(where: \.isWriting) { await tick(clock, client) }
            streams.drain()
            streams.endAll()
            while streams.count > 0 {
                clock.advance(by: fixture.options.goodbyeTime)
                await Task.yield()
            }
            try await open.startReading()
            _ = await open.read(until: "never said")
            try await open.leave()
        }
    }

    /// One step of the ticker; the request keeps the clock from running ahead of the server.
    private func tick(_ clock: ManualClock, _ client: any TestClientProtocol) async {
        await clock.waitForSleepers(of: .seconds(2))
        clock.advance(by: .seconds(2))
        _ = try? await client.executeRequest(uri: "/health", method: .get, headers: [:], body: nil)
    }
}
