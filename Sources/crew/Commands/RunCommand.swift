import ArgumentParser
import CrewConfig
import CrewKit

/// Works one input and shows it as it happens.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Works one input and shows what happens.",
        discussion: """
            On a terminal, words appear as the model says them, with agents, tools, handoffs and
            cost; into a pipe goes plain text, what the agents said and nothing else. Ctrl-C cancels
            the run; a second one ends at once.
            """)

    @OptionGroup var crew: CrewOptions
    @OptionGroup var models: ModelOptions

    @Argument(help: "The input. '-' reads it from standard input.")
    var input: String

    @Option(help: "Begin with this agent instead of the entry point.")
    var agent: String?

    @Flag(help: "Print every stored event as one line of JSON.")
    var json = false

    @Option(help: "Colour the output: auto, always or never.")
    var color = ColorChoice.auto

    func run() async throws {
        let text = try input == "-" ? StandardStreams.readInput() : input
        let request = RunRequest(text, startAgent: agent.map { AgentID($0) })
        let setup = try CrewSetup(crew, models: models)
        let renderer = Rendering.renderer(json: json, color: color, crew: setup.loaded.definition)
        let outcome = try await setup.withRunner { runner, choices in
            renderer.begin(choices)
            return try await Interrupts.listening { interrupts in
                let events = try await runner.startFollowing(request)
                return try await interrupts.watching(events.run, of: runner) {
                    try await Follower(runner: runner, renderer: renderer).follow(events)
                }
            }
        }
        try ExitCodes.check(outcome)
    }
}
