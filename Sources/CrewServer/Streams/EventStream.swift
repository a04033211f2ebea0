import CrewKit
import Hummingbird
import Logging
import NIOCore

/// One client's view of a run: copies it to the connection until either is done.
struct EventStream<Encoder: StreamEncoder>: Sendable {
    let events: RunEvents
    let runner: CrewRunner
    let encoder: Encoder
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
        case .clientLeft, .stalled, .keyGone:
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
        var reading = RunReading(events, after: encoder.lastSequence, of: runner)
        try await write(Encoder.preamble, upTo: encoder.lastSequence, to: connection)
        while true {
            let (bytes, isLast) = try await nextBytes(of: &reading, &encoder)
            if isLast, !lease.watch.beginLastFrame() { return lease.watch.reason ?? .clientLeft }
            if bytes.readableBytes > 0 {
                try await write(bytes, upTo: encoder.lastSequence, to: connection)
            }
            guard isLast else { continue }
            // Under the watch as well: what is not taken yet may hold up the end of the response.
            try await lease.watch.writing(upTo: encoder.lastSequence) {
                try await connection.finish()
            }
            return .runAtRest
        }
    }

    private func write(
        _ bytes: ByteBuffer, upTo sequence: Int, to connection: ConnectionWriter
    ) async throws {
        try await lease.watch.writing(upTo: sequence) { try await connection.write(bytes) }
    }

    /// What is new of the run, or what says that there will be nothing.
    private func nextBytes(
        of reading: inout RunReading, _ encoder: inout Encoder
    ) async throws -> (bytes: ByteBuffer, isLast: Bool) {
        do {
            switch try await reading.next() {
            case .items(let items): return (try encoder.encode(items), false)
            case .atRest(let record): return (encoder.end(record), true)
            }
        } catch let error as CrewError {
            if ErrorResponse.isUnexpected(error) {
                logger.error(
                    "reading a run failed",
                    metadata: ["error": "\(ErrorResponse.fullText(of: error))"])
            }
            return (farewell(encoder.end(error), if: error.code == .shuttingDown), true)
        } catch  where !(error is CancellationError) {
            logger.error(
                "reading a run failed", metadata: ["error": "\(ErrorResponse.fullText(of: error))"])
            let failure = CrewError(.internalError, "something went wrong on this side")
            return (encoder.end(failure), true)
        }
    }

    /// Pings when asked to.
    private func keepAlive(_ connection: ConnectionWriter) async throws {
        let watch = lease.watch
        for await _ in watch.pings {
            let sequence = watch.lastSequence
            try await write(encoder.ping(after: sequence), upTo: sequence, to: connection)
        }
    }

    /// Says in the same frame when to come again: the clients of a server that ends not all at once.
    private func farewell(_ frame: ByteBuffer, if isDue: Bool = true) -> ByteBuffer {
        guard isDue else { return frame }
        let spread = lease.watch.number * 61 % 1_000
        var bytes = ByteBuffer(string: "retry: \(500 + spread)\n")
        bytes.writeImmutableBuffer(frame)
        return bytes
    }

    /// - Throws: when the client does not take it within `goodbyeTime`.
    private func sayGoodbyeInTime(_ connection: ConnectionWriter) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await connection.write(
                    self.farewell(self.encoder.goodbye(after: self.lease.watch.lastSequence)))
                try await connection.finish()
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
}
