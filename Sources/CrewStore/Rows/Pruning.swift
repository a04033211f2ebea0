import Foundation
import GRDB

/// Finds the ended runs that a policy does not keep, a few at a time.
struct Pruning: Sendable {
    /// A run that only just ended is kept by the bounds of count and size: whoever waited for it
    /// must have the time to read what came of it.
    private static let grace = Duration.seconds(3_600)

    let policy: RetentionPolicy
    let now: Date

    struct Step: Sendable {
        var runs = 0
        var events = 0
        /// Whether there is nothing left to do.
        var isLast = false
    }

    /// Goes on with what earlier steps began before it takes more runs out of sight.
    func step(in database: Database) throws -> Step {
        var step = Step()
        var budget = Removal.Budget()
        var hasMore = try Removal.clear(&budget, in: database)
        if !hasMore {
            step.runs = try removeRuns(budget, in: database)
            if step.runs > 0 { hasMore = try Removal.clear(&budget, in: database) }
            step.isLast = step.runs == 0 && !hasMore
        }
        step.events = budget.deleted
        return step
    }

    /// Takes the oldest runs out of sight, as many as the budget lets delete at once.
    private func removeRuns(_ budget: Removal.Budget, in database: Database) throws -> Int {
        let earliest = policy.maxAge.map { now.timeIntervalSince1970 - $0 / .seconds(1) }
        let latest = now.timeIntervalSince1970 - Self.grace / .seconds(1)
        var surplus = try surplusRuns(in: database)
        var excess = try excessBytes(in: database)
        var left = budget
        let candidates = try Row.fetchAll(
            database,
            sql: """
                SELECT number, session, last_sequence, bytes, updated_at
                FROM runs INDEXED BY runs_by_end
                WHERE status = 'ended' ORDER BY updated_at, number LIMIT ?
                """, arguments: [budget.runs])
        for candidate in candidates {
            let isOld = earliest.map { candidate["updated_at"] < $0 } ?? false
            let isTooMuch = (surplus > 0 || excess > 0) && candidate["updated_at"] <= latest
            guard isOld || isTooMuch, !left.isSpent else { break }
            let removal = Removal(candidate)
            try removal.begin(in: database)
            surplus -= 1
            excess -= removal.bytes
            left.runs -= 1
            left.events -= removal.events
            left.bytes -= removal.bytes
        }
        return budget.runs - left.runs
    }

    private func surplusRuns(in database: Database) throws -> Int {
        guard let bound = policy.maxRuns else { return 0 }
        let ended = try Int.fetchOne(
            database, sql: "SELECT COUNT(*) FROM runs WHERE status = 'ended'")
        return (ended ?? 0) - bound
    }

    private func excessBytes(in database: Database) throws -> Int {
        // The pages hold more than the ended runs, so that mostly nothing has to be added up.
        guard let bound = policy.maxBytes, try PageCounts(database).usedBytes > bound else {
            return 0
        }
        let ended = try Int.fetchOne(
            database, sql: "SELECT SUM(bytes) FROM runs WHERE status = 'ended'")
        return (ended ?? 0) - bound
    }
}

/// How the pages of the file are used.
struct PageCounts {
    let all: Int
    let free: Int
    let size: Int

    init(_ database: Database) throws {
        func number(_ pragma: String) throws -> Int {
            try Int.fetchOne(database, sql: "PRAGMA \(pragma)") ?? 0
        }
        all = try number("page_count")
        free = try number("freelist_count")
        size = try number("page_size")
    }

    var usedBytes: Int { (all - free) * size }

    /// Cuts at most 1 MiB of free pages off, and returns the bytes; 0 when there are none to spare.
    static func giveBack(keeping spare: Int, in database: Database) throws -> Int {
        let before = try PageCounts(database)
        let count = min(256, before.free - spare)
        guard count > 0 else { return 0 }
        try database.execute(sql: "PRAGMA incremental_vacuum(\(count))")
        return (before.all - (try PageCounts(database).all)) * before.size
    }
}
