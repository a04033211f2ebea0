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
