import CrewKit
import HTTPTypes
import Hummingbird
import Logging

/// `GET|POST /api/crew/stream`: works one input and streams what happens.
struct StreamRoute: Sendable {
    let runner: CrewRunner
    let options: ServerOptions
    let streams: OpenStreams
    let agentNames: [AgentID: String]

    init(runner: CrewRunner, options: ServerOptions, streams: OpenStreams) {
        self.runner = runner
        self.options = options
        self.streams = streams
        agentNames = Dictionary(
            uniqueKeysWithValues: runner.crew.allAgents.map { ($0.id, $0.definition.name) })
    }

    /// A run under way, and from where on this stream shows it.
    private struct Begun {
        let events: RunEvents
        let session: SessionID
        let shownFrom: Int
    }

    /// Everything that can be refused is refused before the first byte of the stream.
    func respond(to request: Request, logger: Logger) async throws -> Response {
        var request = request
        let asked = try await read(&request)
        let check = InputCheck(limits: options.limits, settings: runner.crew.settings)
        try check.query(asked.query)
        try check.history(asked.history)
        let lease = try StreamLease(in: streams)
        let begun = try await begin(asked)
        if asked.onDisconnect == .cancel {
            lease.whenAbandoned { [runner] in runner.cancelLive(begun.events.run) }
        }
        let stream = EventStream(
            events: begun.events,
            encoder: FrameEncoder(
                facts: facts(of: begun), after: begun.shownFrom, now: options.now),
            lease: lease, logger: logger, clock: options.clock, goodbyeTime: options.goodbyeTime)
        let body = request.body
        return Response(
            status: .ok, headers: Self.headers,
            body: ResponseBody { writer in
                try await stream.write(to: ConnectionWriter(writer), reading: body)
            })
    }

    private func read(_ request: inout Request) async throws -> StreamRequest {
        let query = QueryString(request.uri.query)
        guard request.method == .post else { return try StreamRequest(query: query) }
        let limit = options.limits.maxBodyBytes
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw CrewError(
                .bodyTooLarge, "the body has \(length) bytes; at most \(limit) are taken")
        }
        let body = try await request.collectBody(upTo: limit)
        return try StreamRequest(
            body: body, contentType: request.headers[.contentType], query: query)
    }

    /// Goes on with the conversation's paused run, or starts a new one.
    private func begin(_ asked: StreamRequest) async throws -> Begun {
        if let session = asked.session, let run = try await runner.pausedRun(in: session),
            let record = try await runner.record(of: run), case .paused(let agent) = record.status
        {
            if let wanted = asked.resumeAgent, wanted != agent {
                throw CrewError(
                    .conflict,
                    "the session waits at agent '\(agent)'; send that as resume_agent, or none")
            }
            return Begun(
                events: try await runner.resumeFollowing(run, with: asked.query),
                session: session, shownFrom: record.lastSequence)
        }
        let session = asked.session ?? options.makeSessionID()
        let events = try await runner.startFollowing(
            RunRequest(
                asked.query, session: session, history: asked.history.map(\.entry),
                startAgent: asked.resumeAgent))
        return Begun(events: events, session: session, shownFrom: 0)
    }

    private func facts(of begun: Begun) -> StreamFacts {
        StreamFacts(
            run: begun.events.run, session: begun.session, crewName: runner.crew.name,
            agentNames: agentNames, modelDescription: options.modelDescription,
            isScripted: options.isScripted)
    }

    private static let headers: HTTPFields = {
        var headers: HTTPFields = [
            .contentType: "text/event-stream; charset=utf-8",
            .cacheControl: "no-cache, no-transform",
            // It cannot be used again, because its reading end was watched for a close.
            .connection: "close",
        ]
        // Tells nginx to pass on what it gets at once.
        if let buffering = HTTPField.Name("X-Accel-Buffering") { headers[buffering] = "no" }
        return headers
    }()
}
