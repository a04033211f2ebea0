import CrewKit
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Opens event streams: what those of all routes have in common.
struct StreamOpening: Sendable {
    let runner: CrewRunner
    let options: ServerOptions
    let streams: OpenStreams

    /// The response that shows these events.
    func response<Encoder: StreamEncoder>(
        _ events: RunEvents, _ encoder: Encoder, _ lease: StreamLease, to request: Request,
        logger: Logger
    ) -> Response {
        let stream = EventStream(
            events: events, runner: runner, encoder: encoder, lease: lease, logger: logger,
            clock: options.clock, goodbyeTime: options.goodbyeTime)
        let body = request.readingEnd
        return Response(
            status: .ok, headers: Self.headers,
            body: ResponseBody { writer in
                try await stream.write(to: ConnectionWriter(writer), reading: body)
            })
    }

    /// Goes on with a run that the client has seen a part of; never makes it do anything.
    ///
    /// A run at rest of which there is nothing new is answered with 204: to an `EventSource` that
    /// means that it need not come again.
    ///
    /// - Parameter encoder: makes the encoder for what comes after an event.
    /// - Throws: `tooManyRuns`, `shuttingDown`, or what the store throws.
    func continuation<Encoder: StreamEncoder>(
        of record: RunRecord, after sequence: Int, onDisconnect: OnDisconnect, to request: Request,
        _ context: ServerContext, encoder: (Int) -> Encoder
    ) async throws -> Response {
        if record.isAtRest, sequence >= record.lastSequence { return Response(status: .noContent) }
        // An id that the run has not reached is another run's, or a wish.
        let seen = min(sequence, record.lastSequence)
        let lease = try StreamLease(
            in: streams, for: context.streamOwner, of: context.caller)
        let start = Encoder.lookBack.map { max(0, seen - $0) } ?? 0
        let events = try await runner.events(of: record.id, after: start)
        if onDisconnect == .cancel, request.method != .head {
            lease.whenAbandoned { [runner] in runner.cancelLive(record.id) }
        }
        return response(events, encoder(seen), lease, to: request, logger: context.logger)
    }

    private static let headers: HTTPFields = {
        var headers: HTTPFields = [
            .contentType: "text/event-stream; charset=utf-8",
            .cacheControl: "no-cache, no-transform",
            // It cannot be used again, because its reading end was watched for a close.
            .connection: "close",
        ]
        // Tells nginx to pass on what it gets at once.
        headers[named: "X-Accel-Buffering"] = "no"
        return headers
    }()
}

extension Request {
    /// Where the end of the connection shows, for who looks out for it: without what is left of a body.
    ///
    /// A body that is read there too, and that never comes to its end, would end the process.
    var readingEnd: RequestBody {
        var request = self
        request.body = RequestBody(buffer: ByteBuffer())
        return request.body
    }
}
