import ArgumentParser
import CrewConfig
import CrewKit

/// Lists a crew's tools, and tries single ones.
struct ToolsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tools",
        abstract: "Lists a crew's tools, or calls one as an agent would.",
        usage: """
            crew tools <folder> [--json]
            crew tools <folder> call <name> [--arg <name=value> ...] [--arguments <json>] [--yes]
            """,
        discussion: """
            The list has every tool that the crew's agents may use, those of its MCP servers \
            included, with where it comes from, where it runs and what it does to the world.

            'call' makes one call: arguments are checked and converted, limits, retries and \
            isolation are those that an agent's call has. Its answer goes to standard output. A tool \
            that asks for permission asks here; --yes gives it.

            Exit codes: 0 done, 1 the call failed or was refused, 2 the crew cannot be read, 64 \
            wrong usage.
            """)

    @OptionGroup var crew: CrewOptions
    @OptionGroup var models: ModelOptions

    @Argument(help: "'call' and the tool's name; nothing to list.")
    var words: [String] = []

    @Option(
        name: .customLong("arg"),
        help: ArgumentHelp(
            "An argument of the call; the value is text, or JSON where the tool wants more.",
            valueName: "name=value"))
    var args: [String] = []

    @Option(
        help: ArgumentHelp("All arguments of the call as a JSON object.", valueName: "json"))
    var arguments: String?

    @Flag(help: "Give permission where the tool asks for it.")
    var yes = false

    @Flag(help: "Print JSON: one tool a line, or the call's whole result.")
    var json = false

    func validate() throws {
        guard words.isEmpty || (words.count == 2 && words[0] == "call") else {
            throw ValidationError("write nothing more, or 'call' and the name of one tool")
        }
        guard !words.isEmpty || (args.isEmpty && arguments == nil) else {
            throw ValidationError("arguments are for a call: crew tools DIR call NAME --arg a=b")
        }
        _ = try ToolArguments(words: args, json: arguments)
    }

    func run() async throws {
        let setup = try CrewSetup(crew, models: models)
        let name = words.last.map { ToolName($0) }
        let store = CommandStore(runs: InMemoryRunStore(), file: nil)
        let callsModels = setup.loaded.definition.tools.contains {
            $0.name == name && $0.asksAgents
        }
        let isGood = try await setup.withIdleRunner(store, callsModels: callsModels) {
            [self] runner, _ in
            guard let name else {
                list(runner)
                return true
            }
            return try await runner.workingRuns { try await call(name, of: runner) }
        }
        if !isGood { throw ExitCode(ExitCodes.failed) }
    }

    private func list(_ runner: CrewRunner) {
        let table = ToolTable(tools: runner.allTools.map(\.definition), crew: runner.crew)
        StandardStreams.show(json ? table.json : table.text)
    }

    private func call(_ name: ToolName, of runner: CrewRunner) async throws -> Bool {
        let given = try ToolArguments(words: args, json: arguments)
        let definition = runner.allTools.map(\.definition).first { $0.name == name }
        let values = given.value(for: definition)
        if let definition, try await !isAllowed(definition, values, of: runner) {
            StandardStreams.complain("not done: it was not allowed")
            return false
        }
        let returned = await runner.tryTool(name, arguments: values)
        if json {
            StandardStreams.show(try RunJSON.text(of: returned.result) + "\n")
        } else if returned.result.status == .success {
            StandardStreams.show(returned.result.output.withLineEnd)
        } else {
            let kind = returned.result.failure.map { " (\($0.kind))" } ?? ""
            StandardStreams.complain("\(returned.result.status.rawValue)\(kind)")
            StandardStreams.show(returned.result.output.withLineEnd)
        }
        return returned.result.status == .success
    }

    private func isAllowed(
        _ tool: ToolDefinition, _ arguments: JSONValue, of runner: CrewRunner
    ) async throws -> Bool {
        guard !yes, tool.asks(about: arguments, runner.crew.settings) else { return true }
        guard StandardStreams.isConversation else {
            StandardStreams.complain("\(tool.name) asks for permission: --yes gives it")
            return false
        }
        let call = TerminalStyle.harmless("\(tool.name) \(arguments.text)")
        let answer = try await StandardStreams.ask("allow \(call)? [y/n] ", isFresh: true)
        return ["y", "Y", "yes"].contains(answer ?? "")
    }
}

extension DeclaredTool {
    /// Whether models work for its calls.
    fileprivate var asksAgents: Bool {
        switch work {
        case .agent, .crew: true
        case .command, .http: false
        }
    }
}

extension String {
    fileprivate var withLineEnd: String { hasSuffix("\n") ? self : self + "\n" }
}
