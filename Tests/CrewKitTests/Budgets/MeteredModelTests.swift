import CrewTesting
import Foundation
import Synchronization
import Testing

@testable import CrewKit

@Suite("Metered models")
struct MeteredModelTests {
    private final class Log: Sendable {
        private let entries = Mutex<[ModelProgress]>([])
        var all: [ModelProgress] { entries.withLock(\.self) }
        func take(_ progress: ModelProgress) { entries.withLock { $0.append(progress) } }
    }

    private let store = InMemoryBudgetStore()
    private let price = TokenPrice(inputPerMillion: 10, outputPerMillion: 50)

    private func request(_ lines: BudgetLine..., output: Int? = nil) -> ModelRequest {
        var request = ModelRequest(
            agent: "a", messages: [.user("What is there to see?")], maxOutputTokens: output)
        request.budget = CallBudget(lines: lines, price: nil, store: store, now: { Date() })
        return request
    }

    private func spent(_ line: BudgetLine) async throws -> Spending {
        try await store.balances(of: [line.account], at: Date())[0]
    }

    @Test("What was put aside is replaced by what the endpoint tells")
    func settles() async throws {
        let usage = Usage(inputTokens: 7, outputTokens: 3, cachedInputTokens: 2)
        let model = MeteredModel(
            ScriptedModel(["a": [.reply(ModelReply(text: "all", usage: usage))]]), price: price)
        let limit = line(.tokens, 10_000)
        let reply = try await model.reply(to: request(limit)) { _ in }
        #expect(reply.cost == 0.00022)
        let spent = try await spent(limit)
        #expect(spent[.tokens] == 10)
        #expect(spent.cachedTokens == 2)
        #expect(spent.cost == 220_000)
        #expect(spent.calls == 1)
        #expect(spent.bytes == "What is there to see?all".utf8.count)
    }

