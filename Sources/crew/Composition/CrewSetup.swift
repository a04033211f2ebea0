import CrewConfig
import CrewKit
import CrewProviders
import CrewTools
import Foundation

/// Everything that a command builds once from a crew's folder.
struct CrewSetup: Sendable {
    let loaded: LoadedCrew
    private let systemTools: [any Tool]
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
        systemTools =
            SystemTools.all(
                allowedCommands: loaded.definition.allowedCommands,
                commandApproval: loaded.definition.commandApproval) + ConversationTools.all()
        modelOptions = models
        if showsProblems { try showProblems() }
    }

    /// Everything that is wrong or odd, by file and line.
    var problems: [LocatedProblem] { loaded.problems(tools: systemToolNames) }

    private var systemToolNames: Set<ToolName> { Set(systemTools.map(\.definition.name)) }

    private func showProblems() throws {
        let problems = problems
        for problem in problems where problem.severity > .note {
            StandardStreams.complain("\(problem)")
        }
        guard !problems.contains(where: { $0.severity == .error }) else {
            throw CommandFailure("the crew cannot run", code: ExitCodes.unreadable)
        }
    }

    func runner(
        _ models: ModelSet, store: CommandStore, recovery: RecoveryPolicy = .resume
    ) throws(CrewError) -> CrewRunner {
        var tools = systemTools
        let limit = loaded.definition.settings.toolTimeout
        for written in loaded.definition.tools {
            guard case .command = written.work else { continue }
            var command = written
            command.timeout = written.timeout ?? limit
            tools.append(try CommandTool(command))
        }
        var options = RunnerOptions()
        options.recovery = recovery
        options.leavesRunsUnfinished = store.outlivesProcess
        return try CrewRunner(
            crew: try loaded.validated(tools: systemToolNames), models: models,
            tools: Toolbox(tools), store: store.runs, options: options)
    }

    /// Works the crew's runs for as long as `body` takes.
    func withRunner<Result: Sendable>(
        _ store: CommandStore,
        _ body: @Sendable @escaping (CrewRunner, ModelChoices) async throws -> Result
    ) async throws -> Result {
        try await withModels { models, choices in
            let runner = try runner(models, store: store)
            return try await runner.workingRuns { try await body(runner, choices) }
        }
    }
}
