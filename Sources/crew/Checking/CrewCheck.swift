import CrewConfig
import CrewKit
import Foundation

/// Looks over one crew's folder, everything that this machine can tell included.
struct CrewCheck {
    var options: CrewOptions
    /// Whether endpoints are asked.
    var isOnline = false

    /// Everything that is wrong or odd.
    ///
    /// - Throws: `UnreadableCrew` or `CommandFailure` when nothing can be read.
    func problems() async throws -> [LocatedProblem] {
        let setup = try CrewSetup(options, models: ModelOptions.none, showsProblems: false)
        var further = setup.furtherProblems
        let models = ModelCheck(crew: setup.loaded, environment: setup.environment)
        further += models.problems
        if isOnline { further += try await models.onlineProblems() }
        do {
            try await setup.checkSandbox()
        } catch let error as CrewError {
            further.append(
                DefinitionProblem(
                    .error, "sandbox_missing", at: .crew("tools"),
                    "on this machine it cannot run: \(error.message)"))
        }
        return setup.loaded.problems(
            tools: setup.builtInToolNames, prices: setup.prices, further: further)
    }
}
