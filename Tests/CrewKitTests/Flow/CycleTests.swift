import CrewTesting
import Testing

@testable import CrewKit

@Suite("Cycles, and bounds on ways")
struct CycleTests {
    private func found(_ crew: CrewDefinition) -> [String] {
        crew.problems(tools: []).map { "\($0.severity.rawValue) \($0.code) \($0.path)" }
    }

    private func crew(
        _ agents: [AgentID], _ routing: RoutingDefinition = RoutingDefinition()
    ) -> CrewDefinition {
        CrewDefinition(
            name: "test", agents: agents.map { AgentDefinition(id: $0) }, routing: routing)
    }

    /// A row of agents, each the default of the one before it.
    private func row(_ count: Int) -> CrewDefinition {
        let ids = (0..<count).map { AgentID("a\($0)") }
        var test = crew(ids)
        for (id, next) in zip(ids, ids.dropFirst()) { test.routing.defaults[id] = .some(next) }
        return test
    }

    @Test("A cycle with a way out is a note that shows the round and the way out")
    func left() throws {
        let test = crew(
            ["a", "b"],
            RoutingDefinition(
                signals: ["a": [SignalRoute("[B]", to: "b")], "b": [SignalRoute("[A]", to: "a")]]))
        let problem = try #require(test.problems(tools: []).first)
        #expect(found(test) == ["note flow_cycle routing.signals.a[0]"])
        #expect(
            problem.message
                == "a run can go round: a –[B]→ b –[A]→ a; it is left by a –no signal→ the end, "
                + "b –no signal→ the end")
    }

    @Test("A cycle that only an unmentioned built-in signal leaves is a warning")
    func weak() {
        var test = crew(["a", "b"], RoutingDefinition(defaults: ["a": "b", "b": "a"]))
        #expect(found(test) == ["warning endless_cycle routing.defaults.a"])
        test.agents[1].systemPrompt = "When all is said, write [done]."
        #expect(found(test) == ["note flow_cycle routing.defaults.a"])
    }

    @Test("A cycle that nothing leaves is an error")
    func endless() {
        var test = crew(
            ["a", "b", "c"], RoutingDefinition(defaults: ["a": "b", "b": "c", "c": "b"]))
        test.settings.usesBuiltInSignals = false
        #expect(
            found(test)
                == [
                    "error endless_cycle routing.defaults.b",
                    "error limit_before_end settings.max_handoffs",
                ].prefix(1).map { $0 })
        test.routing.behaviors["c"] = AgentBehavior(waitForSignal: true)
        #expect(found(test) == [])
    }

    @Test("An agent that is its own default goes round by itself")
    func oneself() {
        var test = crew(["a"], RoutingDefinition(defaults: ["a": "a"]))
        test.settings.usesBuiltInSignals = false
        #expect(found(test) == ["error endless_cycle routing.defaults.a"])
        let message = test.problems(tools: []).first?.message
        #expect(message == "a run goes round and nothing leaves it: a –default→ a")
    }

    @Test("Who waits for a person does not go round, nor do members and tools that answer")
    func rests() {
        var test = crew(
            ["a", "b"],
            RoutingDefinition(
                signals: ["a": [SignalRoute("[G]", to: "g")]],
                behaviors: ["a": AgentBehavior(waitForSignal: true)],
                groups: ["g": ParallelGroup(agents: ["a", "b"])]))
        test.agents[1].tools = ["AskA"]
        test.tools = [DeclaredTool(name: "AskA", description: "d", work: .agent("a"))]
        #expect(found(test) == ["note no_next_agent routing.parallel_groups.g"])
    }

    @Test("A group that comes back to who asked for it is part of the cycle")
    func groups() {
        let test = crew(
            ["a", "b"],
            RoutingDefinition(
                signals: ["a": [SignalRoute("[G]", to: "g")]],
                groups: ["g": ParallelGroup(agents: ["b"], nextAgent: "a")]))
        #expect(found(test) == ["note flow_cycle routing.signals.a[0]"])
    }

    @Test("max_handoffs and max_rounds below the shortest way to every end are told")
    func ends() throws {
        var test = row(7)
        #expect(found(test) == ["warning limit_before_end settings.max_handoffs"])
        test.settings.usesBuiltInSignals = false
        #expect(found(test) == ["error limit_before_end settings.max_handoffs"])
        let problem = try #require(test.problems(tools: []).first)
        #expect(problem.message.contains("takes 6 changes of agent, and max_handoffs is 5"))
        #expect(problem.suggestion == "raise it to 6 at least")
        test.settings.maxHandoffs = 6
        #expect(found(test) == [])
        test.settings.maxRounds = 6
        #expect(found(test) == ["error limit_before_end settings.max_rounds"])
        test.settings.maxRounds = 7
        #expect(found(test) == [])
    }

    @Test("Bounds below the shortest way to an agent are warned of")
    func agents() throws {
        let ids = (0..<7).map { AgentID("a\($0)") }
        var test = crew(ids)
        for (id, next) in zip(ids, ids.dropFirst()) {
            test.routing.signals[id] = [SignalRoute("[ON]", to: next.rawValue)]
        }
        #expect(found(test) == ["warning limit_before_agent settings.max_handoffs"])
        let problem = try #require(test.problems(tools: []).first)
        #expect(problem.message.contains("too little to come to 'a6'"))
        #expect(problem.message.contains("takes 6 changes of agent"))
        test.settings.maxHandoffs = 6
        test.settings.maxRounds = 4
        #expect(found(test) == ["warning limit_before_agent settings.max_rounds"])
        let message = try #require(test.problems(tools: []).first?.message)
        #expect(message.contains("'a4', 'a5', 'a6'"))
        #expect(message.contains("takes 5 model calls"))
    }

    @Test("The engine comes exactly as far as the check says")
    func handoffsAsTheEngine() async throws {
        for limit in 4...6 {
            var fixture = CrewFixture(AgentDefinition(id: "x"))
            fixture.definition = row(6)
            fixture.definition.settings.maxHandoffs = limit
            let isWarned = fixture.definition.problems(tools: []).contains {
                $0.code == "limit_before_end"
            }
            let replies = (0..<6).map { (AgentID("a\($0)"), [ScriptedModel.Reply.text("on")]) }
            let told = try await fixture.run("hi", Dictionary(uniqueKeysWithValues: replies))
            #expect(isWarned == (told.result.outcome == .limitReached(.handoffs)))
        }
    }

    @Test("An answer of a person lets the bounds count anew")
    func answers() {
        var test = row(7)
        var pause = SignalRoute("[ASK]", type: .pause)
        pause.returnTo = "a6"
        test.routing.signals["a3"] = [pause]
        #expect(found(test) == [])
    }

    @Test("Components are found in a row of 100,000 places without a deep stack")
    func deep() {
        let count = 100_000
        let row = StronglyConnected(count: count) { $0 + 1 < count ? [$0 + 1] : [] }
        #expect(row.components.count == count)
        let ring = StronglyConnected(count: count) { [($0 + 1) % count] }
        #expect(ring.components.map(\.count) == [count])
    }

    @Test("A ring of 1,000 agents is told as one, with a few of them")
    func ring() throws {
        var test = row(1_000)
        test.routing.defaults["a999"] = .some("a0")
        let found = FlowCheck(test, prices: .bundled).problems
        #expect(Set(found.map(\.code)) == ["endless_cycle", "limit_before_agent"])
        #expect(found.allSatisfy { $0.message.count < 400 })
    }
}
