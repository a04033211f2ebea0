import Testing

@testable import CrewKit

@Suite("A crew that can run")
struct ValidatedCrewTests {
    private func crew(
        _ change: (inout CrewDefinition) -> Void
    ) throws -> ValidatedCrew {
        var definition = CrewDefinition(
            name: "test",
            agents: [
                AgentDefinition(id: "a"), AgentDefinition(id: "b"), AgentDefinition(id: "c"),
            ])
        definition.settings.usesBuiltInSignals = false
        change(&definition)
        return try definition.validated(tools: ["t"])
    }

    private func agent(
        _ change: (inout CrewDefinition) -> Void
    ) throws -> ValidatedCrew.Agent {
        try #require(try crew(change).agent("a"))
    }

    @Test("The entry point is the named one, else the first agent")
    func entryPoint() throws {
        #expect(try crew { _ in }.entryPoint == "a")
        #expect(try crew { $0.entryPoint = "c" }.entryPoint == "c")
    }

    @Test("A route leads to an agent, a group, the end or a pause")
    func targets() throws {
        let agent = try agent { crew in
            crew.routing.groups = ["g": ParallelGroup(agents: ["b", "c"])]
            crew.routing.signals = [
                "a": [
                    SignalRoute("[B]", to: "b"), SignalRoute("[G]", to: "g"), SignalRoute("[E]"),
                    SignalRoute("[F]", to: ""), SignalRoute("[P]", to: "b", type: .pause),
                ]
            ]
        }
        #expect(agent.routes.map(\.target) == [.agent("b"), .group("g"), .end, .end, .pause])
    }

    @Test("A turn without a signal goes to the default, else to the first other handoff target")
    func fallback() throws {
        func fallback(_ change: (inout CrewDefinition) -> Void) throws -> ValidatedCrew.Fallback? {
            try agent(change).fallback
        }
        let target = ValidatedCrew.Fallback(agent: "b", reason: .handoffTarget)
        let byDefault = ValidatedCrew.Fallback(agent: "c", reason: .routingDefault)
        #expect(try fallback { _ in } == nil)
        #expect(try fallback { $0.agents[0].handoffTargets = ["b", "c"] } == target)
        #expect(try fallback { $0.agents[0].handoffTargets = ["gone", "a", "b"] } == target)
        #expect(
            try fallback {
                $0.agents[0].handoffTargets = ["b"]
                $0.routing.defaults = ["a": "c"]
            } == byDefault)
        #expect(
            try fallback {
                $0.agents[0].handoffTargets = ["b"]
                $0.routing.defaults = ["a": AgentID?.none]
            } == nil)
        #expect(
            try fallback {
                $0.routing.defaults = ["a": "c"]
                $0.routing.behaviors = ["a": AgentBehavior(autoRoute: false)]
            } == nil)
    }

    @Test("A behaviour overrides whether an agent is terminal, in both directions")
    func terminal() throws {
        #expect(try !agent { _ in }.isTerminal)
        #expect(try agent { $0.agents[0].isTerminal = true }.isTerminal)
        #expect(
            try agent { $0.routing.behaviors = ["a": AgentBehavior(isTerminal: true)] }.isTerminal)
        #expect(
            try !agent {
                $0.agents[0].isTerminal = true
                $0.routing.behaviors = ["a": AgentBehavior(isTerminal: false)]
            }.isTerminal)
        #expect(
            try agent {
                $0.agents[0].isTerminal = true
                $0.routing.behaviors = ["a": AgentBehavior(waitForSignal: true)]
            }.isTerminal)
    }

    @Test("Tools that do not exist are left out, in permissive mode")
    func tools() throws {
        #expect(try agent { $0.agents[0].tools = ["gone", "t"] }.tools == ["t"])
    }

    @Test("Routing by signals offers no transfer tools, routing by tools every target once")
    func nativeTargets() throws {
        func targets(
            _ mode: RoutingMode, signals: [SignalRoute] = [], handoffs: [AgentID] = [],
            style: ToolCallStyle = .native
        ) throws -> [RouteTarget] {
            try agent { crew in
                crew.agents[0].routing = mode
                crew.agents[0].handoffTargets = handoffs
                crew.agents[0].toolCalls = style
                crew.routing.groups = ["g": ParallelGroup(agents: ["b", "c"])]
                crew.routing.signals = signals.isEmpty ? [:] : ["a": signals]
            }.nativeTargets
        }
        let signals = [
            SignalRoute("[B]", to: "b"), SignalRoute("[G]", to: "g"), SignalRoute("[E]"),
            SignalRoute("[B2]", to: "b"),
        ]
        #expect(try targets(.signals, signals: signals, handoffs: ["c"]).isEmpty)
        #expect(
            try targets(.tools, signals: signals, handoffs: ["c", "b", "gone", "a"])
                == [.agent("b"), .group("g"), .agent("c")])
        #expect(try targets(.auto, signals: signals, handoffs: ["c"]).isEmpty)
        #expect(try targets(.auto, handoffs: ["c", "b"]) == [.agent("c"), .agent("b")])
        #expect(try targets(.auto, handoffs: ["c"], style: .text).isEmpty)
        #expect(try targets(.tools, handoffs: ["c"], style: .text) == [.agent("c")])
        #expect(try targets(.auto).isEmpty)
    }

    @Test(
        "A transfer tool's name is one that every endpoint takes",
        arguments: [
            ("b", "transfer_to_b"), ("Data-Team_2", "transfer_to_Data-Team_2"),
            ("hỗ trợ", "transfer_to_ho_tro"), ("Điều.phối", "transfer_to_Dieu_phoi"),
            ("研究", "transfer_to___"),
        ])
    func transferName(agent: String, name: String) {
        #expect(HandoffTool.name(for: .agent(AgentID(agent))) == ToolName(name))
        let long = HandoffTool.name(for: .group(GroupID(String(repeating: "ệ", count: 200))))
        #expect(long.rawValue.utf8.count == 64)
    }

    @Test("Two targets whose tools would have one name are offered as one")
    func sameTransferName() throws {
        let targets = try agent { crew in
            crew.agents.append(AgentDefinition(id: "hỗ"))
            crew.agents.append(AgentDefinition(id: "hồ"))
            crew.agents[0].handoffTargets = ["hỗ", "hồ"]
        }.nativeTargets
        #expect(targets == [.agent("hỗ")])
    }

    @Test("Agents are known by id and listed in the crew's order")
    func agents() throws {
        let crew = try crew { _ in }
        #expect(crew.allAgents.map(\.id) == ["a", "b", "c"])
        #expect(crew.agent("x") == nil)
        #expect(crew.group("x") == nil)
    }
}

