import CrewKit
import CrewTesting
import Testing

@Suite("ModelChain")
struct ModelChainTests {
    static let request = RetryingModelTests.request
    static let good = RetryingModelTests.good

    static func failing(
        _ code: CrewError.Code, name: String = "first", retryAfter: Duration? = nil
    ) -> ModelLink {
        ModelLink(
            QueuedModel(
                [.failure(CrewError(code, "\(name) failed", retryAfter: retryAfter))], name: name))
    }

    static func answering(_ name: String, on conditions: Set<FallbackCondition> = []) -> ModelLink {
        ModelLink(QueuedModel([good], name: name), conditions: conditions)
    }

    @Test("Without a failure nobody else is asked")
    func noFailure() async throws {
        let backup = QueuedModel([], name: "second")
        let chain = ModelChain([Self.answering("first"), ModelLink(backup)])
        #expect(try await chain.reply(to: Self.request) { _ in } == ModelReply(text: "ok"))
        #expect(backup.calls == 0)
        #expect(chain.name == "first")
    }

    @Test(
        "The next model answers when one fails, and is named",
        arguments: [
            CrewError.Code.modelServerError, .modelRejectedKey, .modelQuotaExhausted,
            .modelNotFound, .modelContextOverflow, .modelAnsweredNonsense, .modelUnavailable,
            .modelLeftAlone, .modelRateLimited,
        ])
    func fallsBack(code: CrewError.Code) async throws {
        let log = ProgressLog()
        let chain = ModelChain([Self.failing(code), Self.answering("second")])
        let reply = try await chain.reply(to: Self.request) { log.take($0) }
        #expect(reply.model == "second")
        #expect(log.withoutLosses == [.fellBack(from: "first", to: "second", reason: code)])
    }

