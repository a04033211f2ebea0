import CrewKit
import Foundation
import GRDB

/// The accounts of budgets, and what is put aside in them.
extension BudgetBook {
    /// The book with the accounts that a reservation touches.
    init(for reservation: BudgetReservation, in database: Database) throws {
        self.init()
        let find = try database.cachedStatement(
            sql: "SELECT balance FROM budget_accounts WHERE scope = ? AND owner = ? AND window = ?")
        for account in reservation.accounts {
            let json = try Data.fetchOne(find, arguments: account.arguments)
            balances[account] = try json.map {
                try StoredJSON.value(BudgetBalance.self, from: $0, named: "a budget's account")
            }
        }
    }

    func save(usedAt time: Date, in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO budget_accounts (scope, owner, window, used_at, balance)
                VALUES (?, ?, ?, ?, ?)
                """)
        for (account, balance) in balances {
            let values: StatementArguments = [
                time.timeIntervalSince1970, try StoredJSON.text(of: balance),
            ]
            try statement.execute(arguments: account.arguments + values)
        }
    }
}

extension BudgetAccount {
    fileprivate var arguments: StatementArguments {
        [scope.rawValue, owner, window?.rawValue ?? ""]
    }
}

extension OpenReservation {
    func insert(into database: Database) throws {
        try database.cachedStatement(
            sql: "INSERT OR REPLACE INTO budget_reservations (id, body) VALUES (?, ?)"
        ).execute(arguments: [reservation.id.rawValue, try StoredJSON.text(of: self)])
    }

    /// Takes the reservation out; `nil` when it is not there.
    static func take(_ id: ReservationID, from database: Database) throws -> OpenReservation? {
        let find = try database.cachedStatement(
            sql: "DELETE FROM budget_reservations WHERE id = ? RETURNING body")
        guard let json = try Data.fetchOne(find, arguments: [id.rawValue]) else { return nil }
        return try StoredJSON.value(OpenReservation.self, from: json, named: "a reservation")
    }

    /// Counts as spent what processes had put aside that died.
    static func settleAll(in database: Database) throws {
        let ids = try String.fetchAll(database, sql: "SELECT id FROM budget_reservations")
        for id in ids {
            guard let open = try take(ReservationID(id), from: database) else { continue }
            try open.settle(as: open.amount, in: database)
        }
    }

    @discardableResult
    func settle(as spent: Spending, in database: Database) throws -> [BudgetNotice] {
        var book = try BudgetBook(for: reservation, in: database)
        let notices = book.settle(self, as: spent)
        try book.save(usedAt: time, in: database)
        return notices
    }
}
