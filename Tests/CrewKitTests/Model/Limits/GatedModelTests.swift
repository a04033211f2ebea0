import CrewTesting
import Testing

@testable import CrewKit

@Suite("GatedModel", .timeLimit(.minutes(5)))
struct GatedModelTests {
    static let request = EndpointGateTests.request()

    @Test("A wait of a second is told, a shorter one is not")
    func waits() async throws {
        for (seconds, told) in [
            (0.9, []), (1.5, [ModelProgress.waited(.seconds(1.5), endpoint: "host")]),
        ] {
            let gate = EndpointGateTests.gate(InstantClock())
            _ = gate.leave(
                try await EndpointGateTests.enter(gate), .limited(.seconds(seconds)))
            let log = ProgressLog()
            let model = GatedModel(QueuedModel([RetryingModelTests.good]), gate: gate)
            _ = try await model.reply(to: Self.request) { log.take($0) }
            #expect(log.all == told)
            #expect(gate.callCount == 0)
        }
    }

    @Test("What becomes of the breaker is told by the call that caused it")
    func breaker() async throws {
        let clock = ManualClock()
        let gate = EndpointGateTests.gate(clock)
        let log = ProgressLog()
        let bad = RetryingModelTests.bad(.modelServerError)
        let model = GatedModel(QueuedModel([bad, bad, RetryingModelTests.good]), gate: gate)
        for _ in 0..<2 {
            await #expect(throws: CrewError.self) {
                try await model.reply(to: Self.request) { log.take($0) }
            }
        }
        clock.advance(by: .seconds(30))
        _ = try await model.reply(to: Self.request) { log.take($0) }
        let states = log.all.compactMap { progress -> BreakerChange.State? in
            guard case .breaker(let change) = progress else { return nil }
            return change.state
        }
        #expect(states == [.open, .trying, .closed])
    }

    @Test("A link that nobody takes over from waits for an endpoint that is left alone")
    func lastLink() async throws {
        let clock = InstantClock()
        let gate = EndpointGateTests.gate(clock)
        let bad = RetryingModelTests.bad(.modelServerError)
        let model = QueuedModel([bad, bad, RetryingModelTests.good])
        let link = ModelLink(model, retry: ModelRetryPolicy(attempts: 4), gate: gate)
        let chain = ModelChain([link], clock: clock, random: { 0 })
        #expect(try await chain.reply(to: Self.request) { _ in }.text == "ok")
        #expect(clock.sleeps.contains(.seconds(30)))
    }

    @Test("While an endpoint is left alone the next model takes over at once")
    func nextLink() async throws {
        let clock = InstantClock()
        let gate = EndpointGateTests.gate(clock)
        _ = try await EndpointGateTests.open(gate)
        let first = QueuedModel([], name: "first")
        let chain = ModelChain(
            [
                ModelLink(first, retry: ModelRetryPolicy(), gate: gate),
                ModelLink(
                    QueuedModel([RetryingModelTests.good], name: "second"),
                    conditions: [.onRateLimit]),
            ], clock: clock)
        let log = ProgressLog()
        #expect(try await chain.reply(to: Self.request) { log.take($0) }.model == "second")
        #expect(
            log.withoutLosses == [.fellBack(from: "first", to: "second", reason: .modelLeftAlone)])
        #expect(clock.sleeps.isEmpty)
    }
}
