import CrewKit
import Testing

@Suite("The flow of a crew")
struct CrewFlowTests {
    /// `from –reason→ to`, one for each step, built-in signals left out.
    private func steps(_ crew: CrewDefinition) -> [String] {
        CrewFlow(crew).edges.filter {
            if case .builtInSignal = $0.reason { return false }
            return true
        }.map { "\($0.from) –\($0.reason)→ \($0.to)" }
    }

    private func crew(
        _ agents: AgentDefinition..., routing: RoutingDefinition = RoutingDefinition()
    ) -> CrewDefinition {
        CrewDefinition(name: "test", agents: agents, routing: routing)
    }

    @Test("An agent without anything ends the run, or a built-in signal ends or pauses it")
    func alone() {
        let flow = CrewFlow(crew(AgentDefinition(id: "a")))
        #expect(flow.entry == .agent("a"))
        #expect(
            flow.edges(from: .agent("a")).map { "\($0.reason) → \($0.to)" } == [
                "[END], built in → the end", "[END_EXAM], built in → the end",
                "[DONE], built in → the end", "[STOP], built in → the end",
                "[WAIT], built in → a person", "no signal → the end",
            ])
    }

    @Test("Each type of route leads where it should, and answers go to who is named")
    func types() {
        var pause = SignalRoute("[ASK]", type: .pause)
        pause.returnTo = "b"
        let routes = [
            SignalRoute("[B]", to: "b"), SignalRoute("[G]", to: "g"), SignalRoute("[X]"),
            SignalRoute("[Y]", to: "b", type: .terminate), pause,
            SignalRoute("[CRM]", to: "crm", type: .external),
            SignalRoute("[BILL]", to: "billing", type: .subCrew),
        ]
        var test = crew(
            AgentDefinition(id: "a"), AgentDefinition(id: "b"),
            routing: RoutingDefinition(
                signals: ["a": routes], groups: ["g": ParallelGroup(agents: ["b"], nextAgent: "a")])
        )
        test.tools = [
            DeclaredTool(name: "billing", description: "", work: .crew(folder: "../billing"))
        ]
        #expect(
            steps(test) == [
                "a –[B]→ b", "a –[G]→ group g", "a –[X]→ the end", "a –[Y]→ the end",
                "a –[ASK]→ a person", "a –[CRM]→ outside: crm", "a –[BILL]→ crew billing",
                "a –no signal→ the end", "b –no signal→ the end", "group g –member→ b",
                "group g –joined→ a", "a person –answer→ b", "outside: crm –answer→ a",
                "crew billing –answer→ a", "a person –answer→ a", "a person –answer→ b",
            ])
    }

    @Test("A trigger is a second way to the same place")
    func trigger() {
        var route = SignalRoute("[REFUND]", to: "b")
        route.trigger = .keyword("refund")
        let test = crew(
            AgentDefinition(id: "a"), AgentDefinition(id: "b"),
            routing: RoutingDefinition(signals: ["a": [route]]))
        #expect(steps(test).contains("a –words for [REFUND]→ b"))
    }

    @Test("Defaults come before handoff targets, and waiting before both")
    func silence() {
        let targets = AgentDefinition(id: "a", handoffTargets: ["b", "c"])
        var signals = targets
        signals.routing = .signals
        let rest = [AgentDefinition(id: "b"), AgentDefinition(id: "c")]
        func first(_ agent: AgentDefinition, _ routing: RoutingDefinition) -> [String] {
            steps(CrewDefinition(name: "t", agents: [agent] + rest, routing: routing))
                .filter { $0.hasPrefix("a –") }
        }
        #expect(first(signals, RoutingDefinition()) == ["a –handoff target→ b"])
        #expect(first(signals, RoutingDefinition(defaults: ["a": "c"])) == ["a –default→ c"])
        #expect(
            first(signals, RoutingDefinition(defaults: ["a": AgentID?.none]))
                == ["a –no signal→ the end"])
        let waits = RoutingDefinition(
            defaults: ["a": "c"], behaviors: ["a": AgentBehavior(waitForSignal: true)])
        #expect(first(signals, waits) == ["a –no signal→ a person"])
        let stays = RoutingDefinition(behaviors: ["a": AgentBehavior(autoRoute: false)])
        #expect(first(signals, stays) == ["a –no signal→ the end"])
        #expect(
            first(targets, RoutingDefinition()) == [
                "a –transfer_to_b→ b", "a –transfer_to_c→ c", "a –handoff target→ b",
            ])
    }

    @Test("With routing by tools a signal with a target is a tool, and text only ends or pauses")
    func tools() {
        var agent = AgentDefinition(id: "a", handoffTargets: ["b", "c"])
        agent.routing = .tools
        let test = crew(
            agent, AgentDefinition(id: "b"), AgentDefinition(id: "c"),
            routing: RoutingDefinition(
                signals: ["a": [SignalRoute("[B]", to: "b"), SignalRoute("[BYE]")]]))
        #expect(
            steps(test).filter { $0.hasPrefix("a –") } == [
                "a –transfer_to_b→ b", "a –[BYE]→ the end", "a –transfer_to_c→ c",
                "a –handoff target→ b",
            ])
    }

    @Test("With routing by shape no default counts and no built-in signal is read")
    func shape() {
        var agent = AgentDefinition(id: "a", handoffTargets: ["c"])
        agent.routing = .schema
        let test = crew(
            agent, AgentDefinition(id: "b"), AgentDefinition(id: "c"),
            routing: RoutingDefinition(
                signals: ["a": [SignalRoute("[B]", to: "b")]], defaults: ["a": "b"]))
        #expect(
            CrewFlow(test).edges(from: .agent("a")).map { "\($0.reason) → \($0.to)" }
                == ["[B] → b", "reply's route → c", "no signal → the end"])
    }

    @Test("Members, editors and agents behind tools work alone: their own ways lead nowhere")
    func alones() {
        var asks = AgentDefinition(id: "a", tools: ["Ask*"])
        asks.routing = .signals
        var test = crew(
            asks, AgentDefinition(id: "b", tools: ["AskD"]), AgentDefinition(id: "c"),
            AgentDefinition(id: "d"),
            routing: RoutingDefinition(
                signals: ["a": [SignalRoute("[G]", to: "g")], "b": [SignalRoute("[C]", to: "c")]],
                groups: ["g": ParallelGroup(agents: ["b"], aggregation: .agent("d"))]))
        test.tools = [
            DeclaredTool(name: "AskD", description: "", work: .agent("d")),
            DeclaredTool(name: "AskCrew", description: "", work: .crew(folder: "x")),
        ]
        let flow = CrewFlow(test)
        #expect(flow.reached.contains(.alone("b")))
        #expect(flow.reached.contains(.alone("d")))
        #expect(!flow.reached.contains(.agent("c")))
        #expect(flow.reached.contains(.subCrew("AskCrew", asked: "a", next: nil)))
        #expect(flow.edges(from: .alone("b")).map(\.to) == [.alone("d")])
    }

    @Test("What is named and not there leads nowhere, and the flow says that it has loose ends")
    func looseEnds() {
        let lost = [
            RoutingDefinition(signals: ["a": [SignalRoute("[B]", to: "b")]]),
            RoutingDefinition(defaults: ["a": "b"]),
            RoutingDefinition(groups: ["g": ParallelGroup(agents: ["b"])]),
            RoutingDefinition(groups: ["g": ParallelGroup(agents: ["a"], nextAgent: "b")]),
            RoutingDefinition(signals: ["a": [SignalRoute("[B]", to: "b", type: .subCrew)]]),
        ]
        for routing in lost {
            let flow = CrewFlow(crew(AgentDefinition(id: "a"), routing: routing))
            #expect(flow.hasLooseEnds)
            #expect(!flow.nodes.contains(.agent("b")))
        }
        #expect(!CrewFlow(crew(AgentDefinition(id: "a"))).hasLooseEnds)
        #expect(CrewFlow(CrewDefinition(name: "t", entryPoint: "x", agents: [])).entry == nil)
    }

    @Test("Each agent's shortest way to an end is known, and built-in signals come last")
    func waysToEnd() {
        var test = crew(
            AgentDefinition(id: "a"), AgentDefinition(id: "b"), AgentDefinition(id: "c"),
            AgentDefinition(id: "d"), AgentDefinition(id: "e"),
            routing: RoutingDefinition(
                signals: ["c": [SignalRoute("[BYE]")]],
                defaults: ["a": "b", "b": "c", "c": "a", "d": "e", "e": "d"]))
        let ways = CrewFlow(test).waysToEnd.mapValues(\.line)
        #expect(ways["a"] == "a –default→ b –default→ c –[BYE]→ the end")
        #expect(ways["c"] == "c –[BYE]→ the end")
        #expect(ways["d"] == "d –[END], built in→ the end")
        test.settings.usesBuiltInSignals = false
        let fewer = CrewFlow(test).waysToEnd
        #expect(fewer.keys.sorted() == ["a", "b", "c"])
    }
}
