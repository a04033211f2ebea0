import ArgumentParser
import CrewConfig
import CrewKit
import Foundation

/// Looks at the runs of a crew and goes on with them.
struct RunsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "Looks at the runs of a crew and goes on with them.",
        discussion: """
            The runs are those that 'crew serve' keeps in DIR/.crew/runs.sqlite, or in another file \
            that --store names. An id may be shortened to its first characters, four or more.

            Looking is possible at any time. When a server owns the file, what changes a run is done \
            by that server, and shown here; otherwise this command works the run itself. Exit codes \
            are those of 'crew run'.
            """,
        subcommands: [
            RunsListCommand.self, RunsShowCommand.self, RunsEventsCommand.self,
            RunsTailCommand.self, RunsResumeCommand.self, RunsApproveCommand.self,
            RunsRefuseCommand.self, RunsCancelCommand.self, RunsForkCommand.self,
            RunsDeleteCommand.self, RunsExportCommand.self, RunsImportCommand.self,
        ])
}

/// Where a command that only looks finds runs.
struct KeptRuns: ParsableArguments {
    @Argument(help: "The crew's folder.", completion: .directory)
    var folder: String

    @Option(
        help: "The file that keeps the runs: sqlite:PATH. (default: sqlite:DIR/.crew/runs.sqlite)",
        transform: StoreChoice.init)
    var store: StoreChoice = .file(nil)

    /// Names of agents where the crew can be read, which is not needed to look at its runs.
    static func names(in folder: String) -> AgentNames {
        let environment = ProcessInfo.processInfo.environment
        // Ids do as well as names.
        return AgentNames(try? CrewFolder.load(folder, environment: environment).definition)
    }
}

/// How a run is shown that a command goes on with.
struct RunOutput: ParsableArguments {
    @Flag(help: "Print every stored event as one line of JSON.")
    var json = false

    @Option(help: "Colour the output: auto, always or never.")
    var color = ColorChoice.auto

    func renderer(for folder: String) -> any Renderer {
        Rendering.renderer(json: json, color: color, names: KeptRuns.names(in: folder))
    }
}
