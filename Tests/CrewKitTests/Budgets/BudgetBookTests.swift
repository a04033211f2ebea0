import CrewKit
import CrewTesting
import Foundation
import Testing

/// A limit, written in short.
func line(
    _ measure: BudgetMeasure, _ amount: Int, per scope: BudgetScope = .crew, of owner: String = "c",
    within window: BudgetWindow? = nil, mode: BudgetMode = .block
) -> BudgetLine {
    BudgetLine(
        limit: BudgetLimit(measure, per: scope, within: window, amount: amount, mode: mode),
        owner: owner)
}

@Suite("Budget book")
struct BudgetBookTests {
    private let noon = Date(timeIntervalSince1970: 1_795_262_400)

    private func ask(
        _ lines: [BudgetLine], least: Spending, likely: Spending? = nil
    ) -> BudgetReservation {
        BudgetReservation(id: "r", lines: lines, least: least, likely: likely)
    }

    @Test("The store in memory keeps the contract")
    func contract() async throws {
        try await BudgetStoreContract { InMemoryBudgetStore() }.check()
    }

    @Test("A call without a bound of its own gets what is left, and no less than it needs")
    func shrinks() throws {
        var book = BudgetBook()
        let lines = [line(.tokens, 1_000)]
        let answer = book.reserve(
            ask(
                lines, least: Spending(inputTokens: 900, outputTokens: 1, calls: 1),
                likely: Spending(inputTokens: 900, outputTokens: 500, calls: 1)), at: noon)
        guard case .granted(let grant) = answer else {
            Issue.record("was refused: \(answer)")
            return
        }
        #expect(grant.amount.outputTokens == 100)
        #expect(grant.left[.tokens] == 1_000)
        let next = book.reserve(
            ask(lines, least: Spending(inputTokens: 1, calls: 1)), at: noon)
        guard case .refused(let notice) = next else {
            Issue.record("was granted: \(next)")
            return
        }
        #expect(notice.spent == 1_000)
        #expect(notice.asked == 1)
        #expect(notice.resetsAt == nil)
    }

    @Test("A refusal says when the count begins anew")
    func reset() throws {
        var book = BudgetBook()
        let answer = book.reserve(
            ask([line(.calls, 0, within: .hour)], least: Spending(calls: 1)), at: noon + 60)
        guard case .refused(let notice) = answer else {
            Issue.record("was granted: \(answer)")
            return
        }
        #expect(notice.resetsAt == noon + 3_600)
        #expect(
            notice.sentence
                == "the budget of 0 calls per hour of crew 'c' is used up: 0 calls are spent or put "
                + "aside, and this call may take 1 calls; it begins anew at "
                + "2026-11-21T13:00:00.000000Z")
    }

    @Test("So many failures in a row block, and a call that succeeds ends the row")
    func row() throws {
        var book = BudgetBook()
        let lines = [line(.errorsInARow, 2)]
        func call(errors: Int) -> Bool {
            let reservation = ask(lines, least: Spending(calls: 1))
            guard case .granted(let grant) = book.reserve(reservation, at: noon) else {
                return false
            }
            _ = book.settle(
                OpenReservation(reservation, grant), as: Spending(calls: 1, errors: errors))
            return true
        }
        #expect(call(errors: 1))
        #expect(call(errors: 0))
        #expect(call(errors: 1))
        #expect(call(errors: 1))
        #expect(!call(errors: 1))
    }

    @Test(
        "What cannot be foreseen of a call blocks the next one",
        arguments: [BudgetMeasure.reasoningTokens, .cachedTokens])
    func unforeseen(_ measure: BudgetMeasure) throws {
        var book = BudgetBook()
        let lines = [line(measure, 10)]
        let reservation = ask(lines, least: Spending(calls: 1))
        guard case .granted(let grant) = book.reserve(reservation, at: noon) else {
            Issue.record("was refused")
            return
        }
        _ = book.settle(
            OpenReservation(reservation, grant),
            as: Spending(cachedTokens: 10, reasoningTokens: 10, calls: 1))
        guard case .refused = book.reserve(reservation, at: noon) else {
            Issue.record("was granted")
            return
        }
    }

    @Test("A limit that only warns lets calls pass, and says once that it was")
    func warns() throws {
        var book = BudgetBook()
        let lines = [line(.tokens, 100, mode: .warn)]
        var notices: [BudgetNotice] = []
        for _ in 0..<4 {
            let reservation = ask(lines, least: Spending(inputTokens: 60, calls: 1))
            guard case .granted(let grant) = book.reserve(reservation, at: noon) else {
                Issue.record("was refused")
                return
            }
            notices += book.settle(
                OpenReservation(reservation, grant), as: Spending(inputTokens: 60, calls: 1))
        }
        #expect(notices.map(\.kind) == [.exceeded])
        #expect(notices.first?.spent == 120)
    }

    @Test("A bound on single calls counts nothing together")
    func calls() throws {
        var book = BudgetBook()
        let lines = [line(.tokens, 100, per: .call)]
        for _ in 0..<3 {
            let fits = book.reserve(ask(lines, least: Spending(inputTokens: 90)), at: noon)
            guard case .granted = fits else {
                Issue.record("was refused")
                return
            }
        }
        let large = book.reserve(ask(lines, least: Spending(inputTokens: 101)), at: noon)
        guard case .refused = large else {
            Issue.record("was granted")
            return
        }
        #expect(book.balances.isEmpty)
    }

    @Test("Sums that pass every bound stay at the largest number")
    func overflow() {
        var spent = Spending(inputTokens: .max, outputTokens: .max, cost: .max)
        spent.add(Spending(inputTokens: 5, outputTokens: 5, cost: 5, errors: 1))
        #expect(spent[.tokens] == .max)
        #expect(spent.cost == .max)
        #expect(spent.errorsInARow == 1)
    }

    @Test("A store in memory forgets what was not used for the longest time")
    func bounded() async throws {
        let store = InMemoryBudgetStore(maximumAccounts: 100)
        for index in 0..<250 {
            let id = ReservationID("\(index)")
            let lines = [line(.tokens, 1_000, per: .run, of: "run \(index)")]
            _ = try await store.reserve(
                BudgetReservation(id: id, lines: lines, least: Spending(inputTokens: 7)),
                at: noon + Double(index))
            _ = try await store.settle(id, as: Spending(inputTokens: 7))
        }
        let accounts = (0..<250).map {
            BudgetAccount(scope: .run, owner: "run \($0)", window: nil)
        }
        let known = try await store.balances(of: accounts, at: noon)
            .filter { $0.inputTokens == 7 }.count
        #expect(known >= 90 && known <= 100)
        #expect(try await store.balances(of: [accounts[249]], at: noon)[0].inputTokens == 7)
    }
}
