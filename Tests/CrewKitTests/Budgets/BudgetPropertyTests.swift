import CrewTesting
import Foundation
import Synchronization
import Testing

@testable import CrewKit

/// Random trees of budgets, and spenders at the same time.
@Suite("Budgets that hold")
struct BudgetPropertyTests {
    private static let scopes: [BudgetScope] = [.tenant, .crew, .session, .agent, .run]

    /// One to three limits at each height, with owners that are shared by fewer and fewer.
    private func tree(_ dice: inout SeededGenerator, spender: Int) -> [BudgetLine] {
        Self.scopes.enumerated().flatMap { height, scope in
            (0..<Int.random(in: 0...2, using: &dice)).map { index in
                let measures: [BudgetMeasure] = [.tokens, .outputTokens, .cost, .calls]
                let measure = measures[(height + index) % measures.count]
                return line(
                    measure, measure == .calls ? 40 : 5_000 * (height + 1), per: scope,
                    of: "\(scope) \(spender % (height + 1))", within: index == 0 ? nil : .day)
            }
        }
    }

    @Test("Concurrent spenders never pass a hard limit", arguments: 1...40)
    func neverPassed(_ seed: Int) async throws {
        let store = InMemoryBudgetStore()
        var dice = SeededGenerator(seed: UInt64(seed))
        let spenders = (0..<12).map { (tree(&dice, spender: $0), dice.next()) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, spender) in spenders.enumerated() {
                group.addTask { try await spend(number, spender.0, spender.1, store) }
            }
            try await group.waitForAll()
        }
        for line in Set(spenders.flatMap(\.0)) {
            let spent = try await store.balances(
                of: [line.account], at: Date(timeIntervalSince1970: 0))[0]
            #expect(
                spent[line.limit.measure] <= line.limit.amount,
                "\(line.limit.scope) \(line.owner) \(line.limit.measure)")
        }
    }

    /// Calls through the meter, with a model that says as much as it may, and sometimes fails.
    private func spend(
        _ number: Int, _ lines: [BudgetLine], _ seed: UInt64, _ store: InMemoryBudgetStore
    ) async throws {
        var dice = SeededGenerator(seed: seed)
        for call in 0..<40 {
            let bound = Int.random(in: 1...400, using: &dice)
            let fate = Int.random(in: 0..<10, using: &dice)
            let price = TokenPrice(inputPerMillion: 1, outputPerMillion: 3)
            let model = MeteredModel(Talker(fate: fate), price: price)
            var request = ModelRequest(
                agent: "a", messages: [.user("call \(call) of \(number)")], maxOutputTokens: bound)
            request.budget = CallBudget(
                lines: lines, price: nil, store: store, now: { Date(timeIntervalSince1970: 0) })
            do {
                let reply = try await model.reply(to: request) { _ in }
                #expect(reply.cost ?? 0 > 0)
            } catch let error as CrewError {
                #expect(error.code == .budgetExceeded || error.code == .modelStreamCut)
            }
        }
    }

    /// Uses up what it is allowed to say; takes in no more than was estimated.
    private struct Talker: LanguageModel {
        let fate: Int
        let name = "talker"

        func reply(
            to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
        ) async throws -> ModelReply {
            await Task.yield()
            let most = request.maxOutputTokens ?? 1
            if fate == 0 {
                progress(.text(String(repeating: "x", count: most)))
                throw CrewError(.modelStreamCut, "cut")
            }
            return ModelReply(
                text: "done", usage: Usage(inputTokens: 1, outputTokens: fate < 5 ? most : most / 2)
            )
        }
    }

    @Test("One after the other, calls without a bound of their own pass no limit either")
    func unbounded() async throws {
        let store = InMemoryBudgetStore()
        let model = MeteredModel(Talker(fate: 1), price: nil)
        let limit = line(.tokens, 3_000)
        var made = 0
        for _ in 0..<20 {
            var request = ModelRequest(agent: "a", messages: [.user("go on")])
            request.budget = CallBudget(
                lines: [limit], price: nil, store: store, now: { Date() })
            do {
                _ = try await model.reply(to: request) { _ in }
                made += 1
            } catch let error as CrewError {
                #expect(error.code == .budgetExceeded)
            }
        }
        let spent = try await store.balances(of: [limit.account], at: Date())[0]
        #expect(made >= 1)
        #expect(spent[.tokens] <= 3_000)
    }
}
