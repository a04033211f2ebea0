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
        if let (models, choices) = replayedModels { return try await body(models, choices) }
        try refuseWrongModels()
        let environment = try await modelEnvironment()
        return try await withModelEndpoints(options: endpointOptions) { endpoints in
            let seat = parts?.add(.endpoints(endpoints.cache))
            defer { seat?.leave() }
            let chosen = try await choose(from: endpoints, environment)
            let agents = loaded.definition.agents
            let choices = ModelChoices(
                agents: agents.map { agent in
                    (agent.name, chosen[agent.id, default: []].map(\.choice).joinedByElse)
                },
                isScripted: chosen.values.allSatisfy { $0.allSatisfy(\.isScripted) })
            let script = loaded.definition.script
            let retry = loaded.definition.settings.modelRetry
            let models = ModelSet(chains: recorded(chains(of: chosen))) { agent, name in
                guard let own = chosen[agent]?.first else {
                    throw CrewError(.unknownAgent, "agent '\(agent)' has no model")
                }
                return recorded(
                    try endpoints.replacement(
                        named: name, for: own, environment: environment, script: script,
                        retry: retry), as: name)
            }
            return try await body(models, choices)
        }
    }

    private var endpointOptions: ModelEndpoints.Options {
        let settings = loaded.definition.settings
        var options = ModelEndpoints.Options()
        options.cache.lifetime = settings.endpointLifetime
        options.cache.longestWait = settings.modelRetry.longestRetryAfter
        options.prices = prices
        return options
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
        var local = ModelReference(provider: "openai", model: LocalModel.name)
        local.price = .free
        return local
    }

    private func choose(
        from endpoints: ModelEndpoints, _ environment: [String: String]
    ) async throws -> [AgentID: [ModelChoice]] {
        let definition = loaded.definition
        let references = definition.agents.flatMap { [$0.primary] + $0.fallbacks.map(\.reference) }
        let choices = try await endpoints.choose(
            among: references.map(reference), environment: environment, script: definition.script)
        return Dictionary(
            definition.agents.map { agent in
                let own = [agent.primary] + agent.fallbacks.map(\.reference)
                return (agent.id, own.compactMap { choices[reference($0)] })
            },
            uniquingKeysWith: { $1 })
    }

    /// Each agent's models in order, the first with the price of the agent where nothing better is
    /// known.
    private func chains(of chosen: [AgentID: [ModelChoice]]) -> [AgentID: ModelChain] {
        var chains: [AgentID: ModelChain] = [:]
        let retry = loaded.definition.settings.modelRetry
        for agent in loaded.definition.agents {
            guard let choices = chosen[agent.id], let primary = choices.first else { continue }
            // With --scripted or --local all of them are the same one.
            let fallbacks = zip(choices.dropFirst(), agent.fallbacks)
                .filter { choice, _ in choice.choice != primary.choice }
                .map { $0.link(retry: retry, conditions: $1.conditions) }
            chains[agent.id] = ModelChain(
                [primary.link(retry: retry, price: agent.price)] + fallbacks)
        }
        return chains
    }
}

extension [String] {
    /// One phrase; what is there twice is said once.
    fileprivate var joinedByElse: String {
        reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
            .joined(separator: ", else ")
    }
}