@Suite("Nearest word")
struct NearestWordTests {
    @Test(
        "What was probably meant is found, without regard to case",
        arguments: [
            ("planer", "planner"), ("PLANNER", "planner"), ("writer", "writer"),
            ("wirter", "writer"), ("reveiwer", "reviewer"), ("viet", "việt"),
        ])
    func nearest(word: String, found: String) {
        let known = ["planner", "reviewer", "việt", "writer"]
        #expect(NearestWord.of(word, among: known) == found)
        #expect(NearestWord.suggestion(for: word, among: known) == "did you mean '\(found)'?")
    }

    @Test("Of words that are equally near the first in the alphabet is taken, whatever their order")
    func stable() {
        #expect(NearestWord.of("xbc", among: ["zbc", "abc"]) == "abc")
        #expect(NearestWord.of("xbc", among: ["abc", "zbc"]) == "abc")
    }

    @Test("Where nothing is near, a few words are listed and many are not")
    func far() {
        #expect(NearestWord.of("zzzzzz", among: ["abc"]) == nil)
        #expect(NearestWord.suggestion(for: "zzzzzz", among: ["b", "a"]) == "known: a, b")
        #expect(NearestWord.suggestion(for: "zzzzzz", among: []) == nil)
        #expect(NearestWord.suggestion(for: "zzzzzz", among: (0..<13).map { "\($0)" }) == nil)
        #expect(NearestWord.of("", among: ["abc"]) == nil)
    }
}

@Suite("Secret")
struct SecretTests {
    private let secret = Secret("sk-hidden")

    @Test("A secret's text is in nothing that prints it")
    func printed() {
        var dumped = ""
        dump(secret, to: &dumped)
        var agent = AgentDefinition(id: "a", primary: ModelReference(apiKey: secret))
        agent.fallbacks = [ModelFallback(ModelReference(apiKey: secret))]
        let crew = CrewDefinition(name: "test", agents: [agent])
        var dumpedCrew = ""
        dump(crew, to: &dumpedCrew)
        let texts = [
            "\(secret)", secret.description, secret.debugDescription, String(describing: secret),
            String(reflecting: secret), "\([secret])", "\(["k": secret])",
            "\(Optional(secret) as Any)",
            "\(agent)", "\(crew)", String(reflecting: crew), dumped, dumpedCrew,
        ]
        for text in texts {
            #expect(!text.contains("sk-hidden"))
            #expect(text.contains("<redacted>"))
        }
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }

    @Test("Those who need the text get it by name, and secrets are compared by it")
    func revealed() {
        #expect(secret.revealed == "sk-hidden")
        #expect(secret == Secret("sk-hidden"))
        #expect(secret != Secret("other"))
    }
}
