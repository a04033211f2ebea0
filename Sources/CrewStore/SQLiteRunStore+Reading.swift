public import CrewKit
import Foundation
import GRDB

extension SQLiteRunStore {
    public func events(
        of run: RunID, after sequence: Int, limit: Int
    ) async throws -> [StoredEvent] {
        let bodies = try await read {
            try EventRows.bodies(of: run, after: sequence, limit: limit, in: $0)
        }
        return try bodies.map {
            try StoredJSON.value(StoredEvent.self, from: $0, named: "an event of run '\(run)'")
        }
    }

    public func record(of run: RunID) async throws -> RunRecord? {
        try await record(whose: "id", is: run.rawValue)
    }

    public func record(withIdempotencyKey key: String) async throws -> RunRecord? {
        try await record(whose: "idempotency_key", is: key)
    }

    /// A run that cannot be read does not hide the others: it is left out, and `health()` names it.
    public func runs(matching query: RunQuery) async throws -> RunPage {
        let search = try RunSearch(query)
        let rows = try await read { try search.rows(in: $0) }
        return RunPage(
            runs: rows.prefix(search.limit).compactMap { row in
                // The fault is noted.
                try? record(of: row.run, from: row.record)
            },
            next: rows.count > search.limit ? String(rows[search.limit - 1].number) : nil)
    }

    public func snapshot(of run: RunID) async throws -> RunSnapshot? {
        try await read { database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT sequence, format, bytes FROM snapshots
                    WHERE run = (SELECT number FROM runs WHERE id = ?)
                    """, arguments: [run.rawValue]
            ).map { row in
                RunSnapshot(sequence: row[0], format: row[1], bytes: [UInt8](row[2] as Data))
            }
        }
    }

    public func artifacts(of run: RunID) async throws -> [Artifact] {
        try await read { try Artifact.all(of: run, in: $0) }
    }

    public func bytes(ofArtifact name: String, of run: RunID) async throws -> [UInt8]? {
        try await read { try Artifact.bytes(name, of: run, in: $0) }
    }

    public func usage(from first: String, through last: String) async throws -> [UsageCount] {
        try await read { try UsageCount.all(from: first, through: last, in: $0) }
    }

    private func record(whose column: String, is value: String) async throws -> RunRecord? {
        let found = try await read { database -> (RunID, Data)? in
            let statement = try database.cachedStatement(
                sql: "SELECT id, record FROM runs WHERE \(column) = ?")
            return try Row.fetchOne(statement, arguments: [value])
                .map { (RunID($0[0] as String), $0[1]) }
        }
        return try found.map { try record(of: $0.0, from: $0.1) }
    }

    private func record(of run: RunID, from json: Data) throws -> RunRecord {
        do {
            let record = try RunRow.record(of: run, from: json)
            faults.noteReadable(run)
            return record
        } catch {
            faults.note(unreadable: run, StoreFailure.failure(error, path: path))
            throw error
        }
    }
}
