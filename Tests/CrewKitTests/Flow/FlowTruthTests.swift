import CrewKit
import CrewTesting
import Testing

/// What the flow says of a crew against what the engine does with it.
@Suite("The flow and the engine")
struct FlowTruthTests {
    @Test("No run takes a step that the flow does not know", arguments: 0..<40 as Range<UInt64>)
    func noUnknownStep(seed: UInt64) async throws {
        var chance = SeededGenerator(seed: seed &+ 7_000)
        let definition = RandomCrew.make(&chance)
        let flow = CrewFlow(definition)
        var fixture = CrewFixture(AgentDefinition(id: "a"))
        fixture.definition = definition
        let words = RandomCrew.words(of: definition)
        for round in 0..<6 {
            let script = ReplyScript(seed: seed &* 100 &+ UInt64(round), words: words)
            let told = try await fixture.run(RunRequest("hi"), script)
            let trace = FlowTrace(told.events, in: flow)
            let unknown = trace.steps.filter { !$0.isKnown }.map(\.edge)
            #expect(unknown.line == "", "seed \(seed): \(trace.steps.map(\.edge).line)")
            #expect(trace.visited.allSatisfy(flow.reached.contains))
            // Every change of agent is a step: none is passed over.
            let changes = told.names.count {
                ["handed_off", "group_started", "paused"].contains($0)
            }
            #expect(trace.steps.count >= changes)
        }
    }
}

/// Replies by chance: words, signals in them, calls of whatever is offered.
private struct ReplyScript: LanguageModel {
    let name = "chance"
    let seed: UInt64
    let words: [String]

    func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        var chance = SeededGenerator(seed: seed &+ UInt64(request.messages.count) &* 31)
        let word = words.randomElement(using: &chance) ?? ""
        if let schema = request.format?.schema {
            let routes = schema["properties"]?["route"]?["enum"]?.array ?? []
            let route = routes.randomElement(using: &chance) ?? "none"
            return ModelReply(text: JSONValue.object(["route": route, "reply": "x"]).text)
        }
        if let tool = request.tools.randomElement(using: &chance), Bool.random(using: &chance) {
            let call = ToolCall(id: "t", name: tool.name, arguments: [:])
            return ModelReply(toolCalls: [call], finish: .toolCalls)
        }
        return ModelReply(text: "well \(word)")
    }
}

/// Crews of every shape, without errors.
enum RandomCrew {
    static func make(_ chance: inout SeededGenerator) -> CrewDefinition {
        let ids = (0..<Int.random(in: 1...6, using: &chance)).map { AgentID("a\($0)") }
        var routing = RoutingDefinition()
        if Bool.random(using: &chance) {
            routing.groups["g"] = ParallelGroup(
                agents: Array(ids.shuffled(using: &chance).prefix(2)),
                aggregation: Bool.random(using: &chance) ? .agent(ids[0]) : .text,
                nextAgent: Bool.random(using: &chance) ? ids.randomElement(using: &chance) : nil)
        }
        let targets = ids.map(\.rawValue) + routing.groups.keys.map(\.rawValue)
        var agents: [AgentDefinition] = []
        for id in ids {
            var agent = AgentDefinition(
                id: id, isTerminal: Int.random(in: 0..<5, using: &chance) == 0)
            agent.routing = RoutingMode.allCases.randomElement(using: &chance) ?? .auto
            agent.handoffTargets = Array(
                ids.shuffled(using: &chance).prefix(Int.random(in: 0...2, using: &chance)))
            agents.append(agent)
            let count = Int.random(in: 0...3, using: &chance)
            routing.signals[id] = (0..<count).map { number in
                let ends = Int.random(in: 0..<4, using: &chance) == 0
                let target = ends ? nil : targets.randomElement(using: &chance)
                var route = SignalRoute("[S\(number)]", to: target)
                if Int.random(in: 0..<4, using: &chance) == 0 {
                    route.type = Bool.random(using: &chance) ? .pause : .external
                    route.returnTo = ids.randomElement(using: &chance)
                }
                if Bool.random(using: &chance) { route.trigger = .keyword("nothing") }
                return route
            }
            if Bool.random(using: &chance) {
                routing.defaults[id] = .some(ids.randomElement(using: &chance))
            }
            routing.behaviors[id] = AgentBehavior(
                waitForSignal: Int.random(in: 0..<4, using: &chance) == 0,
                autoRoute: Bool.random(using: &chance) ? nil : false)
        }
        var crew = CrewDefinition(name: "chance", agents: agents, routing: routing)
        // A crew in which runs have to go round is an error without them.
        crew.settings.usesBuiltInSignals = true
        return crew
    }

    static func words(of crew: CrewDefinition) -> [String] {
        ["nothing", "[END]", "[WAIT]", "[S0]", "[S1]", "[S2]", "[UNKNOWN]"]
    }
}