    @Test(
        "What no other model could mend is thrown as it is",
        arguments: [
            CrewError.Code.modelRejectedRequest, .modelContentFiltered, .budgetExceeded,
            .cassetteMismatch,
        ])
    func staysWithPrimary(code: CrewError.Code) async throws {
        let backup = QueuedModel([], name: "second")
        let error = await #expect(throws: CrewError.self) {
            try await ModelChain([Self.failing(code), ModelLink(backup)])
                .reply(to: Self.request) { _ in }
        }
        #expect(error?.code == code)
        #expect(error?.message == "first failed")
        #expect(backup.calls == 0)
    }

    @Test("A cancelled call is not handed over")
    func cancelled() async throws {
        let backup = QueuedModel([], name: "second")
        await #expect(throws: CancellationError.self) {
            let first = QueuedModel([.failure(CancellationError())], name: "first")
            _ = try await ModelChain([ModelLink(first), ModelLink(backup)])
                .reply(to: Self.request) { _ in }
        }
        #expect(backup.calls == 0)
    }

    @Test("A model whose conditions do not match is passed over, until one does")
    func conditions() async throws {
        let expected: [(CrewError.Code, String)] = [
            (.modelRateLimited, "limits"), (.modelQuotaExhausted, "limits"),
            (.modelLeftAlone, "limits"), (.modelTimeout, "time"),
            (.modelContextOverflow, "large"), (.modelServerError, "any"),
        ]
        for (code, name) in expected {
            let chain = ModelChain([
                Self.failing(code), Self.answering("large", on: [.onContextOverflow]),
                Self.answering("limits", on: [.onRateLimit]),
                Self.answering("time", on: [.onTimeout]), Self.answering("any", on: [.onError]),
            ])
            #expect(try await chain.reply(to: Self.request) { _ in }.model == name, "\(code)")
        }
    }

    @Test(
        "Nobody takes over from what is wrong with the request, or with us",
        arguments: [
            CrewError.Code.storeFailed, .budgetExceeded, .cassetteMismatch, .invalidDefinition,
            .modelRejectedRequest, .modelContentFiltered, CrewError.Code("new_one"),
        ])
    func unmended(code: CrewError.Code) {
        #expect(!FallbackCondition.onError.matches(code))
    }

    @Test("A model takes over for what befell any before it, not only the last")
    func earlierFailure() async throws {
        let chain = ModelChain([
            Self.failing(.modelContextOverflow), Self.failing(.modelServerError, name: "second"),
            Self.answering("large", on: [.onContextOverflow]),
        ])
        #expect(try await chain.reply(to: Self.request) { _ in }.model == "large")
    }

    @Test("When nobody's conditions match, the failure is thrown as it is")
    func nobodyMatches() async throws {
        let chain = ModelChain([
            Self.failing(.modelServerError), Self.answering("second", on: [.onTimeout]),
        ])
        let error = await #expect(throws: CrewError.self) {
            try await chain.reply(to: Self.request) { _ in }
        }
        #expect(error?.message == "first failed")
    }

    @Test("When all fail the first failure leads, with what the others said and its own wait")
    func allFail() async throws {
        let chain = ModelChain([
            Self.failing(.modelRateLimited, retryAfter: .seconds(7)),
            Self.failing(.modelUnreachable, name: "second", retryAfter: .seconds(9)),
            Self.failing(.modelNotFound, name: "third"),
        ])
        let error = await #expect(throws: CrewError.self) {
            try await chain.reply(to: Self.request) { _ in }
        }
        #expect(error?.code == .modelRateLimited)
        #expect(
            error?.message == "first failed; then second: second failed; then third: third failed")
        #expect((error?.cause as? CrewError)?.message == "first failed")
        #expect(error?.retryAfter == .seconds(7))
    }

    @Test("Each link is tried as often as its own policy says, before the next one takes over")
    func retries() async throws {
        let clock = InstantClock()
        let bad = RetryingModelTests.bad(.modelServerError)
        let first = QueuedModel([bad, bad], name: "first")
        let second = QueuedModel([bad, Self.good], name: "second")
        let log = ProgressLog()
        let chain = ModelChain(
            [
                ModelLink(first, retry: ModelRetryPolicy(attempts: 2)),
                ModelLink(second, retry: ModelRetryPolicy(attempts: 2)),
            ], clock: clock, random: { 1 })
        #expect(try await chain.reply(to: Self.request) { log.take($0) }.model == "second")
        #expect(clock.sleeps == [.milliseconds(500), .milliseconds(500)])
        #expect(
            log.withoutLosses == [
                .retrying(attempt: 1, after: .milliseconds(500), reason: .modelServerError),
                .fellBack(from: "first", to: "second", reason: .modelServerError),
                .retrying(attempt: 1, after: .milliseconds(500), reason: .modelServerError),
            ])
    }

    @Test(
        "A model that is silent is handed on at once, and asked again only where nobody takes over")
    func timeouts() async throws {
        let bad = RetryingModelTests.bad(.modelTimeout)
        let first = QueuedModel([bad], name: "first")
        let second = QueuedModel([bad, Self.good], name: "second")
        let clock = InstantClock()
        let chain = ModelChain(
            [
                ModelLink(first, retry: ModelRetryPolicy()),
                ModelLink(second, retry: ModelRetryPolicy(), conditions: [.onTimeout]),
            ], clock: clock, random: { 1 })
        #expect(try await chain.reply(to: Self.request) { _ in }.model == "second")
        #expect(first.calls == 1 && second.calls == 2)
    }

    @Test("Each link's replies cost what that link costs")
    func prices() async throws {
        let usage = Usage(inputTokens: 1_000_000, outputTokens: 0)
        let reply = ModelReply(text: "x", usage: usage)
        var first = Self.failing(.modelServerError)
        first.price = TokenPrice(inputPerMillion: 5, outputPerMillion: 5)
        let second = ModelLink(
            QueuedModel([.success(reply)], name: "second"),
            price: TokenPrice(inputPerMillion: 2, outputPerMillion: 2))
        let chain = ModelChain([first, second])
        #expect(try await chain.reply(to: Self.request) { _ in }.cost == 2)
    }
}
