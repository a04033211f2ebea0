public import Foundation
import Synchronization

/// Counts spending in this process's memory.
///
/// Windows that are over are forgotten, and of accounts without windows, such as those of runs, the
/// ones that were not used for the longest time.
public final class InMemoryBudgetStore: BudgetStore {
    private struct State {
        var book = BudgetBook()
        var open: [ReservationID: OpenReservation] = [:]
        var lastUse: [BudgetAccount: Date] = [:]
    }

    private let state = Mutex(State())
    private let maximumAccounts: Int

    /// - Parameter maximumAccounts: how many accounts are remembered. At least 1.
    public init(maximumAccounts: Int = 100_000) {
        precondition(maximumAccounts > 0, "a store must remember at least one account")
        self.maximumAccounts = maximumAccounts
    }

    public func reserve(
        _ reservation: BudgetReservation, at time: Date
    ) async throws -> BudgetAnswer {
        state.withLock { state in
            let answer = state.book.reserve(reservation, at: time)
            for account in reservation.accounts { state.lastUse[account] = time }
            if case .granted(let grant) = answer {
                state.open[reservation.id] = OpenReservation(reservation, grant)
            }
            if state.book.balances.count > maximumAccounts { forget(in: &state, at: time) }
            return answer
        }
    }

    public func settle(
        _ reservation: ReservationID, as spent: Spending
    ) async throws -> [BudgetNotice] {
        state.withLock { state in
            guard let open = state.open.removeValue(forKey: reservation) else { return [] }
            return state.book.settle(open, as: spent)
        }
    }

    public func balances(of accounts: [BudgetAccount], at time: Date) async throws -> [Spending] {
        state.withLock { state in
            accounts.map { state.book.spent(in: $0, at: time) }
        }
    }

    /// Leaves nine tenths of the bound, so that this is seldom done; accounts with something put
    /// aside stay.
    private func forget(in state: inout State, at time: Date) {
        let kept = state.book.balances.filter { account, balance in
            balance.period == account.window?.period(of: time)
        }
        state.book.balances = kept
        let excess = kept.count - maximumAccounts * 9 / 10
        if excess > 0 {
            let idle = kept.filter { $0.value.held == Spending() }.keys
            let oldest = idle.sorted {
                (state.lastUse[$0] ?? .distantPast) < (state.lastUse[$1] ?? .distantPast)
            }
            for account in oldest.prefix(excess) { state.book.balances[account] = nil }
        }
        let balances = state.book.balances
        state.lastUse = state.lastUse.filter { balances[$0.key] != nil }
    }
}
