import ArgumentParser
import CrewKit

/// Says what an input may come to, before a model is asked.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Shows every path that an input may take, without asking a model.",
        discussion: """
            The engine itself works the crew, with a model that gives each possible signal in turn. It \
            shows every path with its rounds, its handoffs, how it ends, and what it costs at most: a \
            full context window and the longest reply for each model call. No model is asked, no tool \
            is called.

            Where a run can go round, each circle is followed once, up to its limit. A run that waits \
            is answered where that leads to an agent that had no turn yet.
            """)

    @OptionGroup var crew: CrewOptions

    @Argument(help: "The input. '-' reads it from standard input.")
    var input: String

    @Option(help: "Begin with this agent instead of the entry point.")
    var agent: String?

    @Option(help: "The most paths that are walked.")
    var maxPaths = 100

    @Flag(help: "Also try signals that act without being configured, such as [END].")
    var builtInSignals = false

    @Flag(help: "Print one JSON document.")
    var json = false

    func validate() throws {
        if !(1...10_000).contains(maxPaths) {
            throw ValidationError("--max-paths takes 1 to 10000")
        }
    }

    func run() async throws {
        // No model is called: one that cannot be built is no reason not to plan.
        var models = ModelOptions.none
        models.scripted = true
        let setup = try CrewSetup(crew, models: models)
        let walk = try PlanWalk(
            setup, input: try input == "-" ? StandardStreams.readInput() : input,
            startAgent: agent.map { AgentID($0) }, mostPaths: maxPaths,
            triesBuiltIns: builtInSignals)
        let (paths, isCut) = try await walk.paths()
        let report = PlanReport(
            walk: walk, paths: paths, isCut: isCut,
            cost: PlanCost(walk.crews.values, prices: setup.prices), triesBuiltIns: builtInSignals)
        StandardStreams.show(json ? report.json.text + "\n" : report.text)
    }
}
