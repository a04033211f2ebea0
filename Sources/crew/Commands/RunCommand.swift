import ArgumentParser
import CrewConfig
import CrewKit

/// Works one input and shows it as it happens.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Works one input and shows what happens.",
        discussion: """
            On a terminal, words appear as the model says them, with agents, tools, handoffs and \
            cost, and calls that need permission are asked about; into a pipe goes plain text, what \
            the agents said and nothing else. Ctrl-C cancels the run; a second one ends at once.

            The run is forgotten when this command ends. With --store sqlite:PATH it stays in that file, and \
            'crew runs' lists it, shows it and goes on with it.
            """)

    @OptionGroup var crew: CrewOptions
    @OptionGroup var models: ModelOptions
    @OptionGroup var cassettes: CassetteOptions

    @Argument(help: "The input. '-' reads it from standard input.")
    var input: String

    @Option(help: "Begin with this agent instead of the entry point.")
    var agent: String?

    @Option(help: "Use this model for every agent: PROVIDER/NAME, or NAME at each one's provider.")
    var model: String?

    @Option(
        help: ArgumentHelp(
            "Where the run is kept: memory, sqlite:PATH, or sqlite for DIR/.crew/runs.sqlite. "
                + "(default: memory)"),
        transform: StoreChoice.init)
    var store: StoreChoice = .memory

    @Flag(help: "Print every stored event as one line of JSON.")
    var json = false

    @Option(help: "Colour the output: auto, always or never.")
    var color = ColorChoice.auto

    func run() async throws {
        var request = RunRequest(
            try input == "-" ? StandardStreams.readInput() : input,
            startAgent: agent.map { AgentID($0) })
        request.model = model
        let setup = try CrewSetup(crew, models: models).with(cassettes)
        defer { setup.cassette?.tell() }
        let renderer = Rendering.renderer(
            json: json, color: color, names: AgentNames(setup.loaded.definition))
        let asks = !json && StandardStreams.isConversation
        let record = try await CommandStore.withOpen(store, of: crew.folder) { [request] opened in
            try await setup.withRunner(opened) { runner, choices in
                renderer.begin(choices.replaced(by: model))
                let place = OwnRuns(runner: runner)
                return try await Interrupts.listening { interrupts in
                    try await Follower(
                        place: place, renderer: renderer, interrupts: interrupts, asks: asks
                    ).follow(try await place.start(request))
                }
            }
        }
        NextCommands(folder: crew.folder, store: store).tell(record)
        try ExitCodes.check(record)
    }
}
