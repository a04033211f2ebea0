import CrewKit
import Hummingbird
import Logging
import NIOCore

import struct Foundation.Date

/// One client's view of a run: copies its frames to the connection until either is done.
struct EventStream: Sendable {
    let events: RunEvents
    let encoder: FrameEncoder
    let lease: StreamLease
    let logger: Logger
    /// Waits with this clock for the last write.
    let clock: any Clock<Duration>
    /// How long the goodbye to a client may take that perhaps takes nothing.
    let goodbyeTime: Duration

    /// Writes the response's body and ends it.
    ///
    /// - Throws: when the client has left or takes nothing; the connection is closed then.
    func write(to connection: ConnectionWriter, reading request: RequestBody) async throws {
        // A stream that is silent would notice only at its next write that nobody listens.
        let ending = try await request.consumeWithInboundCloseHandler { _ in
            try await self.untilFirstEnd(connection)
        } onInboundClosed: {
            self.lease.watch.end(.clientLeft)
        }
        switch ending {
        case .runAtRest: lease.settle()
        case .shuttingDown:
            lease.settle()
            try await sayGoodbyeInTime(connection)
        case .clientLeft, .stalled:
            lease.abandon()
            throw CancellationError()
        }
    }

    /// Whichever ends first ends the others. None of them relies on a write that returns but the
    /// writers themselves: a client that takes nothing must not hide that the stream is over.
    private func untilFirstEnd(_ connection: ConnectionWriter) async throws -> StreamWatch.Ending {
        try await withThrowingTaskGroup(of: StreamWatch.Ending?.self) { group in
            group.addTask { try await self.copy(to: connection) }
            group.addTask { try await self.lease.watch.untilEnded() }
            group.addTask {
                try await self.keepAlive(connection)
                return nil
            }
            defer { group.cancelAll() }
            for try await ending in group {
                switch ending {
                case nil: continue
                case .shuttingDown where self.lease.watch.isLastFrameDue:
                    group.addTask {
                        try await self.clock.sleep(for: self.goodbyeTime)
                        return .stalled
                    }
                case .some(let ending): return ending
                }
            }
            return .clientLeft
        }
    }

    private func copy(to connection: ConnectionWriter) async throws -> StreamWatch.Ending {
        var encoder = encoder
        var reader = events.makeAsyncIterator()
        while !encoder.isFinished {
            let frames = try await nextFrames(of: &reader, &encoder)
            guard frames.readableBytes > 0 else { continue }
            if encoder.isFinished, !lease.watch.beginLastFrame() {
                return lease.watch.reason ?? .clientLeft
            }
            try await lease.watch.writing(upTo: encoder.lastSequence) {
                try await connection.write(frames)
            }
        }
        // Under the watch as well: what is not taken yet may hold up the end of the response.
        try await lease.watch.writing(upTo: encoder.lastSequence) { try await connection.finish() }
        return .runAtRest
    }

    /// What is new of the run, or the frame that says why there will be nothing.
    private func nextFrames(
        of reader: inout RunEvents.Iterator, _ encoder: inout FrameEncoder
    ) async throws -> ByteBuffer {
        do {
            if let items = try await reader.nextBatch() { return encoder.encode(items) }
            return encoder.encode(CrewError(.conflict, "the run is not worked any more"))
        } catch let error as CrewError {
            return encoder.encode(error)
        } catch  where !(error is CancellationError) {
            logger.error("reading a run failed", metadata: ["error": "\(error)"])
            return encoder.encode(CrewError(.internalError, "something went wrong on this side"))
        }
    }

    /// Pings when asked to.
    private func keepAlive(_ connection: ConnectionWriter) async throws {
        let watch = lease.watch
        for await _ in watch.pings {
            let sequence = watch.lastSequence
            let frame = FrameEncoder.ping(id: sequence, facts: encoder.facts, at: encoder.now())
            try await watch.writing(upTo: sequence) { try await connection.write(frame) }
        }
    }

    /// - Throws: when the client does not take it within `goodbyeTime`.
    private func sayGoodbyeInTime(_ connection: ConnectionWriter) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await self.sayGoodbye(connection)
                return true
            }
            group.addTask {
                try await self.clock.sleep(for: self.goodbyeTime)
                return false
            }
            defer { group.cancelAll() }
            guard try await group.next() == true else { throw CancellationError() }
        }
    }

    private func sayGoodbye(_ connection: ConnectionWriter) async throws {
        var last = FrameEncoder(
            facts: encoder.facts, after: lease.watch.lastSequence, now: encoder.now)
        let text = "the server is shutting down before the run came to rest"
        try await connection.write(last.encode(CrewError(.shuttingDown, text)))
        try await connection.finish()
    }
}
