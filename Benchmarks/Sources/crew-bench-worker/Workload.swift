import CrewKit

/// A crew of the harness, ready to run.
struct Workload: Sendable {
    let runner: CrewRunner
    let name: String

    /// Works one input and says whether the answer is right.
    func run() async throws -> Bool {
        let run = try await runner.start(RunRequest("How is the CPU?"))
        let text = try await runner.result(of: run).text
        return name == "W3" ? text.count > 700 : text.contains("[COMPLETE]")
    }

    static func definition(_ name: String) -> CrewDefinition {
        switch name {
        case "W2": fanOut
        case "W3": CrewDefinition(name: "W3", agents: [agent("chat")])
        default: hop
        }
    }

    /// Orchestrator, hand-off, one tool call, final text: three model calls.
    private static var hop: CrewDefinition {
        CrewDefinition(
            name: "W1", agents: [agent("orchestrator"), agent("executor", tools: ["get_cpu"])],
            routing: RoutingDefinition(signals: [
                "orchestrator": [SignalRoute("[ROUTE_EXECUTOR]", to: "executor")],
                "executor": [SignalRoute("[COMPLETE]")],
            ]))
    }

    /// Planner, eight agents at once, aggregator: ten model calls.
    private static var fanOut: CrewDefinition {
        let members = (1...8).map { AgentID("parallel-\($0)") }
        return CrewDefinition(
            name: "W2",
            agents: [agent("planner")] + members.map { agent($0) } + [agent("aggregator")],
            routing: RoutingDefinition(
                signals: [
                    "planner": [SignalRoute("[ROUTE_PARALLEL]", to: "parts")],
                    "aggregator": [SignalRoute("[COMPLETE]")],
                ],
                groups: ["parts": ParallelGroup(agents: members, nextAgent: "aggregator")]))
    }

    private static func agent(_ id: AgentID, tools: [ToolName] = []) -> AgentDefinition {
        AgentDefinition(
            id: id,
            systemPrompt:
                "agent=\(id). You are one of the agents of a crew; do your part and be brief.",
            tools: tools)
    }

    static let tools = Toolbox([CPUTool()])

    /// One agent with one tool, checked and resolved.
    static func microsecondsPerCrew(_ count: Int) throws -> Double {
        let clock = ContinuousClock()
        let time = try clock.measure {
            for _ in 0..<count {
                let crew = CrewDefinition(name: "i", agents: [agent("a", tools: ["get_cpu"])])
                _ = try crew.validated(tools: tools.names)
            }
        }
        return time / .microseconds(1) / Double(count)
    }
}

/// Works the runs of a workload's crew for as long as `body` takes.
func withCrew(
    _ name: String, _ model: any LanguageModel,
    _ body: @escaping @Sendable (Workload) async throws -> Void
) async throws {
    let crew = try Workload.definition(name).validated(tools: Workload.tools.names)
    var options = RunnerOptions()
    options.maxActiveRuns = 100_000
    let runner = try CrewRunner(
        crew: crew, models: ModelSet(model, for: crew), tools: Workload.tools, options: options)
    try await runner.workingRuns { try await body(Workload(runner: runner, name: name)) }
}

/// The tool of the harness.
struct CPUTool: Tool {
    let definition = ToolDefinition(
        name: "get_cpu", description: "Current CPU usage in percent.", effect: .read)

    func call(_ call: ToolInvocation) async throws -> String { "42" }
}
