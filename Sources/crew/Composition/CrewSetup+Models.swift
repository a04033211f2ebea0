import CrewConfig
import CrewKit
import CrewProviders

/// Which models a crew's agents got, for people.
struct ModelChoices: Sendable {
    /// By agent, in the crew's order.
    let agents: [(agent: String, choice: String)]
    /// Whether no agent is answered by a model.
    let isScripted: Bool

    /// One line: the choice that all share, or each agent's.
    var summary: String {
        let different = Set(agents.map(\.choice))
        if different.count == 1, let only = different.first { return only }
        return agents.map { "\($0.agent): \($0.choice)" }.joined(separator: "; ")
    }
}

extension CrewSetup {
    /// Builds every agent's model, keeps their connections for as long as `body` takes, and says
    /// which they are.
    func withModels<Result: Sendable>(
        _ body: (ModelSet, ModelChoices) async throws -> Result
    ) async throws -> Result {
        let environment = try await modelEnvironment()
        return try await withModelEndpoints { endpoints in
            let chosen = try await choose(from: endpoints, environment)
            let agents = loaded.definition.agents
            let choices = ModelChoices(
                agents: agents.map { ($0.name, chosen[$0.id]?.phrase ?? "") },
                isScripted: chosen.values.allSatisfy(\.isScripted))
            let free = modelOptions.local ? chosen : chosen.filter { $0.value.isFree }
            let models = ModelSet(chosen.mapValues(\.model), free: Set(free.keys))
            return try await body(models, choices)
        }
    }

    private func modelEnvironment() async throws -> [String: String] {
        guard modelOptions.local else { return environment }
        let local = try await LocalModel.start()
        return environment.merging(local) { $1 }
    }

    /// What an agent asks for, with the command line's choice put over it.
    private func reference(_ reference: ModelReference) -> ModelReference {
        if modelOptions.scripted { return ModelReference(provider: "scripted", model: "script") }
        guard modelOptions.local else { return reference }
        return ModelReference(provider: "openai", model: LocalModel.name)
    }

    private func choose(
        from endpoints: ModelEndpoints, _ environment: [String: String]
    ) async throws -> [AgentID: AgentModel] {
        let definition = loaded.definition
        let references = definition.agents.flatMap { [$0.primary, $0.backup].compactMap(\.self) }
        let choices = try await endpoints.choose(
            among: references.map(reference), environment: environment, script: definition.script)
        var chosen: [AgentID: AgentModel] = [:]
        for agent in definition.agents {
            guard let primary = choices[reference(agent.primary)] else { continue }
            chosen[agent.id] = AgentModel(
                primary: primary, backup: agent.backup.flatMap { choices[reference($0)] })
        }
        return chosen
    }
}

/// An agent's model with its retries, and its backup behind it.
private struct AgentModel {
    let primary: ModelChoice
    let backup: ModelChoice?

    var model: any LanguageModel {
        let first = retried(primary)
        guard let backup, backup.choice != primary.choice else { return first }
        return FallbackModel(first, backup: retried(backup))
    }

    var phrase: String {
        guard let backup, backup.choice != primary.choice else { return primary.choice }
        return "\(primary.choice), else \(backup.choice)"
    }

    var isScripted: Bool { primary.isScripted }

    /// A price in the crew's files was meant for the model that they name.
    var isFree: Bool { primary.isScripted || primary.model.name.hasPrefix("ollama") }

    /// A script fails because it was told to: trying again would only take time.
    private func retried(_ choice: ModelChoice) -> any LanguageModel {
        choice.isScripted ? choice.model : RetryingModel(choice.model)
    }
}
