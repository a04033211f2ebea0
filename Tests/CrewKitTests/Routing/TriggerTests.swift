import CrewKit
import CrewTesting
import Testing

@Suite("Triggers of routes")
struct TriggerTests {
    private func path(
        _ trigger: SignalTrigger, saying reply: String
    ) async throws -> (path: [AgentID], level: SignalMatchLevel?) {
        var route = SignalRoute("[B]", to: "b")
        route.trigger = trigger
        let crew = CrewFixture(
            AgentDefinition(id: "a"), AgentDefinition(id: "b"), AgentDefinition(id: "c"),
            routing: RoutingDefinition(signals: ["a": [SignalRoute("[C]", to: "c"), route]]))
        let told = try await crew.run(
            "hi", ["a": [.text(reply)], "b": [.text("from b")], "c": [.text("from c")]])
        let levels = told.events.compactMap { stored -> SignalMatchLevel? in
            if case .signalMatched(let match) = stored.event { return match.level }
            return nil
        }
        return (told.path, levels.first)
    }

    @Test(
        "A reply without a signal takes the route whose trigger it pulls",
        arguments: [
            (SignalTrigger.keyword("refund"), "I think a REFUND is due.", true),
            (.keyword("refund"), "Refunds are another matter.", false),
            (.keyword("hoàn tiền"), "Khách muốn HOÀN  TIỀN ngay", true),
            (.keyword("refund"), "```\nrefund\n```", false),
            (.keyword("refund"), "<think>refund?</think> hello", false),
            (.pattern("order \\d+"), "About Order 77 then", true),
            (.pattern("order \\d+"), "About an order", false),
            (.prefix("escalate:"), "  ESCALATE: now", true),
            (.prefix("escalate:"), "do not escalate: now", false),
            (.any([.keyword("x"), .prefix("hello")]), "Hello there", true),
            (.all([.keyword("there"), .prefix("hello")]), "Hello there", true),
            (.all([.keyword("x"), .prefix("hello")]), "Hello there", false),
        ])
    func pulled(trigger: SignalTrigger, reply: String, isPulled: Bool) async throws {
        let told = try await path(trigger, saying: reply)
        #expect(told.path == (isPulled ? ["a", "b"] : ["a"]))
        #expect(told.level == (isPulled ? .trigger : nil))
    }

    @Test("A signal that was written counts more than a trigger")
    func signalFirst() async throws {
        let told = try await path(.keyword("refund"), saying: "no refund [C]")
        #expect(told.path == ["a", "c"] && told.level == .exact)
    }

    @Test("Of several the one with the higher priority is taken, as often as it may be")
    func priority() async throws {
        var low = SignalRoute("[LOW]", to: "b")
        low.trigger = .keyword("go")
        var high = SignalRoute("[HIGH]", to: "c")
        (high.trigger, high.priority, high.maxOccurs) = (.keyword("go"), 90, 1)
        let crew = CrewFixture(
            AgentDefinition(id: "a"), AgentDefinition(id: "b"), AgentDefinition(id: "c"),
            routing: RoutingDefinition(
                signals: ["a": [low, high], "c": [SignalRoute("[BACK]", to: "a")]]))
        let told = try await crew.run(
            "hi",
            ["a": [.text("go"), .text("go")], "c": [.text("[BACK]")], "b": [.text("end")]])
        #expect(told.path == ["a", "c", "a", "b"])
        #expect(told.warnings == [.severalSignals, .signalExhausted])
    }

    @Test("A pattern that would search for ever gives up")
    func endless() async throws {
        let told = try await path(
            .pattern("(a+)+$"), saying: String(repeating: "a", count: 40) + "!")
        #expect(told.path == ["a"])
    }
}
