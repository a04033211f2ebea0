import CrewConfig
import CrewKit
import CrewProviders
import CrewTools
import Foundation

/// Everything that a command builds once from a crew's folder.
struct CrewSetup: Sendable {
    let loaded: LoadedCrew
    let tools: Toolbox
    let environment: [String: String]
    let modelOptions: ModelOptions

    /// - Throws: `CommandFailure` when the folder cannot be read, or has errors and they are shown.
    init(_ options: CrewOptions, models: ModelOptions, showsProblems: Bool = true) throws {
        environment = try EnvironmentReader(folder: options.folder, file: options.environmentFile)
            .environment(ProcessInfo.processInfo.environment)
        do {
            loaded = try CrewFolder.load(options.folder, environment: environment)
        } catch {
            throw CommandFailure(error.message, code: ExitCodes.unreadable)
        }
        let definition = loaded.definition
        let commands: [any Tool] = try definition.commandTools.map { try CommandTool($0) }
        tools = Toolbox(
            SystemTools.all(allowedCommands: definition.allowedCommands) + commands)
        modelOptions = models
        if showsProblems { try showProblems() }
    }

    /// Everything that is wrong or odd, by file and line.
    var problems: [LocatedProblem] { loaded.problems(tools: tools.names) }

    private func showProblems() throws {
        let problems = problems
        for problem in problems where problem.severity > .note {
            StandardStreams.complain("\(problem)")
        }
        guard !problems.contains(where: { $0.severity == .error }) else {
            throw CommandFailure("the crew cannot run", code: ExitCodes.unreadable)
        }
    }

    func runner(_ models: ModelSet) throws(CrewError) -> CrewRunner {
        try CrewRunner(
            crew: try loaded.validated(tools: tools.names), models: models, tools: tools)
    }

    /// Works the crew's runs for as long as `body` takes.
    func withRunner<Result: Sendable>(
        _ body: @Sendable @escaping (CrewRunner, ModelChoices) async throws -> Result
    ) async throws -> Result {
        try await withModels { models, choices in
            let runner = try runner(models)
            return try await runner.workingRuns { try await body(runner, choices) }
        }
    }
}
