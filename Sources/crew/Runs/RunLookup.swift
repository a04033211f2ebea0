import CrewKit

/// Finds the run that somebody means by the beginning of its id.
enum RunLookup {
    static let shortestPrefix = 4

    /// - Throws: `CommandFailure` when there is no such run, or more than one.
    static func record(_ text: String, in store: any RunStore) async throws -> RunRecord {
        if let record = try await store.record(of: RunID(text)) { return record }
        guard text.count >= shortestPrefix else {
            throw CommandFailure(
                "error: '\(text)' is too short: give at least \(shortestPrefix) characters of a "
                    + "run's id")
        }
        var found: [RunRecord] = []
        var query = RunQuery(limit: 1_000)
        repeat {
            let page = try await store.runs(matching: query)
            found += page.runs.filter { $0.id.rawValue.hasPrefix(text) }
            query.cursor = page.next
        } while query.cursor != nil
        guard found.count < 2 else {
            let some = found.prefix(5).map(\.id.rawValue).joined(separator: ", ")
            throw CommandFailure(
                "error: \(found.count) runs begin with '\(text)': \(some)"
                    + (found.count > 5 ? ", …" : ""))
        }
        guard let record = found.first else {
            throw CommandFailure(
                "error: there is no run '\(text)', or it is no longer kept; 'crew runs list' shows "
                    + "those that are")
        }
        return record
    }

    /// The call that is decided about: the one that was named, or the only one that waits.
    static func approval(_ id: Int?, of record: RunRecord) throws -> ApprovalID {
        let open = record.approvals
        let list = open.map { "\($0.id) (\($0.request.call.name))" }.joined(separator: ", ")
        guard !open.isEmpty else {
            throw CommandFailure("error: no call of run '\(record.id)' waits for a decision")
        }
        guard let id else {
            guard open.count == 1 else {
                throw CommandFailure("error: several calls wait, name one of them: \(list)")
            }
            return open[0].id
        }
        guard open.contains(where: { $0.id.rawValue == id }) else {
            throw CommandFailure(
                "error: run '\(record.id)' has no call \(id) that waits; these do: \(list)")
        }
        return ApprovalID(rawValue: id)
    }
}
