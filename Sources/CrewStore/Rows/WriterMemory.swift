import CrewKit
import GRDB

/// What the writer remembers of runs at work, so that it need not read them before each append.
struct WriterMemory: Sendable {
    /// Runs at work; those at rest are not remembered.
    private var rows: [RunID: RunRow] = [:]
    private static let capacity = 4_096

    /// - Throws: `unknownRun`.
    func row(of run: RunID, in database: Database) throws -> RunRow {
        if let row = rows[run] { return row }
        return try RunRow(of: run, in: database)
    }

    /// To be called when everything else of a write is done: what fails must not be remembered.
    mutating func remember(_ row: RunRow) {
        let run = row.record.id
        if row.record.isAtRest {
            rows[run] = nil
            return
        }
        if rows.count >= Self.capacity, rows[run] == nil { rows = [:] }
        rows[run] = row
    }

    mutating func forget(_ run: RunID) {
        rows[run] = nil
    }
}
