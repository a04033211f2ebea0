public import CrewKit
public import Foundation
import GRDB

extension SQLiteRunStore: BudgetStore {
    public var budgets: any BudgetStore { self }

    public func reserve(
        _ reservation: BudgetReservation, at time: Date
    ) async throws -> BudgetAnswer {
        try await write { database, _ in
            var book = try BudgetBook(for: reservation, in: database)
            let answer = book.reserve(reservation, at: time)
            guard case .granted(let grant) = answer else { return answer }
            try book.save(usedAt: grant.time, in: database)
            try OpenReservation(reservation, grant).insert(into: database)
            return answer
        }
    }

    public func settle(
        _ reservation: ReservationID, as spent: Spending
    ) async throws -> [BudgetNotice] {
        try await write { database, _ in
            guard let open = try OpenReservation.take(reservation, from: database) else {
                return []
            }
            return try open.settle(as: spent, in: database)
        }
    }

    public func balances(of accounts: [BudgetAccount], at time: Date) async throws -> [Spending] {
        let lines = accounts.map {
            BudgetLine(
                limit: BudgetLimit(.calls, per: $0.scope, within: $0.window, amount: 0),
                owner: $0.owner)
        }
        let all = BudgetReservation(id: "all", lines: lines, least: Spending())
        return try await read { database in
            let book = try BudgetBook(for: all, in: database)
            return accounts.map { book.spent(in: $0, at: time) }
        }
    }

    /// Forgets accounts that count for nothing any more: of windows that are over, and of runs that
    /// nobody went on with for a quarter of a year.
    func pruneBudgets(now: Date) async throws {
        let time = now.timeIntervalSince1970
        try await write { database, _ in
            try database.execute(
                sql: """
                    DELETE FROM budget_accounts
                    WHERE (window <> '' AND used_at < ?) OR (scope = 'run' AND used_at < ?)
                    """, arguments: [time - 2 * 86_400, time - 90 * 86_400])
        }
    }
}
