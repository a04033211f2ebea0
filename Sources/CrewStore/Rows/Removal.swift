import CrewKit
import GRDB

/// The deletion of a run: nobody sees it from the first step on, its contents go in small ones.
struct Removal {
    /// What one step deletes at most, so that writers do not wait for long.
    struct Budget {
        var runs = 20
        var events = 2_000
        var bytes = 8 << 20
        /// Events deleted so far.
        var deleted = 0

        var isSpent: Bool { events <= 0 || bytes <= 0 }
    }

    let run: Int64
    let session: String?
    let events: Int
    let bytes: Int

    /// Of a run whose record need not be readable.
    ///
    /// - Throws: `unknownRun`.
    init(of run: RunID, in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "SELECT number, session, last_sequence, bytes FROM runs WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [run.rawValue]) else {
            throw CrewError.unknownRun(run)
        }
        self.init(row)
    }

    init(_ row: Row) {
        run = row[0]
        session = row[1]
        events = row[2]
        bytes = row[3]
    }

    /// Takes the run out of sight.
    func begin(in database: Database) throws {
        try database.cachedStatement(sql: "DELETE FROM runs WHERE number = ?")
            .execute(arguments: [run])
        try database.cachedStatement(
            sql: "INSERT INTO removals (run, events, bytes) VALUES (?, ?, ?)"
        ).execute(arguments: [run, events, bytes])
        guard let session else { return }
        try database.cachedStatement(sql: "UPDATE sessions SET runs = runs - 1 WHERE id = ?")
            .execute(arguments: [session])
        try database.cachedStatement(sql: "DELETE FROM sessions WHERE id = ? AND runs = 0")
            .execute(arguments: [session])
    }

    /// Deletes of the contents of removed runs what the budget allows, and returns whether any are
    /// left.
    static func clear(_ budget: inout Budget, in database: Database) throws -> Bool {
        while !budget.isSpent {
            let next = try Row.fetchOne(
                database.cachedStatement(
                    sql: "SELECT run, NULL, events, bytes FROM removals ORDER BY run LIMIT 1"))
            guard let next else { return false }
            let removal = Removal(next)
            guard try removal.clearArtifacts(&budget, in: database),
                try removal.clearEvents(&budget, in: database)
            else { continue }
            try database.cachedStatement(sql: "DELETE FROM removals WHERE run = ?")
                .execute(arguments: [removal.run])
        }
        return try Int.fetchOne(database, sql: "SELECT 1 FROM removals LIMIT 1") != nil
    }

    private func clearArtifacts(_ budget: inout Budget, in database: Database) throws -> Bool {
        let next = try database.cachedStatement(
            sql: "SELECT number, byte_count FROM artifacts WHERE run = ? ORDER BY number LIMIT 1")
        while let row = try Row.fetchOne(next, arguments: [run]) {
            guard !budget.isSpent else { return false }
            try database.cachedStatement(sql: "DELETE FROM artifacts WHERE number = ?")
                .execute(arguments: [row[0] as Int64])
            budget.bytes -= row[1] as Int
        }
        return true
    }

    private func clearEvents(_ budget: inout Budget, in database: Database) throws -> Bool {
        guard !budget.isSpent else { return false }
        // An event's size is not looked up: reading it costs as much as deleting it.
        let size = max(1, bytes / max(1, events))
        let limit = max(1, min(budget.events, budget.bytes / size))
        try database.cachedStatement(
            sql: """
                DELETE FROM events WHERE run = ? AND sequence IN
                    (SELECT sequence FROM events WHERE run = ? ORDER BY sequence LIMIT ?)
                """
        ).execute(arguments: [run, run, limit])
        let deleted = database.changesCount
        budget.deleted += deleted
        budget.events -= max(1, deleted)
        budget.bytes -= deleted * size
        return deleted < limit
    }
}
