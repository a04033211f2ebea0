import ArgumentParser
import CrewProcess
import CrewTools
import Foundation

/// The command line: parses, runs a command, and turns what comes of it into an exit code.
@main
struct CrewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crew",
        abstract: "Runs teams of language-model agents that are described in YAML.",
        discussion: """
            A crew is a folder with crew.yaml, agents/*.yaml and perhaps script.yaml. Agents whose \
            provider is 'auto' use the endpoint of OPENAI_BASE_URL or OPENAI_API_KEY where one \
            answers, else Ollama on this machine, else the crew's own script; every command says \
            which.

            Exit codes: 0 the run completed or a signal ended it, 1 it failed, 2 the crew cannot be \
            read or has errors, 3 it waits for a person, 4 it reached a limit, 64 wrong usage, \
            130 it was cancelled.
            """,
        version: ProductVersion.current,
        subcommands: [
            RunCommand.self, ChatCommand.self, ServeCommand.self, KeysCommand.self,
            CheckCommand.self,
            ToolsCommand.self, RunsCommand.self, UsageCommand.self, BudgetsCommand.self,
            PricesCommand.self, GraphCommand.self, PlanCommand.self,
            InitCommand.self, ExplainCommand.self, SchemaCommand.self, HealthCommand.self,
        ])

    static func main() async {
        // In a container without another one, this has to be the process that looks after all.
        crew_start_as_child_of_first(CommandLine.unsafeArgv)
        StandardStreams.prepare()
        // Tools that run in a process of their own: this program, started again.
        await ToolWorker.serveIfAsked(ToolProcesses.isolated)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            exit(withError: CommandFailure.reported(error))
        }
    }
}

/// The version of this product, as it names itself on every wire.
enum ProductVersion {
    static let current = "0.1.0"
}
