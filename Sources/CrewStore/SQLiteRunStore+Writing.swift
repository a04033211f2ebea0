public import CrewKit
import Foundation
import GRDB

extension SQLiteRunStore {
    public func create(_ record: RunRecord, events: [StoredEvent]) async throws {
        let rows = try EventRows(events)
        try await write(bytes: rows.byteCount) { database, memory in
            try Self.refuseSecond(record, in: database)
            guard StoredEvent.areNext(events, after: record.lastSequence) else {
                throw Self.continued(record.id)
            }
            var record = record
            record.note(events)
            let row = try RunRow.insert(record, bytes: rows.byteCount, into: database)
            // What these events spent is counted where they were appended.
            try rows.insert(run: row.number, into: database)
            memory.remember(row)
        }
    }

    public func append(_ events: [StoredEvent], to run: RunID) async throws {
        let rows = try EventRows(events)
        try await write(bytes: rows.byteCount) { database, memory in
            var row = try memory.row(of: run, in: database)
            guard
                StoredEvent.areNext(
                    events, after: row.record.lastSequence)
            else { throw Self.continued(run) }
            guard !events.isEmpty else { return }
            let before = row.record
            row.record.note(events)
            row.bytes += rows.byteCount
            try rows.insert(run: row.number, into: database)
            try rows.count(for: row.record.crew, in: database)
            try row.update(from: before, in: database)
            memory.remember(row)
        }
    }

    public func delete(_ run: RunID) async throws {
        try await write { database, memory in
            let removal = try Removal(of: run, in: database)
            memory.forget(run)
            try removal.begin(in: database)
        }
        faults.noteReadable(run)
        try await clearRemovals()
    }

    public func markNotified(_ run: RunID, through sequence: Int) async throws {
        try await write { database, _ in
            try database.cachedStatement(
                sql: "UPDATE runs SET notified_through = MAX(notified_through, ?) WHERE id = ?"
            ).execute(arguments: [sequence, run.rawValue])
            if database.changesCount == 0 { throw CrewError.unknownRun(run) }
        }
    }

    public func save(_ snapshot: RunSnapshot, of run: RunID) async throws {
        try await write(bytes: snapshot.bytes.count) { database, memory in
            var row = try memory.row(of: run, in: database)
            let number = row.number
            let earlier = try Int.fetchOne(
                database.cachedStatement(sql: "SELECT length(bytes) FROM snapshots WHERE run = ?"),
                arguments: [number])
            try database.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO snapshots (run, sequence, format, bytes)
                    VALUES (?, ?, ?, ?)
                    """
            ).execute(
                arguments: [number, snapshot.sequence, snapshot.format, Data(snapshot.bytes)])
            row.bytes += snapshot.bytes.count - (earlier ?? 0)
            try row.updateBytes(in: database)
            memory.remember(row)
        }
    }

    public func save(_ artifact: Artifact, bytes: [UInt8], of run: RunID) async throws {
        try artifact.check(bytes)
        try await write(bytes: bytes.count) { database, memory in
            var row = try memory.row(of: run, in: database)
            let earlier = try artifact.insert(bytes, run: row.number, into: database)
            row.bytes += bytes.count - (earlier ?? 0)
            try row.updateBytes(in: database)
            memory.remember(row)
        }
    }

    private static func refuseSecond(_ record: RunRecord, in database: Database) throws {
        let sameID = try database.cachedStatement(sql: "SELECT 1 FROM runs WHERE id = ?")
        if try Int.fetchOne(sameID, arguments: [record.id.rawValue]) != nil {
            throw CrewError(.conflict, "there is a run '\(record.id)' already")
        }
        guard let key = record.idempotencyKey?.text else { return }
        let sameKey = try database.cachedStatement(
            sql: "SELECT 1 FROM runs WHERE idempotency_key = ?")
        if try Int.fetchOne(sameKey, arguments: [key]) != nil {
            throw CrewError(.conflict, "there is a run with this idempotency key already")
        }
    }

    private static func continued(_ run: RunID) -> CrewError {
        CrewError(.conflict, "run '\(run)' was continued by somebody else")
    }
}
