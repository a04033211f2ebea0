public import CrewKit
import Foundation

/// What every `BudgetStore` has to keep to; a new store gets its tests for one line.
public struct BudgetStoreContract: Sendable {
    private let makeStore: @Sendable () async throws -> any BudgetStore
    private let noon = Date(timeIntervalSince1970: 1_795_262_400)
    private let account = BudgetAccount(scope: .crew, owner: "c", window: .day)

    /// - Parameter makeStore: makes an empty store; called once for each clause.
    public init(_ makeStore: @escaping @Sendable () async throws -> any BudgetStore) {
        self.makeStore = makeStore
    }

    /// Checks every clause.
    ///
    /// - Throws: `RunStoreContract.Violation` for the first clause that is broken.
    public func check() async throws {
        try await checkHolding()
        try await checkAtomicity()
        try await checkWindows()
        try await checkWarnings()
        try await checkCancellation()
        try await checkManyAtOnce()
    }

    private func checkHolding() async throws {
        let store = try await makeStore()
        let lines = [line(.tokens, 100)]
        try await require(store, "a", lines, 60, isGranted: true, "what fits is put aside")
        try await require(store, "b", lines, 60, isGranted: false, "what is put aside is not free")
        _ = try await store.settle("a", as: Spending(inputTokens: 10, calls: 1))
        try await require(
            store, "b", lines, 60, isGranted: true, "what was not spent is given back")
        _ = try await store.settle("b", as: Spending(inputTokens: 60, calls: 1))
        _ = try await store.settle("b", as: Spending(inputTokens: 60, calls: 1))
        let spent = try await store.balances(of: [account], at: noon)
        try require(spent.first?.inputTokens == 70, "a reservation is settled once")
        try require(spent.first?.calls == 2, "calls are counted")
    }

    private func checkAtomicity() async throws {
        let store = try await makeStore()
        let narrow = BudgetLine(
            limit: BudgetLimit(.tokens, per: .run, amount: 10), owner: "r")
        try await require(
            store, "a", [line(.tokens, 100), narrow], 50, isGranted: false,
            "the tightest limit decides")
        try await require(
            store, "b", [line(.tokens, 100)], 100, isGranted: true,
            "a refused reservation puts nothing aside")
    }

    private func checkWindows() async throws {
        let store = try await makeStore()
        let lines = [line(.tokens, 100)]
        try await require(store, "a", lines, 100, isGranted: true, "what fits is put aside")
        let tomorrow = noon + 86_400
        let answer = try await store.reserve(reservation("b", lines, 100), at: tomorrow)
        guard case .granted = answer else { throw violation("a window begins anew") }
        _ = try await store.settle("a", as: Spending(inputTokens: 100, calls: 1))
        let spent = try await store.balances(of: [account], at: tomorrow)
        try require(
            spent.first?.inputTokens == 100, "a call counts in the window in which it began")
        let back = try await store.reserve(reservation("c", lines, 100), at: noon)
        guard case .refused = back else {
            throw violation("a clock that was set back opens no window again")
        }
    }

    private func checkWarnings() async throws {
        let store = try await makeStore()
        let lines = [line(.tokens, 100)]
        var told: [Double?] = []
        for index in 0..<5 {
            let id = ReservationID("\(index)")
            _ = try await store.reserve(reservation(id, lines, 20), at: noon)
            told += try await store.settle(id, as: Spending(inputTokens: 20, calls: 1))
                .map(\.threshold)
        }
        try require(told == [0.75, 0.9], "each threshold is told once, the highest of several")
    }

    private func checkCancellation() async throws {
        let store = try await makeStore()
        let lines = [line(.tokens, 100)]
        _ = try await store.reserve(reservation("a", lines, 100), at: noon)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask {
                _ = try await store.settle("a", as: Spending(inputTokens: 1, calls: 1))
            }
            try await group.waitForAll()
        }
        try await require(
            store, "b", lines, 99, isGranted: true, "a cancelled task settles all the same")
    }

    private func checkManyAtOnce() async throws {
        let store = try await makeStore()
        let lines = [line(.tokens, 1_000)]
        let granted = try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<50 {
                group.addTask {
                    let id = ReservationID("\(index)")
                    guard
                        case .granted = try await store.reserve(
                            reservation(id, lines, 30), at: noon)
                    else { return false }
                    return true
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        try require(granted == 33, "reservations at the same time never pass a limit")
    }

    private func line(_ measure: BudgetMeasure, _ amount: Int) -> BudgetLine {
        BudgetLine(
            limit: BudgetLimit(measure, per: .crew, within: .day, amount: amount), owner: "c")
    }

    private func reservation(
        _ id: ReservationID, _ lines: [BudgetLine], _ tokens: Int
    ) -> BudgetReservation {
        BudgetReservation(id: id, lines: lines, least: Spending(inputTokens: tokens, calls: 1))
    }

    private func require(
        _ store: any BudgetStore, _ id: ReservationID, _ lines: [BudgetLine], _ tokens: Int,
        isGranted: Bool, _ clause: String
    ) async throws {
        let answer = try await store.reserve(reservation(id, lines, tokens), at: noon)
        if case .granted = answer { return try require(isGranted, clause) }
        try require(!isGranted, clause)
    }

    private func require(_ condition: Bool, _ clause: String) throws {
        if !condition { throw violation(clause) }
    }

    private func violation(_ clause: String) -> RunStoreContract.Violation {
        RunStoreContract.Violation(description: clause)
    }
}
