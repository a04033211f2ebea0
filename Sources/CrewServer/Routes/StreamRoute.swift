import CrewKit
import Hummingbird

/// `GET|POST /api/crew/stream`: works one input, or goes on with a run, and streams what happens.
struct StreamRoute: Sendable {
    private let crews: ServedCrews
    /// Of one of the crews: any of them tells of a run of any crew.
    private let runner: CrewRunner
    private let options: ServerOptions
    private let opening: StreamOpening

    init(crews: ServedCrews, options: ServerOptions, streams: OpenStreams) {
        let runner = crews.first.runner
        self.crews = crews
        self.runner = runner
        self.options = options
        opening = StreamOpening(runner: runner, options: options, streams: streams)
    }

    /// A run under way, and from where on this stream shows it.
    private struct Begun {
        let events: RunEvents
        let session: SessionID
        var shownFrom = 0
        var isAnswering = false
    }

    /// Everything that can be refused is refused before the first byte of the stream.
    func respond(to request: Request, _ context: Routes.Context) async throws -> Response {
        var request = request
        let query = QueryString(request.uri.query)
        let body = try await request.readBody(upTo: options.limits.maxBodyBytes)
        let lastEventID = try request.headers.lastEventID()
        let continuation = try StreamContinuation(
            query, lastEventID: lastEventID, hasBody: body.readableBytes > 0)
        if let continuation {
            return try await goOn(continuation, request, context)
        }
        let asked =
            request.method == .post
            ? try StreamRequest(
                body: body, contentType: request.headers[.contentType], query: query)
            : try StreamRequest(query: query)
        if let lastEventID {
            let continuation = StreamContinuation(repeating: asked, lastEventID: lastEventID)
            return try await goOn(continuation, request, context)
        }
        return try await work(asked, request, context)
    }

    private func work(
        _ asked: StreamRequest, _ request: Request, _ context: Routes.Context
    ) async throws -> Response {
        let crew = try asked.crew.map(crews.crew(named:)) ?? crews.first
        let runner = crew.runner
        let check = InputCheck(limits: options.limits, settings: runner.crew.settings)
        try check.query(asked.query)
        try check.history(asked.history)
        let lease = try StreamLease(
            in: opening.streams, for: context.streamOwner, of: context.caller)
        let begun = try await begin(asked, with: runner, context)
        if asked.onDisconnect == .cancel {
            lease.whenAbandoned { runner.cancelLive(begun.events.run) }
        }
        let encoder = FrameEncoder(
            facts: facts(
                of: begun.events.run, in: begun.session.written(by: context.caller.tenant),
                crew: runner.name, context.origin),
            after: begun.shownFrom, isAnswering: begun.isAnswering, now: options.now)
        return opening.response(
            begun.events, encoder, lease, to: request, logger: context.logger)
    }

    /// Goes on with the conversation's paused run, or starts a new one.
    private func begin(
        _ asked: StreamRequest, with runner: CrewRunner, _ context: Routes.Context
    ) async throws -> Begun {
        let caller = context.caller
        let asksIn = asked.session.map(caller.session)
        try await caller.checkMayUse(asksIn, in: runner.store)
        if let session = asksIn, let run = try await runner.pausedRun(in: session),
            let record = try await runner.record(of: run), record.crew == runner.name,
            caller.sees(record), case .paused(let agent) = record.status
        {
            if let wanted = asked.resumeAgent, wanted != agent {
                throw CrewError(
                    .conflict,
                    "the session waits at agent '\(agent)'; send that as resume_agent, or none")
            }
            return Begun(
                events: try await runner.resumeFollowing(
                    run, with: asked.query, origin: context.origin),
                session: session, shownFrom: record.lastSequence, isAnswering: true)
        }
        let session = asksIn ?? caller.session(options.makeSessionID())
        var request = RunRequest(
            asked.query, session: session, history: asked.history.map(\.entry),
            startAgent: asked.resumeAgent)
        (request.tenant, request.origin) = (caller.tenant, context.origin)
        let events = try await runner.startFollowing(request)
        return Begun(events: events, session: session)
    }

    private func facts(
        of run: RunID, in session: SessionID?, crew: String, _ origin: RunOrigin?
    ) -> StreamFacts {
        let served = crews.crew(ofRunsOf: crew)
        return StreamFacts(
            run: run, session: session, crewName: crew,
            agentNames: runner.runner(of: crew)?.crew.agentNames ?? [:],
            modelDescription: served?.modelDescription ?? "",
            isScripted: served?.isScripted ?? false, origin: origin)
    }
}

extension StreamRoute {
    /// Shows the rest of a run on a new connection; starts nothing.
    private func goOn(
        _ asked: StreamContinuation, _ request: Request, _ context: Routes.Context
    ) async throws -> Response {
        guard let record = try await record(of: asked, for: context.caller) else {
            return Response(status: .noContent)
        }
        return try await opening.continuation(
            of: record, after: asked.after, onDisconnect: asked.onDisconnect, to: request,
            context
        ) { sequence in
            FrameEncoder(
                facts: facts(
                    of: record.id, in: record.writtenSession, crew: record.crew, record.origin),
                after: sequence, now: options.now)
        }
    }

    /// The run that is meant; `nil` when nobody can say.
    private func record(
        of asked: StreamContinuation, for caller: Caller
    ) async throws -> RunRecord? {
        if let run = asked.run {
            guard let record = try await runner.record(of: run), caller.sees(record) else {
                throw CrewError.unknownRun(run)
            }
            return record
        }
        guard let session = asked.session else { return nil }
        let newest = try await runner.store.newestRun(in: caller.session(session))
        return newest.flatMap { caller.sees($0) ? $0 : nil }
    }
}
