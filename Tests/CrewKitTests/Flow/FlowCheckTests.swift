import CrewKit
import CrewTesting
import Testing

@Suite("Checks of the flow")
struct FlowCheckTests {
    /// What is found in a crew that concerns its flow, as `severity code path`.
    private func found(_ crew: CrewDefinition, notes: Bool = false) -> [String] {
        crew.problems(tools: []).filter { notes || $0.severity > .note }
            .map { "\($0.severity.rawValue) \($0.code) \($0.path)" }
    }

    private func crew(
        _ agents: [AgentID], _ routing: RoutingDefinition = RoutingDefinition()
    ) -> CrewDefinition {
        CrewDefinition(
            name: "test", agents: agents.map { AgentDefinition(id: $0) }, routing: routing)
    }

    @Test("Agents and groups that no way leads to are told at their place")
    func unreachable() {
        var test = crew(
            ["a", "b", "c", "d"],
            RoutingDefinition(
                signals: ["c": [SignalRoute("[D]", to: "d"), SignalRoute("[G]", to: "g")]],
                defaults: ["a": "b"], groups: ["g": ParallelGroup(agents: ["b"], nextAgent: "a")]))
        #expect(
            found(test) == [
                "warning unreachable_agent agents[2]", "warning unreachable_agent agents[3]",
                "warning unreachable_group routing.parallel_groups.g",
            ])
        let messages = test.problems(tools: []).map(\.message)
        #expect(
            messages.contains(
                "no way leads to agent 'd', only 'c', and no way leads there either"))
        test.entryPoint = "c"
        #expect(found(test) == [])
    }

    @Test(
        "Every kind of way makes an agent reachable",
        arguments: ["signal", "default", "handoff", "member", "next", "editor", "answer", "tool"])
    func reachable(kind: String) {
        var test = crew(["a", "x"])
        switch kind {
        case "signal": test.routing.signals["a"] = [SignalRoute("[X]", to: "x")]
        case "default": test.routing.defaults["a"] = "x"
        case "handoff": test.agents[0].handoffTargets = ["x"]
        case "member":
            test.routing.signals["a"] = [SignalRoute("[G]", to: "g")]
            test.routing.groups["g"] = ParallelGroup(agents: ["x"])
        case "next":
            test.routing.signals["a"] = [SignalRoute("[G]", to: "g")]
            test.routing.groups["g"] = ParallelGroup(agents: ["a"], nextAgent: "x")
        case "editor":
            test.routing.signals["a"] = [SignalRoute("[G]", to: "g")]
            test.routing.groups["g"] = ParallelGroup(agents: ["a"], aggregation: .agent("x"))
        case "answer":
            var pause = SignalRoute("[ASK]", type: .pause)
            pause.returnTo = "x"
            test.routing.signals["a"] = [pause]
        default:
            test.tools = [DeclaredTool(name: "AskX", description: "d", work: .agent("x"))]
            test.agents[0].tools = ["AskX"]
        }
        let codes = test.problems(tools: []).map(\.code)
        #expect(!codes.contains("unreachable_agent"))
        test.routing = RoutingDefinition()
        test.agents = [AgentDefinition(id: "a"), AgentDefinition(id: "x")]
        #expect(test.problems(tools: []).map(\.code).contains("unreachable_agent"))
    }

    @Test("A name that does not exist is told once: what follows from it is not told besides")
    func looseEnds() {
        let test = crew(
            ["a", "billing"],
            RoutingDefinition(signals: ["a": [SignalRoute("[B]", to: "biling")]]))
        #expect(found(test) == ["error unknown_target routing.signals.a[0].target"])
    }

    @Test("The signals of an agent that only works for others are noted as unheard")
    func unheard() {
        let test = crew(
            ["a", "b"],
            RoutingDefinition(
                signals: ["a": [SignalRoute("[G]", to: "g")], "b": [SignalRoute("[A]", to: "a")]],
                groups: ["g": ParallelGroup(agents: ["b"])]))
        #expect(
            found(test, notes: true) == [
                "note unheard_signals routing.signals.b",
                "note no_next_agent routing.parallel_groups.g",
            ])
    }

    @Test("A next agent that can only ask the same group again is warned of")
    func askedAgain() {
        var test = crew(
            ["a", "b"],
            RoutingDefinition(
                signals: ["a": [SignalRoute("[G]", to: "g")]],
                groups: ["g": ParallelGroup(agents: ["b"], nextAgent: "a")]))
        test.agents[0].routing = .signals
        #expect(found(test) == [])
        test.routing.signals["a"]?.append(SignalRoute("[AGAIN]", to: "g"))
        test.agents[0].routing = .tools
        test.routing.behaviors["a"] = AgentBehavior(waitForSignal: true)
        #expect(found(test) == [])
    }

    @Test("A run's time that ends before those within it is warned of")
    func times() {
        var test = crew(
            ["a", "b"],
            RoutingDefinition(
                signals: ["a": [SignalRoute("[G]", to: "g")]],
                groups: [
                    "g": ParallelGroup(agents: ["b"], timeout: .seconds(90), nextAgent: "a")
                ]))
        test.settings.timeout = .seconds(90)
        #expect(found(test) == [])
        test.settings.timeout = .seconds(89)
        #expect(
            found(test) == [
                "warning timeout_never_reached routing.parallel_groups.g.timeout_seconds"
            ])
        test.routing.groups["g"]?.timeout = nil
        test.settings.timeout = .seconds(30)
        #expect(found(test) == [])
        test.settings.memberTimeout = .seconds(31)
        #expect(
            found(test) == ["warning timeout_never_reached settings.parallel_timeout_seconds"])
    }

    @Test(
        "A budget that not even the smallest call fits into is told, a calls budget of none is not")
    func budgets() {
        var test = crew(["a"])
        test.agents[0].systemPrompt = String(repeating: "word ", count: 100)
        test.settings.budgets = [BudgetLimit(.tokens, per: .run, amount: 5_000)]
        #expect(found(test) == [])
        test.settings.budgets = [BudgetLimit(.tokens, per: .run, amount: 100)]
        #expect(found(test) == ["error no_call_fits settings.budgets"])
        test.settings.budgets[0].mode = .warn
        #expect(found(test) == [])
        test.settings.budgets = []
        test.settings.maxTokens = 100
        #expect(found(test) == ["error no_call_fits settings.max_tokens_per_run"])
        test.settings.maxTokens = nil
        test.agents[0].budgets = [BudgetLimit(.inputTokens, per: .agent, amount: 20)]
        #expect(found(test) == ["error no_call_fits budgets"])
        test.agents[0].budgets = []
        // A millionth of a dollar; the model's price is known.
        test.settings.budgets = [BudgetLimit(.cost, per: .run, amount: 1_000)]
        test.agents[0].primary = ModelReference(provider: "openai", model: "gpt-4o")
        #expect(found(test) == ["warning no_call_fits settings.budgets"])
        test.agents[0].primary = ModelReference(provider: "ollama", model: "gpt-4o")
        #expect(found(test) == [])
    }

    @Test(
        "The engine refuses the call that the check says does not fit, and makes the one that does")
    func budgetsAsTheEngine() async throws {
        var fixture = CrewFixture(AgentDefinition(id: "a", systemPrompt: "Say yes."))
        func codes(_ amount: Int) -> [String] {
            fixture.definition.settings.maxTokens = amount
            return fixture.definition.problems(tools: []).map(\.code)
        }
        let least = try #require((1...200).first { codes($0).isEmpty })
        #expect(codes(least - 1) == ["no_call_fits"])
        fixture.definition.settings.maxTokens = least
        let told = try await fixture.run("a", ["a": [.text("y")]])
        #expect(told.result.outcome == .completed)
    }
}
