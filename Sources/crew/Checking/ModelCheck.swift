import CrewConfig
import CrewKit
import CrewProviders

/// Finds what only building a crew's models, or asking their endpoints, would tell.
struct ModelCheck {
    let crew: LoadedCrew
    let environment: [String: String]

    /// What is wrong with each agent's models, without asking anybody.
    var problems: [DefinitionProblem] {
        crew.models.compactMap { model in
            ReferenceProblem.problem(
                of: model.reference, environment: environment,
                hasScript: crew.definition.script != nil
            ).map { Self.placed($0, model) }
        }
    }

    /// What the endpoints say, each asked once, all of them together.
    func onlineProblems() async throws -> [DefinitionProblem] {
        let models = crew.models
        let environment = environment
        let answers = try await withModelEndpoints(options: Self.options) { endpoints in
            try await withThrowingTaskGroup(of: (ModelReference, ReferenceProblem?).self) { group in
                for reference in Set(models.map(\.reference)) {
                    group.addTask {
                        (
                            reference,
                            try await endpoints.inspect(reference, environment: environment)
                        )
                    }
                }
                return try await group.reduce(into: [ModelReference: ReferenceProblem]()) {
                    $0[$1.0] = $1.1
                }
            }
        }
        return models.compactMap { model in
            answers[model.reference].map { Self.placed($0, model) }
        }
    }

    /// The errors among the problems, with their places.
    var errors: [LocatedProblem] {
        let errors = problems.filter { $0.severity == .error }
        guard !errors.isEmpty else { return [] }
        // The others were shown when the crew was read.
        return crew.problems(tools: [], further: errors).filter { errors.contains($0.problem) }
    }

    private static var options: ModelEndpoints.Options {
        var options = ModelEndpoints.Options()
        options.probe = .seconds(10)
        return options
    }

    private static func placed(
        _ problem: ReferenceProblem, _ model: PlacedModel
    ) -> DefinitionProblem {
        DefinitionProblem(
            problem.severity, problem.code, at: model.path(of: problem.key),
            "agent '\(model.agent)': \(problem.message)", suggestion: problem.suggestion)
    }
}
