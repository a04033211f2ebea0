import CrewKit
import CrewTesting
import Foundation
import Testing

@testable import CrewStore

@Suite("Budgets in a file")
struct BudgetTests {
    private let noon = Date(timeIntervalSince1970: 1_795_262_400)
    private let limit = BudgetLine(
        limit: BudgetLimit(.tokens, per: .crew, within: .day, amount: 100), owner: "c")

    private func reservation(_ id: ReservationID, _ tokens: Int) -> BudgetReservation {
        BudgetReservation(
            id: id, lines: [limit], least: Spending(inputTokens: tokens, cost: 7, calls: 1))
    }

    @Test("Keeps the BudgetStore contract")
    func contract() async throws {
        let folder = try StoreFolder()
        try await BudgetStoreContract { try SQLiteRunStore(path: folder.newPath()) }.check()
    }

    @Test("What a process had put aside that died counts as spent")
    func died() async throws {
        let folder = try StoreFolder()
        let path = folder.newPath()
        let first = try SQLiteRunStore(path: path)
        _ = try await first.reserve(reservation("settled", 30), at: noon)
        _ = try await first.settle("settled", as: Spending(inputTokens: 10, calls: 1))
        _ = try await first.reserve(reservation("open", 40), at: noon)
        try await first.close()
        let second = try SQLiteRunStore(path: path)
        let spent = try await second.balances(of: [limit.account], at: noon)[0]
        #expect(spent.inputTokens == 50)
        #expect(spent.cost == 7)
        #expect(spent.calls == 2)
        guard case .refused = try await second.reserve(reservation("more", 60), at: noon) else {
            Issue.record("what was put aside was given out again")
            return
        }
        guard case .granted = try await second.reserve(reservation("less", 50), at: noon) else {
            Issue.record("more was counted than was put aside")
            return
        }
        #expect(try await second.settle("open", as: Spending(inputTokens: 1)).isEmpty)
        try await second.close()
    }

    @Test("Windows that are over, and runs of long ago, are forgotten; the rest is not")
    func pruned() async throws {
        let folder = try StoreFolder()
        let store = try SQLiteRunStore(path: folder.newPath())
        let lines = [
            limit,
            BudgetLine(limit: BudgetLimit(.tokens, per: .run, amount: 100), owner: "r"),
            BudgetLine(limit: BudgetLimit(.tokens, per: .tenant, amount: 100), owner: "t"),
        ]
        _ = try await store.reserve(
            BudgetReservation(id: "a", lines: lines, least: Spending(inputTokens: 5)), at: noon)
        _ = try await store.settle("a", as: Spending(inputTokens: 5))
        func known(after days: Double) async throws -> [Int] {
            try await store.pruneBudgets(now: noon + days * 86_400)
            return try await store.balances(of: lines.map(\.account), at: noon).map(\.inputTokens)
        }
        #expect(try await known(after: 1) == [5, 5, 5])
        #expect(try await known(after: 3) == [0, 5, 5])
        #expect(try await known(after: 100) == [0, 0, 5])
        try await store.close()
    }
}
