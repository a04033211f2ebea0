import CrewConfig
import CrewKit
import CrewProviders
import CrewTools
import Foundation

/// Everything that a command builds once from a crew's folder.
struct CrewSetup: Sendable {
    let loaded: LoadedCrew
    /// The tools that every crew may use without declaring them.
    let builtInTools: [any Tool]
    let environment: [String: String]
    let modelOptions: ModelOptions
    /// What becomes of model calls besides being made.
    var cassette: CassetteUse?
    /// Told of what is opened for the crew; absent where nobody asks how it does.
    var parts: OpenParts?
    /// What models cost whose price the crew does not say.
    let prices: PriceTable
    private let priceProblem: DefinitionProblem?
    private let options: CrewOptions

    /// - Throws: `CommandFailure` when the folder cannot be read, or has errors and they are shown;
    ///   `UnreadableCrew` for the former when they are not.
    init(_ options: CrewOptions, models: ModelOptions, showsProblems: Bool = true) throws {
        self.options = options
        environment = try EnvironmentReader(folder: options.folder, file: options.environmentFile)
            .environment(ProcessInfo.processInfo.environment)
        do {
            loaded = try CrewFolder.read(options.folder, environment: environment)
        } catch {
            guard showsProblems else { throw error }
            throw CommandFailure(error.problem.quotedDescription, code: ExitCodes.unreadable)
        }
        (prices, priceProblem) = try PriceFiles.table(
            environment, named: options.prices, of: loaded.definition)
        builtInTools =
            SystemTools.all(
                allowedCommands: loaded.definition.allowedCommands,
                commandApproval: loaded.definition.commandApproval) + ConversationTools.all()
        modelOptions = models
        if showsProblems { try showProblems() }
    }

    /// Everything that is wrong or odd, by file and line.
    var problems: [LocatedProblem] {
        loaded.problems(tools: builtInToolNames, prices: prices, further: furtherProblems)
    }

    /// What the definition alone does not tell: what is wrong with files beside the crew's.
    var furtherProblems: [DefinitionProblem] { priceProblem.map { [$0] } ?? [] }

    var builtInToolNames: Set<ToolName> { Set(builtInTools.map(\.definition.name)) }

    private func showProblems() throws {
        let problems = problems
        for problem in problems where problem.severity > .note {
            StandardStreams.complain(problem.quotedDescription)
        }
        guard !problems.contains(where: { $0.severity == .error }) else {
            throw CommandFailure("the crew cannot run", code: ExitCodes.unreadable)
        }
    }

    /// Another crew, with the same environment file and the same choice of models.
    func subcrew(in folder: String) throws -> CrewSetup {
        var options = options
        options.folder = folder
        var setup = try CrewSetup(options, models: modelOptions)
        setup.cassette = cassette
        return setup
    }
}
