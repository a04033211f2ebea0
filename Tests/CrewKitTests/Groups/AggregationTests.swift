import CrewKit
import CrewTesting
import Testing

@Suite("What is made of a group's results")
struct AggregationTests {
    private func fixture(_ aggregation: Aggregation, next: AgentID? = nil) -> CrewFixture {
        CrewFixture(
            AgentDefinition(id: "a"), AgentDefinition(id: "b"), AgentDefinition(id: "c"),
            AgentDefinition(id: "d"), AgentDefinition(id: "e"), AgentDefinition(id: "f"),
            routing: RoutingDefinition(
                signals: [
                    "a": [SignalRoute("[ALL]", to: "g")], "e": [SignalRoute("[F]", to: "f")],
                ],
                groups: [
                    "g": ParallelGroup(
                        agents: ["b", "c", "d"], aggregation: aggregation, nextAgent: next)
                ]))
    }

    private func joined(
        _ aggregation: Aggregation, _ b: String, _ c: String, _ d: String
    ) async throws -> String {
        try await fixture(aggregation).run(
            "hi", ["a": [.text("[ALL]")], "b": [.text(b)], "c": [.text(c)], "d": [.text(d)]]
        ).result.text
    }

    @Test("json is an array in the group's order; a text that is JSON becomes a value")
    func json() async throws {
        let text = try await joined(.json, "plain \"text\"", "{\"n\": 1}", "```json\n[2]\n```")
        #expect(
            text == """
                [{"agent":"b","outcome":"completed","text":"plain \\"text\\""},\
                {"agent":"c","outcome":"completed","value":{"n":1}},\
                {"agent":"d","outcome":"completed","value":[2]}]
                """)
    }

    @Test("table has a row for each agent, whatever stands in a text")
    func table() async throws {
        let text = try await joined(.table, "one | two", "first\nsecond\r\nthird", "plain")
        #expect(
            text == """
                | agent | result |
                |---|---|
                | b | one \\| two |
                | c | first<br>second<br>third |
                | d | plain |
                """)
    }

    @Test("dedupe says equal texts once, under all who said them")
    func dedupe() async throws {
        let text = try await joined(.dedupe, "It is 42", "no", "it is\n 42")
        #expect(text.contains("[b, d]\nIt is 42\n\n[c]\nno\n\n"))
    }

    @Test("vote takes what most say, and of equals what was said by the earlier member")
    func vote() async throws {
        #expect(try await joined(.vote, "no", "Yes", "yes ") == "Yes\n\n[2 of 3 votes: c, d]")
        #expect(try await joined(.vote, "x", "y", "z") == "x\n\n[1 of 3 votes: b]")
    }

    @Test("An agent makes one text of the results, alone, and the group's next agent goes on")
    func agent() async throws {
        let model = ScriptedModel([
            "a": [.text("[ALL]")], "b": [.text("1")], "c": [.text("2")], "d": [.text("3")],
            "e": [.text("six [F] [END]")], "f": [.text("done")],
        ])
        let told = try await fixture(.agent("e"), next: "f").run(RunRequest("hi"), model)
        #expect(told.path == ["a", "e", "f"])
        let reasons = told.events.compactMap { stored -> HandoffReason? in
            if case .handedOff(let handoff) = stored.event { return handoff.reason }
            return nil
        }
        #expect(reasons == [.aggregate, .group])
        #expect(told.result.text == "done" && model.unusedReplies.isEmpty)
        // Its signals mean nothing: it has one thing to do.
        #expect(told.names.filter { $0 == "signal_matched" }.count == 1)
    }

    @Test("Without a next agent the run ends with the aggregating agent's text")
    func agentAtTheEnd() async throws {
        let told = try await fixture(.agent("e")).run(
            "hi",
            [
                "a": [.text("[ALL]")], "b": [.text("1")], "c": [.text("2")], "d": [.text("3")],
                "e": [.text("six")],
            ])
        #expect(told.result.outcome == .completed && told.result.text == "six")
    }
}
