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

    /// What was really spent, by those who spend it.
    private final class Truth: Sendable {
        private let sums = Mutex<[BudgetLine: Int]>([:])

        func add(_ spending: Spending, to lines: [BudgetLine]) {
            sums.withLock { sums in
                for line in Set(lines) { sums[line, default: 0] += spending[line.limit.measure] }
            }
        }

        var all: [BudgetLine: Int] { sums.withLock(\.self) }
    }

    private static let price = TokenPrice(
        inputPerMillion: 1, outputPerMillion: 3, cacheWritePerMillion: 2, reasoningPerMillion: 4)

    @Test("Concurrent spenders never pass a hard limit", arguments: 1...25)
    func neverPassed(_ seed: Int) async throws {
        let store = InMemoryBudgetStore()
        let truth = Truth()
        var dice = SeededGenerator(seed: UInt64(seed))
        let spenders = (0..<12).map { (tree(&dice, spender: $0), dice.next()) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, spender) in spenders.enumerated() {
                let request = ModelRequest(agent: "a", messages: [.user("call of \(number)")])
                group.addTask {
                    try await spend(
                        request, spender.0, SeededGenerator(seed: spender.1), store, truth)
                }
            }
            try await group.waitForAll()
        }
        for (line, spent) in truth.all {
            #expect(
                spent <= line.limit.amount,
                "\(line.limit.scope) \(line.owner) \(line.limit.measure)")
        }
    }

    /// Calls through the meter, with a model that says as much as it may, and sometimes fails. Every
    /// third call has no bound of its own.
    private func spend(
        _ request: ModelRequest, _ lines: [BudgetLine], _ dice: SeededGenerator,
        _ store: InMemoryBudgetStore, _ truth: Truth
    ) async throws {
        var dice = dice
        for call in 0..<40 {
            let bound = Int.random(in: 1...400, using: &dice)
            let fate = Int.random(in: 0..<10, using: &dice)
            let talker = Talker(fate: fate) { truth.add($0, to: lines) }
            let model = MeteredModel(talker, price: Self.price)
            var request = request
            request.maxOutputTokens = call % 3 == 0 ? nil : bound
            request.budget = CallBudget(
                lines: lines, price: nil, store: store, now: { Date(timeIntervalSince1970: 0) })
            do {
                _ = try await model.reply(to: request) { _ in }
            } catch let error as CrewError {
                #expect(error.code == .budgetExceeded || error.code == .modelStreamCut)
            }
        }
    }

    /// Uses up what it is allowed to say, at the dearest; takes in what was estimated.
    private struct Talker: LanguageModel {
        let fate: Int
        let spent: @Sendable (Spending) -> Void
        let name = "talker"

        func reply(
            to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
        ) async throws -> ModelReply {
            await Task.yield()
            let most = request.maxOutputTokens ?? 50
            let output = fate < 5 ? most : (most + 1) / 2
            let input = TokenEstimate.byClass(of: request)
            let usage = Usage(
                inputTokens: input, outputTokens: output, cacheWriteTokens: input,
                reasoningTokens: output)
            spent(
                Spending(
                    inputTokens: input, outputTokens: output,
                    cost: usage.nanodollars(at: BudgetPropertyTests.price) ?? 0, calls: 1))
            // Thought of, and never seen.
            if fate == 0 { throw CrewError(.modelStreamCut, "cut") }
            return ModelReply(text: "done", usage: usage)
        }
    }
}
