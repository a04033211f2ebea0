import CrewKit
import Foundation
import GRDB

extension Artifact {
    private static let columns = "name, media_type, byte_count, created_at"

    private init(_ row: Row) {
        self.init(
            name: row[0], mediaType: row[1], byteCount: row[2],
            createdAt: Date(timeIntervalSinceReferenceDate: row[3]))
    }

    /// Stores an artifact in place of an earlier one of its name, whose size is returned.
    func insert(_ bytes: [UInt8], run: Int64, into database: Database) throws -> Int? {
        let earlier = try Int.fetchOne(
            database.cachedStatement(
                sql: "SELECT byte_count FROM artifacts WHERE run = ? AND name = ?"),
            arguments: [run, name])
        try database.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO artifacts (run, \(Self.columns), bytes)
                VALUES (?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: [
                run, name, mediaType, byteCount, createdAt.timeIntervalSinceReferenceDate,
                Data(bytes),
            ])
        return earlier
    }

    static func all(of run: RunID, in database: Database) throws -> [Artifact] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT \(columns) FROM artifacts
                WHERE run = (SELECT number FROM runs WHERE id = ?) ORDER BY name
                """, arguments: [run.rawValue]
        ).map { Artifact($0) }
    }

    static func bytes(_ name: String, of run: RunID, in database: Database) throws -> [UInt8]? {
        try Data.fetchOne(
            database,
            sql: """
                SELECT bytes FROM artifacts
                WHERE run = (SELECT number FROM runs WHERE id = ?) AND name = ?
                """, arguments: [run.rawValue, name]
        ).map { [UInt8]($0) }
    }
}
