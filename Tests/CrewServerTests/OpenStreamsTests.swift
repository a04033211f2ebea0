import CrewKit
import CrewTesting
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import CrewServer

@Suite("Open streams", .timeLimit(.minutes(5)))
struct OpenStreamsTests {
    @Test("One more than the limit is refused until one is closed")
    func limit() throws {
        let streams = OpenStreams(limit: 1)
        let first = try streams.open(for: nil)
        #expect(throws: CrewError.self) { try streams.open(for: nil) }
        streams.close(first)
        _ = try streams.open(for: nil)
        #expect(streams.count == 1)
    }

    @Test("One owner has no more than its part, and gets a place back with each that is closed")
    func owners() throws {
        let counts = ServerCounts()
        let streams = OpenStreams(limit: 5, perOwner: 1, counts: counts)
        let first = try streams.open(for: "a")
        let error = #expect(throws: CrewError.self) { try streams.open(for: "a") }
        #expect(error?.code == .tooManyRuns && error?.retryAfter == .seconds(5))
        _ = try streams.open(for: "b")
        _ = try streams.open(for: nil)
        _ = try streams.open(for: nil)
        streams.close(first)
        streams.close(first)
        _ = try streams.open(for: "a")
        #expect(throws: CrewError.self) { try streams.open(for: "a") }
        #expect(counts.refusals[.readers] == 2 && streams.count == 4)
    }

    @Test("However a stream is asked for, it takes one of its owner's places")
    func counted() async throws {
        var fixture = ServerFixture([.text("Hello.")])
        fixture.options.rates.maxReadersPerOwner = 0
        fixture.options.keys = try TestKeys.keys(
            TestKeys.line("acme", TestKeys.tenants, tenant: "acme"))
        try await fixture.serve { client, _ in
            let body = #"{"input": "hi"}"#
            let run = try await client.json(
                .post, "/v1/runs", headers: .key("acme"), body: body, .accepted
            ).document["id"]?.string
            let asked: [(HTTPRequest.Method, String, [String: String], String?)] = [
                (.get, "/api/crew/stream?q=x", [:], nil),
                (.get, "/api//crew/stream?q=x", [:], nil),
                (
                    .get, "/v1/runs/\(run ?? "")/events", ["Accept": "Text/Event-Stream"], nil
                ),
                (.post, "/v1/runs", ["Prefer": "wait"], body),
            ]
            for (method, path, fields, body) in asked {
                let refused = try await client.problem(
                    method, path, headers: .key("acme", fields), body: body)
                #expect(refused.status == 503 && refused.headers[.retryAfter] == "5", "\(path)")
            }
        }
        #expect(fixture.options.counts.refusals[.readers] == 4)
    }

    @Test("A silent stream is asked to ping after the full number of ticks")
    func pings() async throws {
        let streams = OpenStreams(limit: 1)
        let watch = try streams.open(for: nil)
        for _ in 1...3 { streams.tick(pingAfter: 4, giveUpAfter: 9) }
        await watch.writing(upTo: 7) {}
        for _ in 1...3 { streams.tick(pingAfter: 4, giveUpAfter: 9) }
        watch.end(.clientLeft)
        var pings = 0
        for await _ in watch.pings { pings += 1 }
        #expect(pings == 0)
        #expect(watch.lastSequence == 7)

        streams.close(watch)
        let silent = try streams.open(for: nil)
        for _ in 1...4 { streams.tick(pingAfter: 4, giveUpAfter: 9) }
        silent.end(.clientLeft)
        for await _ in silent.pings { pings += 1 }
        #expect(pings == 1)
    }

    @Test("A stream whose client takes nothing is given up")
    func stalled() async throws {
        let streams = OpenStreams(limit: 1)
        let watch = try streams.open(for: nil)
        await watch.writing(upTo: 1) {
            for _ in 1...9 { streams.tick(pingAfter: 4, giveUpAfter: 9) }
        }
        #expect(watch.reason == .stalled)
    }

    @Test("A ping that returns late does not take the newest id back")
    func lateID() async throws {
        let watch = try OpenStreams(limit: 1).open(for: nil)
        await watch.writing(upTo: 3) {
            await watch.writing(upTo: 9) {}
        }
        #expect(watch.lastSequence == 9)
    }

    @Test("The end is heard while nobody takes the pings")
    func heardEnd() async throws {
        let watch = try OpenStreams(limit: 1).open(for: nil)
        watch.end(.shuttingDown)
        watch.end(.stalled)
        #expect(try await watch.untilEnded() == .shuttingDown)
    }

    @Test("A stream has one last frame: its run's, or the one that says why it has to end")
    func oneLastFrame() throws {
        let streams = OpenStreams(limit: 2)
        let (run, server) = (try streams.open(for: nil), try streams.open(for: nil))
        #expect(run.beginLastFrame())
        run.end(.shuttingDown)
        #expect(run.isLastFrameDue)
        server.end(.shuttingDown)
        #expect(!server.beginLastFrame())
        #expect(!server.isLastFrameDue)
    }

    @Test("A draining server takes in no more, and ends the rest when told")
    func drain() throws {
        let streams = OpenStreams(limit: 2)
        let watch = try streams.open(for: nil)
        streams.drain()
        let error = #expect(throws: CrewError.self) { try streams.open(for: nil) }
        #expect(error?.code == .shuttingDown)
        #expect(watch.reason == nil)
        streams.endAll()
        #expect(watch.reason == .shuttingDown)
    }

    @Test("A lease that is dropped does once what its client's leaving means")
    func lease() throws {
        let streams = OpenStreams(limit: 2)
        let count = Counter()
        do {
            let lease = try StreamLease(in: streams, for: nil)
            lease.whenAbandoned { _ = count.next() }
            lease.abandon()
            let settled = try StreamLease(in: streams, for: nil)
            settled.whenAbandoned { _ = count.next() }
            settled.settle()
            #expect(streams.count == 2)
        }
        #expect(streams.count == 0)
        #expect(count.next() == 2)
    }
}
