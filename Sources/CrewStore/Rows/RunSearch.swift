import CrewKit
import Foundation
import GRDB

/// A query for runs, in SQL.
struct RunSearch: Sendable {
    let limit: Int
    private var conditions: [String] = []
    private var arguments: [any DatabaseValueConvertible & Sendable] = []
    private let isOldestFirst: Bool
    /// For what the planner would look for by reading every run: of a few runs among many.
    private let index: String?

    /// - Throws: `invalidInput` for a cursor that is none.
    init(_ query: RunQuery) throws(CrewError) {
        limit = query.boundedLimit
        isOldestFirst = query.order == .oldestFirst
        index =
            query.expiringBefore != nil
            ? "runs_by_expiry" : query.isUnnotified ? "runs_unnotified" : nil
        if let cursor = query.cursor {
            guard let number = Int64(cursor) else { throw CrewError.unknownCursor }
            add("number \(isOldestFirst ? ">" : "<") ?", number)
        }
        if let crew = query.crew { add("crew = ?", crew) }
        if let session = query.session { add("session = ?", session.rawValue) }
        switch query.tenants {
        case .all: break
        case .only(let tenant?): add("tenant = ?", tenant)
        case .only(nil): conditions.append("tenant IS NULL")
        }
        if !query.statuses.isEmpty {
            let marks = Array(repeating: "?", count: query.statuses.count)
            conditions.append("status IN (\(marks.joined(separator: ", ")))")
            arguments += query.statuses.map(\.rawValue).sorted()
        }
        if let time = query.expiringBefore { add("expires_at < ?", time.timeIntervalSince1970) }
        if let time = query.updatedAfter { add("updated_at > ?", time.timeIntervalSince1970) }
        if query.isUnnotified {
            conditions.append("status IN ('paused', 'ended') AND notified_through < last_sequence")
        }
    }

    private mutating func add(
        _ condition: String, _ argument: any DatabaseValueConvertible & Sendable
    ) {
        conditions.append(condition)
        arguments.append(argument)
    }

    var sql: String {
        let filter = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))"
        return """
            SELECT number, id, record FROM runs \(index.map { "INDEXED BY \($0)" } ?? "") \(filter)
            ORDER BY number \(isOldestFirst ? "ASC" : "DESC") LIMIT ?
            """
    }

    var statementArguments: StatementArguments { StatementArguments(arguments + [limit + 1]) }

    /// One more than the limit when there is a next page.
    func rows(in database: Database) throws -> [(number: Int64, run: RunID, record: Data)] {
        try Row.fetchAll(database, sql: sql, arguments: statementArguments).map {
            ($0[0], RunID($0[1] as String), $0[2])
        }
    }
}
