import CrewKit
import CrewTesting
import Foundation
import Testing

/// A contract that every store passes is worth nothing: these stores are wrong in one thing each.
@Suite("BudgetStoreContract")
struct BudgetContractTests {
    @Test("Finds what is wrong with a store", arguments: FlawedBudgetStore.Flaw.allCases)
    func flaws(_ flaw: FlawedBudgetStore.Flaw) async throws {
        await #expect(throws: (any Error).self) {
            try await BudgetStoreContract { FlawedBudgetStore(flaw: flaw) }.check()
        }
    }

    @Test("Finds nothing wrong with a store that only passes on")
    func none() async throws {
        try await BudgetStoreContract { FlawedBudgetStore(flaw: nil) }.check()
    }
}

struct FlawedBudgetStore: BudgetStore {
    enum Flaw: CaseIterable {
        case grantsAll, refusesAll, forgetsNotices, givesUpWhenCancelled, knowsNoWindows
        case settlesNothing, seesNothing
    }

    let base = InMemoryBudgetStore()
    let flaw: Flaw?

    func reserve(_ reservation: BudgetReservation, at time: Date) async throws -> BudgetAnswer {
        var reservation = reservation
        if flaw == .knowsNoWindows {
            reservation.lines = reservation.lines.map { line in
                var line = line
                line.limit.window = nil
                return line
            }
        }
        let answer = try await base.reserve(reservation, at: time)
        switch (flaw, answer) {
        case (.grantsAll, .refused):
            return .granted(
                BudgetGrant(amount: reservation.likely, time: time, left: [:], notices: []))
        case (.refusesAll, .granted):
            return .refused(
                BudgetNotice(
                    kind: .refused, limit: reservation.lines[0].limit, owner: "c", spent: 0))
        default: return answer
        }
    }

    func settle(
        _ reservation: ReservationID, as spent: Spending
    ) async throws -> [BudgetNotice] {
        if flaw == .givesUpWhenCancelled { try Task.checkCancellation() }
        if flaw == .settlesNothing { return [] }
        let notices = try await base.settle(reservation, as: spent)
        return flaw == .forgetsNotices ? [] : notices
    }

    func balances(of accounts: [BudgetAccount], at time: Date) async throws -> [Spending] {
        let all = try await base.balances(of: accounts, at: time)
        return flaw == .seesNothing ? all.map { _ in Spending() } : all
    }
}
