import CrewKit
import Hummingbird

/// What there is: runs, sessions.
extension V1Routes {
    private enum Order: String, CaseIterable {
        case newest, oldest
    }

    func list(_ request: Request, _ context: Routes.Context) async throws -> Response {
        let asked = try parameters(
            of: request, "status", "session_id", "crew", "order", "limit", "cursor", "tenant")
        let word = try asked.text("crew")
        // The id of a crew that is served, or the name of any that has runs here.
        let served = word.flatMap { word in crews.all.first { $0.id == word } }
        return try await list(
            asked, of: served?.runner.name ?? word, for: try asker(asked, context))
    }

    func list(
        _ asked: StrictMembers, of crew: String?, for caller: Caller
    ) async throws -> Response {
        var query = RunQuery(
            crew: crew,
            session: try asked.id("session_id").map { caller.session(SessionID($0)) })
        query.tenants = caller.tenants
        let words = try asked.text("status")?.split(
            separator: ",", omittingEmptySubsequences: false)
        for word in words ?? [] {
            query.statuses.insert(try StrictMembers.choice(String(word), of: "status"))
        }
        query.order = try asked.choice("order", Order.self) == .oldest ? .oldestFirst : .newestFirst
        query.limit = try asked.number("limit", in: 1...200) ?? 50
        query.cursor = try asked.text("cursor")
        let page = try await runner.store.runs(matching: query)
        return .json([
            "runs": .array(page.runs.map { RunDocument(record: $0).json }),
            "next": JSONValue(page.next),
        ])
    }

    func show(_ request: Request, _ context: Routes.Context) async throws -> Response {
        _ = try parameters(of: request)
        let record = try await record(context)
        // A run changes only by its events, so its last sequence tells whether it has.
        if try VersionCondition(request.headers[.ifNoneMatch])?.isLike(record) == true {
            return Response(
                status: .notModified, headers: [.eTag: VersionCondition.tag(of: record)])
        }
        return try await document(record.id, .ok)
    }

    func session(_ request: Request, _ context: Routes.Context) async throws -> Response {
        let caller = try asker(try parameters(of: request, "tenant"), context)
        let id = segment("session", of: context)
        let session = caller.session(SessionID(id))
        let runs = WrittenID.isWellFormed(id) ? try await runner.store.runs(in: session) : []
        // What was said is told as a whole, or not.
        guard !runs.isEmpty, runs.allSatisfy(caller.sees) else {
            throw CrewError(
                .unknownSession, "there is no such session, or its runs are no longer kept")
        }
        return .json([
            "id": .string(id),
            "runs": .array(runs.map { RunDocument(record: $0).json }),
            "history": HistoryDocument.json(try await runner.history(of: session)),
        ])
    }
}

extension Set<String> {
    fileprivate mutating func insert(_ status: some RawRepresentable<String>) {
        insert(status.rawValue)
    }
}
