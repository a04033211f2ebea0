import CrewKit
import Foundation
import GRDB

/// Events in the form in which they are stored, made before the writer sees them.
struct EventRows: Sendable {
    let events: [StoredEvent]
    let bodies: [String]
    let byteCount: Int
    /// What the events spent; whose crew it was the writer knows.
    let spent: [UsageCount]

    init(_ events: [StoredEvent]) throws {
        self.events = events
        bodies = try events.map { try StoredJSON.text(of: $0) }
        byteCount = bodies.reduce(0) { $0 + $1.utf8.count }
        spent = events.compactMap { UsageCount($0, crew: "") }
    }

    func insert(run: Int64, into database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "INSERT INTO events (run, sequence, body) VALUES (?, ?, ?)")
        for (event, body) in zip(events, bodies) {
            try statement.execute(arguments: [run, event.sequence, body])
        }
    }

    /// Adds what the events spent to the counters of the crew.
    func count(for crew: String, in database: Database) throws {
        for var count in spent {
            count.crew = crew
            try count.add(to: database)
        }
    }

    /// The JSON of events, to be decoded by whoever asked.
    static func bodies(
        of run: RunID, after sequence: Int, limit: Int, in database: Database
    ) throws -> [Data] {
        let find = try database.cachedStatement(sql: "SELECT number FROM runs WHERE id = ?")
        guard let number = try Int64.fetchOne(find, arguments: [run.rawValue]) else {
            throw CrewError.unknownRun(run)
        }
        let statement = try database.cachedStatement(
            sql: """
                SELECT body FROM events WHERE run = ? AND sequence > ? ORDER BY sequence LIMIT ?
                """)
        return try Data.fetchAll(statement, arguments: [number, sequence, max(0, limit)])
    }
}
