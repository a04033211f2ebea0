import CrewKit
import Testing

@testable import CrewServer

@Suite("Open streams", .timeLimit(.minutes(5)))
struct OpenStreamsTests {
    @Test("One more than the limit is refused until one is closed")
    func limit() throws {
        let streams = OpenStreams(limit: 1)
        let first = try streams.open()
        #expect(throws: CrewError.self) { try streams.open() }
        streams.close(first)
        _ = try streams.open()
        #expect(streams.count == 1)
    }

    @Test("A silent stream is asked to ping after the full number of ticks")
    func pings() async throws {
        let streams = OpenStreams(limit: 1)
        let watch = try streams.open()
        for _ in 1...3 { streams.tick(pingAfter: 4, giveUpAfter: 9) }
        await watch.writing(upTo: 7) {}
        for _ in 1...3 { streams.tick(pingAfter: 4, giveUpAfter: 9) }
        watch.end(.clientLeft)
        var pings = 0
        for await _ in watch.pings { pings += 1 }
        #expect(pings == 0)
        #expect(watch.lastSequence == 7)

        streams.close(watch)
        let silent = try streams.open()
        for _ in 1...4 { streams.tick(pingAfter: 4, giveUpAfter: 9) }
        silent.end(.clientLeft)
        for await _ in silent.pings { pings += 1 }
        #expect(pings == 1)
    }

    @Test("A stream whose client takes nothing is given up")
    func stalled() async throws {
        let streams = OpenStreams(limit: 1)
        let watch = try streams.open()
        await watch.writing(upTo: 1) {
            for _ in 1...9 { streams.tick(pingAfter: 4, giveUpAfter: 9) }
        }
        #expect(watch.reason == .stalled)
    }

    @Test("A ping that returns late does not take the newest id back")
    func lateID() async throws {
        let watch = try OpenStreams(limit: 1).open()
        await watch.writing(upTo: 3) {
            await watch.writing(upTo: 9) {}
        }
        #expect(watch.lastSequence == 9)
    }

    @Test("The end is heard while nobody takes the pings")
    func heardEnd() async throws {
        let watch = try OpenStreams(limit: 1).open()
        watch.end(.shuttingDown)
        watch.end(.stalled)
        #expect(try await watch.untilEnded() == .shuttingDown)
    }

    @Test("A stream has one last frame: its run's, or the one that says why it has to end")
    func oneLastFrame() throws {
        let streams = OpenStreams(limit: 2)
        let (run, server) = (try streams.open(), try streams.open())
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
        let watch = try streams.open()
        streams.drain()
        let error = #expect(throws: CrewError.self) { try streams.open() }
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
            let lease = try StreamLease(in: streams)
            lease.whenAbandoned { _ = count.next() }
            lease.abandon()
            let settled = try StreamLease(in: streams)
            settled.whenAbandoned { _ = count.next() }
            settled.settle()
            #expect(streams.count == 2)
        }
        #expect(streams.count == 0)
        #expect(count.next() == 2)
    }
}
