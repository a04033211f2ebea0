import CrewKit
import Foundation
import GRDB

/// A run as the writer knows it.
struct RunRow: Sendable {
    /// Its place in the order of creation.
    let number: Int64
    var record: RunRecord
    /// Of events, artifacts and snapshot together.
    var bytes: Int
}

extension RunRow {
    /// - Throws: `unknownRun`.
    init(of run: RunID, in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "SELECT number, bytes, record FROM runs WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [run.rawValue]) else {
            throw CrewError.unknownRun(run)
        }
        self.init(
            number: row[0], record: try Self.record(of: run, from: row[2]), bytes: row[1])
    }

    /// Stores a new run and notes it with its session.
    static func insert(
        _ record: RunRecord, bytes: Int, into database: Database
    ) throws -> RunRow {
        try count(record, in: database)
        try database.cachedStatement(
            sql: """
                INSERT INTO runs (
                    id, crew, session, status, created_at, updated_at, expires_at,
                    idempotency_key, last_sequence, bytes, record, tenant
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: [
                record.id.rawValue, record.crew, record.session?.rawValue,
                record.status.name.rawValue,
                record.createdAt.timeIntervalSince1970, record.updatedAt.timeIntervalSince1970,
                record.expiresAt?.timeIntervalSince1970, record.idempotencyKey?.text,
                record.lastSequence, bytes, try StoredJSON.text(of: record), record.tenant,
            ])
        return RunRow(number: database.lastInsertedRowID, record: record, bytes: bytes)
    }

    /// - Parameter before: what is stored; columns with an index are written only when they changed.
    func update(from before: RunRecord, in database: Database) throws {
        if record.status.name != before.status.name || record.expiresAt != before.expiresAt {
            try database.cachedStatement(
                sql: "UPDATE runs SET status = ?, expires_at = ? WHERE number = ?"
            ).execute(
                arguments: [
                    record.status.name.rawValue, record.expiresAt?.timeIntervalSince1970, number,
                ])
            try touchSession(in: database)
        }
        try database.cachedStatement(
            sql: """
                UPDATE runs SET updated_at = ?, last_sequence = ?, bytes = ?, record = ?
                WHERE number = ?
                """
        ).execute(
            arguments: [
                record.updatedAt.timeIntervalSince1970, record.lastSequence, bytes,
                try StoredJSON.text(of: record), number,
            ])
    }

    /// For what is stored beside the events.
    func updateBytes(in database: Database) throws {
        try database.cachedStatement(sql: "UPDATE runs SET bytes = ? WHERE number = ?")
            .execute(arguments: [bytes, number])
    }

    /// Notes that the session of this run changed with it.
    private func touchSession(in database: Database) throws {
        guard let session = record.session else { return }
        try database.cachedStatement(sql: "UPDATE sessions SET updated_at = ? WHERE id = ?")
            .execute(arguments: [record.updatedAt.timeIntervalSince1970, session.rawValue])
    }

    static func record(of run: RunID, from json: Data) throws -> RunRecord {
        try StoredJSON.value(RunRecord.self, from: json, named: "run '\(run)'")
    }

    private static func count(_ record: RunRecord, in database: Database) throws {
        guard let session = record.session else { return }
        let time = record.updatedAt.timeIntervalSince1970
        try database.cachedStatement(
            sql: """
                INSERT INTO sessions (id, crew, created_at, updated_at, runs) VALUES (?, ?, ?, ?, 1)
                ON CONFLICT (id) DO UPDATE SET updated_at = excluded.updated_at, runs = runs + 1
                """
        ).execute(arguments: [session.rawValue, record.crew, time, time])
    }
}
