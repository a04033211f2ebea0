import CrewConfig
import CrewKit
import CrewProviders

/// Which models a crew's agents got, for people.
struct ModelChoices: Sendable {
    /// By agent, in the crew's order.
    let agents: [(agent: String, choice: String)]
    /// Whether no agent is answered by a model.
    let isScripted: Bool

    /// The model that a run asked for in place of all these.
    var replacement: String?

    func replaced(by model: String?) -> ModelChoices {
        var choices = self
        choices.replacement = model
        return choices
    }

    /// One line: the choice that all share, or each agent's.
    var summary: String {
        if let replacement { return "\(replacement), as asked for" }
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
                agents: agents.map { ($0.name, chosen[$0.id]?.choice ?? "") },
                isScripted: chosen.values.allSatisfy(\.isScripted))
            let free = modelOptions.local ? chosen : chosen.filter { $0.value.isFree }
            let script = loaded.definition.script
            let models = ModelSet(chosen.mapValues(\.model), free: Set(free.keys)) { agent, name in
                guard let own = chosen[agent] else {
                    throw CrewError(.unknownAgent, "agent '\(agent)' has no model")
                }
                return try endpoints.replacement(
                    named: name, for: own, environment: environment, script: script)
            }
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
    ) async throws -> [AgentID: ModelChoice] {
        let definition = loaded.definition
        let references = definition.agents.flatMap { [$0.primary] + $0.fallbacks.map(\.reference) }
        let choices = try await endpoints.choose(
            among: references.map(reference), environment: environment, script: definition.script)
        var chosen: [AgentID: ModelChoice] = [:]
        for agent in definition.agents {
            guard let primary = choices[reference(agent.primary)] else { continue }
            chosen[agent.id] = primary.retried(
                thenBy: agent.fallbacks.first.flatMap { choices[reference($0.reference)] })
        }
        return chosen
    }
}
