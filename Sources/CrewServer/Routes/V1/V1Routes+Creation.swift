import CrewKit
import Hummingbird
import Logging

/// New runs.
extension V1Routes {
    func create(_ request: Request, _ context: Routes.Context) async throws -> Response {
        try await create(request, context, for: nil)
    }

    /// - Parameter crew: the one that the path names; absent where the body may name one.
    func create(
        _ request: Request, _ context: Routes.Context, for crew: ServedCrew?
    ) async throws -> Response {
        var request = request
        _ = try parameters(of: request)
        let object = try await request.readObject(upTo: options.limits.maxBodyBytes)
        let runner = try runner(for: object, at: crew)
        let creation = try RunCreation(
            object, key: try request.headers.idempotencyKey(), crew: runner.name,
            check: check(for: runner), context: context)
        try await context.caller.checkMayUse(creation.request.session, in: runner.store)
        guard let patience = request.headers.preferredWait else {
            let run = try await runner.start(creation.request)
            return try await document(run, .accepted, location(of: run))
        }
        // Whoever waits holds a connection like a stream does, and counts as one.
        let lease = try StreamLease(
            in: opening.streams, for: context.streamOwner, of: context.caller)
        let run = try await runner.start(creation.request)
        var headers = location(of: run)
        // It cannot be used again, because its reading end was watched for a close.
        headers[.connection] = "close"
        do {
            if try await wait(for: run, atMost: patience, lease, request) {
                var headers = headers
                headers[named: "Preference-Applied"] = "wait"
                return try await document(run, .ok, headers)
            }
        } catch let error as CrewError {
            // The run is accepted, whatever becomes of the waiting: an error would make the client
            // ask for it again.
            if ErrorResponse.isUnexpected(error) {
                context.logger.error(
                    "waiting for a run failed",
                    metadata: ["run_id": "\(run)", "error": "\(ErrorResponse.fullText(of: error))"])
            }
        }
        return try await accepted(run, creation.request, headers, context, of: runner.name)
    }

    /// The crew that an input is for.
    ///
    /// - Throws: `unknownCrew`; `invalidInput` when the body names another one than the path.
    private func runner(
        for object: JSONObject, at crew: ServedCrew?
    ) throws(CrewError) -> CrewRunner {
        guard let word = object["crew"]?.string else { return (crew ?? crews.first).runner }
        let named = try crews.crew(named: word)
        guard crew == nil || crew?.id == named.id else {
            throw CrewError(
                .invalidInput, "crew is '\(named.id)' in the body and another one in the path")
        }
        return named.runner
    }

    /// Tells of a run that is not waited for, also when it cannot be read now.
    private func accepted(
        _ run: RunID, _ request: RunRequest, _ headers: HTTPFields, _ context: Routes.Context,
        of crew: String
    ) async throws -> Response {
        do {
            return try await document(run, .accepted, headers)
        } catch let error as CrewError {
            context.logger.error(
                "a new run cannot be read",
                metadata: ["run_id": "\(run)", "error": "\(ErrorResponse.fullText(of: error))"])
            let record = RunRecord(
                id: run, crew: crew, session: request.session, createdAt: options.now())
            return .json(RunDocument(record: record, result: nil).json, .accepted, headers)
        }
    }

    func fork(_ request: Request, _ context: Routes.Context) async throws -> Response {
        var request = request
        let record = try await ownRecord(request, context)
        let members = try await members(of: &request, "step", "input", "model")
        let input = try members.text("input")
        if let input { try check(for: record).query(input, named: "input") }
        let events = try await runner.fork(
            record.id, from: try members.number("step", in: 1...Int.max), input: input,
            model: try members.text("model"), origin: context.origin)
        return try await document(events.run, .accepted, location(of: events.run))
    }

    private func location(of run: RunID) -> HTTPFields { [.location: "/v1/runs/\(run)"] }

    /// Waits until the run is at rest, the time is over, or the server wants its connections back.
    ///
    /// - Returns: whether the run is at rest.
    /// - Throws: when the client has left, or is no longer welcome.
    private func wait(
        for run: RunID, atMost patience: Duration, _ lease: StreamLease, _ request: Request
    ) async throws -> Bool {
        let ending = try await request.readingEnd.consumeWithInboundCloseHandler { _ in
            try await firstEnd(of: run, patience, lease.watch)
        } onInboundClosed: {
            lease.watch.end(.clientLeft)
        }
        if ending == .clientLeft || ending == .keyGone { throw CancellationError() }
        return ending == .runAtRest
    }

    private func firstEnd(
        of run: RunID, _ patience: Duration, _ watch: StreamWatch
    ) async throws -> StreamWatch.Ending {
        try await withThrowingTaskGroup(of: StreamWatch.Ending.self) { group in
            group.addTask {
                for try await _ in try await runner.events(of: run) {}
                return .runAtRest
            }
            group.addTask { try await watch.untilEnded() }
            group.addTask {
                try await options.clock.sleep(for: patience)
                return .stalled
            }
            defer { group.cancelAll() }
            return try await group.next() ?? .clientLeft
        }
    }
}