    @Test("A call that does not fit is not sent, and the error tells the limit")
    func refuses() async throws {
        let base = ScriptedModel(["a": [.text("never")]])
        let model = MeteredModel(base, price: price)
        let error = try await #require(throws: CrewError.self) {
            try await model.reply(to: request(line(.tokens, 50), output: 50)) { _ in }
        }
        #expect(error.code == .budgetExceeded)
        #expect(!error.code.isWorthRetrying)
        #expect(error.message.contains("the budget of 50 tokens of crew 'c' is used up"))
        #expect(base.requests.isEmpty)
    }

    @Test("Money cannot be kept within a limit when the price is not known: that is said")
    func unknownPrice() async throws {
        let base = ScriptedModel(["a": [.text("one"), .text("two")]])
        let model = MeteredModel(base, price: nil)
        let error = try await #require(throws: CrewError.self) {
            try await model.reply(to: request(line(.cost, 1_000_000_000))) { _ in }
        }
        #expect(error.message.contains("what the model costs is not known"))
        #expect(base.requests.isEmpty)
        let warned = try await model.reply(to: request(line(.cost, 1, mode: .warn))) { _ in }
        #expect(warned.cost == nil)
        let free = MeteredModel(base, price: .free)
        let reply = try await free.reply(to: request(line(.cost, 0))) { _ in }
        #expect(reply.cost == 0)
    }

    @Test("A reply without a bound of its own is bounded by what was put aside for it")
    func caps() async throws {
        let base = ScriptedModel([
            "a": [.text("one"), .text("two"), .text("three"), .text("4"), .text("5")]
        ])
        let model = MeteredModel(base, price: price)
        _ = try await model.reply(to: request(line(.outputTokens, 77))) { _ in }
        #expect(base.requests.last?.maxOutputTokens == 77)
        // A dime buys 2,000 tokens of output.
        _ = try await model.reply(to: request(line(.cost, 100_000_000, of: "d"))) { _ in }
        let cap = try #require(base.requests.last?.maxOutputTokens)
        #expect(cap > 1_900 && cap <= 2_000)
        _ = try await model.reply(to: request(line(.tokens, 1_000, of: "e"), output: 20)) { _ in }
        #expect(base.requests.last?.maxOutputTokens == 20)
        // No endpoint takes a bound of millions.
        _ = try await model.reply(to: request(line(.tokens, 50_000_000, of: "f"))) { _ in }
        #expect(base.requests.last?.maxOutputTokens == 4_096)
        _ = try await model.reply(to: request(line(.tokens, 1, of: "g", mode: .warn))) { _ in }
        #expect(base.requests.last?.maxOutputTokens == nil)
    }

    @Test("An attempt that broke off in mid-reply counts with what it is thought to have spent")
    func lost() async throws {
        let log = Log()
        let limit = line(.tokens, 10_000)
        let base = ScriptedModel([
            "a": [
                .make { _ in throw CrewError(.modelRateLimited, "slow down") },
                .make { _ in throw CrewError(.modelStreamCut, "cut") },
            ]
        ])
        let model = MeteredModel(base, price: price)
        await #expect(throws: CrewError.self) {
            try await model.reply(to: request(limit)) { log.take($0) }
        }
        #expect(try await spent(limit)[.tokens] == 0)
        #expect(try await spent(limit).errors == 1)
        #expect(log.all.isEmpty)
        await #expect(throws: CrewError.self) {
            try await model.reply(to: request(limit)) { log.take($0) }
        }
        let input = try await spent(limit).inputTokens
        #expect(input > 0)
        #expect(try await spent(limit).calls == 2)
        #expect(
            log.all == [
                .lost(
                    Usage(inputTokens: input, outputTokens: 0, isComplete: false),
                    cost: Double(input) * 10 / 1e6)
            ])
    }

    @Test("A reply that could not be counted is an error, and stays put aside")
    func storeFails() async throws {
        struct Broken: BudgetStore {
            let base = InMemoryBudgetStore()
            func reserve(
                _ reservation: BudgetReservation, at time: Date
            ) async throws -> BudgetAnswer { try await base.reserve(reservation, at: time) }
            func settle(
                _ reservation: ReservationID, as spent: Spending
            ) async throws -> [BudgetNotice] { throw CrewError(.storeFailed, "the disk is full") }
            func balances(
                of accounts: [BudgetAccount], at time: Date
            ) async throws -> [Spending] { try await base.balances(of: accounts, at: time) }
        }
        let broken = Broken()
        let limit = line(.calls, 5)
        var request = request(limit)
        request.budget = CallBudget(lines: [limit], price: nil, store: broken, now: { Date() })
        let model = MeteredModel(ScriptedModel(["a": [.text("all")]]), price: nil)
        let error = try await #require(throws: CrewError.self) {
            try await model.reply(to: request) { _ in }
        }
        #expect(error.code == .storeFailed)
        #expect(try await broken.balances(of: [limit.account], at: Date())[0].calls == 1)
    }

    @Test("A cancelled call counts all that was put aside, tells what had come, and is no failure")
    func cancelled() async throws {
        let base = ScriptedModel(["a": [.hang(after: "half of the answer")]])
        let model = MeteredModel(base, price: price)
        let limit = line(.tokens, 10_000)
        let log = Log()
        let task = Task { try await model.reply(to: request(limit)) { log.take($0) } }
        await base.waitForRequests(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        let spent = try await spent(limit)
        #expect(spent.outputTokens == 4_096)
        let told = log.all.compactMap { progress -> Int? in
            if case .lost(let usage, _) = progress { return usage.outputTokens }
            return nil
        }
        #expect(told == [6])
        #expect(spent.errors == 0)
        #expect(spent.calls == 1)
    }

    @Test(
        "Numbers that no call can have spent are unknown",
        arguments: [
            Usage(inputTokens: .max, outputTokens: .max), Usage(inputTokens: -5, outputTokens: -9),
            Usage(inputTokens: nil, outputTokens: -1), Usage(inputTokens: 1 << 40, outputTokens: 3),
        ])
    func nonsense(_ usage: Usage) async throws {
        var reply = ModelReply(text: "x", usage: usage)
        reply.cost = .infinity
        let limit = line(.tokens, 100_000)
        let model = MeteredModel(
            ScriptedModel(["a": [.reply(reply), .reply(reply), .reply(reply)]]), price: price)
        for _ in 0..<2 {
            let answer = try await model.reply(to: request(limit)) { _ in }
            #expect(answer.usage?.isComplete == false)
            #expect(answer.cost == nil)
        }
        _ = try await model.reply(to: request()) { _ in }
        let spent = try await spent(limit)
        #expect(spent.inputTokens > 0 && spent[.tokens] < 1_000)
        #expect(spent.cost > 0)
    }

    @Test("A call ends when the time is over that its budget leaves")
    func time() async throws {
        let clock = ManualClock()
        let base = ScriptedModel(["a": [.hang(after: "")]])
        let model = MeteredModel(base, price: nil, clock: clock)
        let task = Task { try await model.reply(to: request(line(.time, 2_000))) { _ in } }
        await base.waitForRequests(1)
        await clock.waitForSleepers(of: .seconds(2))
        clock.advance(by: .seconds(2))
        let error = try await #require(throws: CrewError.self) { try await task.value }
        #expect(error.code == .budgetExceeded)
        #expect(error.message.contains("2.0 s"))
    }

    @Test("Estimates are corrected by what such estimates turned out to be")
    func corrected() async throws {
        let model = MeteredModel(
            ScriptedModel([
                "a": Array(
                    repeating: .make { request in
                        let input = 3 * TokenEstimate.byClass(of: request)
                        return ModelReply(usage: Usage(inputTokens: input, outputTokens: 40))
                    }, count: 3)
            ]), price: nil)
        let asked = request(line(.calls, 9))
        let before = CallEstimate(of: asked, price: nil, history: model.history)
        _ = try await model.reply(to: asked) { _ in }
        let after = CallEstimate(of: asked, price: nil, history: model.history)
        #expect(after.input == 3 * before.input)
        #expect(before.likely.outputTokens == 4_096)
        #expect(after.likely.time < before.likely.time)
    }

    @Test(
        "The original's estimates are kept",
        arguments: [
            ("", 0...0), ("a", 1...1), ("hello", 1...2), ("Hello world", 3...5),
            ("12345678", 4...6), ("{}[]().,!?", 10...12),
            (#"{"name":"test","value":123}"#, 15...25),
            ("func main() { fmt.Println(42) }", 15...25), ("你好世界", 6...8),
            ("こんにちは", 7...10), ("안녕하세요", 7...10), ("Xin chào thế giới", 6...12),
            ("Привет мир", 5...10), ("Hello 世界! 123", 8...15),
        ])
    func classes(_ text: String, _ range: ClosedRange<Int>) {
        #expect(range.contains(TokenEstimate.byClass(of: text)), "\(text)")
    }

    @Test("Prices of parts and of long calls count")
    func prices() {
        var price = TokenPrice(
            inputPerMillion: 4, outputPerMillion: 20, cachedInputPerMillion: 0.4,
            cacheWritePerMillion: 5, reasoningPerMillion: 30)
        let usage = Usage(
            inputTokens: 1_000, outputTokens: 100, cachedInputTokens: 400, cacheWriteTokens: 100,
            reasoningTokens: 40)
        // 500 * 4 + 400 * 0.4 + 100 * 5 + 60 * 20 + 40 * 30 millionths
        #expect(usage.nanodollars(at: price) == 5_060_000)
        price.tiers = [
            .init(aboveInputTokens: 999, inputPerMillion: 8, outputPerMillion: 40)
        ]
        #expect(usage.nanodollars(at: price) == 12_000_000)
        #expect(Usage(reasoningTokens: 4).nanodollars(at: price) == nil)
        #expect(Usage(inputTokens: 1).nanodollars(at: .free) == 0)
        #expect(
            Usage(inputTokens: 1).nanodollars(
                at: TokenPrice(inputPerMillion: 0.0001, outputPerMillion: 0)) == 1)
    }
}
