import CrewKit
import Hummingbird

/// The resources under `/v1`: crews, runs, their events and artifacts, sessions, usage.
struct V1Routes: Sendable {
    let crews: ServedCrews
    /// Of one of the crews: any of them takes what is asked of a run of any crew.
    let runner: CrewRunner
    let options: ServerOptions
    let opening: StreamOpening

    init(crews: ServedCrews, options: ServerOptions, streams: OpenStreams) {
        let runner = crews.first.runner
        self.crews = crews
        self.runner = runner
        self.options = options
        opening = StreamOpening(runner: runner, options: options, streams: streams)
    }

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/v1/crews", .read) { try await crews($0, $1) },
            Endpoint(.get, "/v1/crews/{crew}", .read) { try await crew($0, $1) },
            Endpoint(.post, "/v1/crews/{crew}/runs", .run) { try await createOfCrew($0, $1) },
            Endpoint(.get, "/v1/crews/{crew}/runs", .read) { try await listOfCrew($0, $1) },
            Endpoint(.post, "/v1/runs", .run) { try await create($0, $1) },
            Endpoint(.get, "/v1/runs", .read) { try await list($0, $1) },
            Endpoint(.get, "/v1/runs/{run}", .read) { try await show($0, $1) },
            Endpoint(.delete, "/v1/runs/{run}", .run) { try await delete($0, $1) },
            Endpoint(.get, "/v1/runs/{run}/events", .read) { try await events($0, $1) },
            Endpoint(.post, "/v1/runs/{run}/cancel", .run) { try await cancel($0, $1) },
            Endpoint(.post, "/v1/runs/{run}/resume", .run) { try await resume($0, $1) },
            Endpoint(.post, "/v1/runs/{run}/fork", .run) { try await fork($0, $1) },
            Endpoint(.post, "/v1/runs/{run}/approvals/{approval}", .approve) {
                try await decide($0, $1)
            },
            Endpoint(.get, "/v1/runs/{run}/artifacts", .read) { try await artifacts($0, $1) },
            Endpoint(.get, "/v1/runs/{run}/artifacts/{name}", .read) { try await artifact($0, $1) },
            Endpoint(.get, "/v1/sessions/{session}", .read) { try await session($0, $1) },
            Endpoint(.get, "/v1/usage", .metrics) { try await usage($0, $1) }.forTenants,
            Endpoint(.get, "/v1/budgets", .metrics) { try await budgets($0, $1) }.forTenants,
        ]
    }
}

/// What several of the routes need.
extension V1Routes {
    func check(for runner: CrewRunner) -> InputCheck {
        InputCheck(limits: options.limits, settings: runner.crew.settings)
    }

    /// For what is said in a run.
    func check(for record: RunRecord) -> InputCheck {
        check(for: runner.runner(of: record.crew) ?? runner)
    }

    /// A segment of the path as the client meant it.
    func segment(_ name: String, of context: Routes.Context) -> String {
        let raw = context.parameters.get(name) ?? ""
        return PercentEncoding.decode(raw[...].utf8[...]) ?? ""
    }

    /// The run that the path names.
    ///
    /// - Throws: `unknownRun`.
    func record(_ context: Routes.Context) async throws -> RunRecord {
        let id = segment("run", of: context)
        guard WrittenID.isWellFormed(id) else {
            throw CrewError(.unknownRun, "no run has such an id: ids are \(WrittenID.form)")
        }
        // Another tenant's run is no other answer than none.
        guard let record = try await runner.record(of: RunID(id)), context.caller.sees(record)
        else { throw CrewError.unknownRun(RunID(id)) }
        return record
    }

    /// The run that the path names, when this server may make it do something and the client knows
    /// how far it has come.
    ///
    /// - Throws: `invalidInput` for a parameter, which none of these takes; `unknownRun`; `foreignCrew`, since what another crew's agents do is not known here;
    ///   `preconditionFailed`.
    func ownRecord(_ request: Request, _ context: Routes.Context) async throws -> RunRecord {
        _ = try parameters(of: request)
        let record = try await record(context)
        guard runner.works(record.crew) else {
            throw CrewError(
                .foreignCrew,
                "run '\(record.id)' is of crew '\(record.crew)'; this server works "
                    + crews.all.map { "'\($0.runner.name)'" }.joined(separator: ", "))
        }
        try checkVersion(of: record, request)
        return record
    }

    /// - Throws: `preconditionFailed` when the client has named other versions than the run's;
    ///   `invalidInput` for what names none.
    func checkVersion(of record: RunRecord, _ request: Request) throws(CrewError) {
        guard let condition = try VersionCondition(request.headers[.ifMatch]),
            !condition.isExactly(record)
        else { return }
        throw CrewError.goneOn(record)
    }

    /// Whose runs are meant: the caller's; those of one tenant, where somebody who sees all says so.
    func asker(_ asked: StrictMembers, _ context: Routes.Context) throws(CrewError) -> Caller {
        guard let tenant = try asked.id("tenant") else { return context.caller }
        return try context.caller.asking(about: tenant)
    }

    /// The members of a request's body.
    func members(
        of request: inout Request, _ names: String...
    ) async throws -> StrictMembers {
        try StrictMembers(
            await request.readObject(upTo: options.limits.maxBodyBytes), names: names)
    }

    /// The parameters of a request's URL.
    func parameters(of request: Request, _ names: String...) throws(CrewError) -> StrictMembers {
        try StrictMembers(QueryString(request.uri.query), names: names)
    }

    /// A run as it is now; with what came of it when it is at rest.
    func document(
        _ run: RunID, _ status: HTTPResponse.Status, _ headers: HTTPFields = [:]
    ) async throws -> Response {
        guard let record = try await runner.record(of: run) else { throw CrewError.unknownRun(run) }
        let result = record.isAtRest ? try await runner.settledResult(of: run) : nil
        var headers = headers
        headers[.eTag] = VersionCondition.tag(of: record)
        return .json(RunDocument(record: record, result: result).json, status, headers)
    }
}

extension CrewError {
    static func goneOn(_ record: RunRecord) -> CrewError {
        CrewError(
            .preconditionFailed,
            "run '\(record.id)' has gone on: its last event is \(record.lastSequence)")
    }
}
