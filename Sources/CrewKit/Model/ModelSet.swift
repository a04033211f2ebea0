/// The models of a crew's agents, built before the first run.
public struct ModelSet: Sendable {
    /// Makes what a run asked for in place of an agent's own models.
    public typealias Replacement = @Sendable (AgentID, String) throws -> ModelChain

    private let chains: [AgentID: ModelChain]
    private let replacement: Replacement?

    /// - Parameter replacement: called for runs that name another model; without it none may.
    public init(chains: [AgentID: ModelChain], replacement: Replacement? = nil) {
        self.chains = chains
        self.replacement = replacement
    }

    /// Models that are called once, without limits and successors, and cost what their agents'
    /// definitions say.
    public init(_ models: [AgentID: any LanguageModel], replacement: Replacement? = nil) {
        self.init(
            chains: models.mapValues { ModelChain([ModelLink(pricedByAgent: $0)]) },
            replacement: replacement)
    }

    /// One model for every agent of a crew.
    public init(_ model: any LanguageModel, for crew: ValidatedCrew) {
        self.init(Dictionary(uniqueKeysWithValues: crew.allAgents.map { ($0.id, model) }))
    }

    public subscript(agent: AgentID) -> ModelChain? { chains[agent] }

    /// The agent's models, or what its run asked for.
    ///
    /// - Throws: what the replacement throws for a name that it does not know.
    func chain(of agent: AgentID, replacedBy name: String?) throws -> ModelChain? {
        guard let name, let replacement else { return chains[agent] }
        return try replacement(agent, name)
    }

    /// Why runs may not ask for that model; `nil` when they may.
    func problem(withReplacement name: String) -> String? {
        guard let replacement else { return "the models of this crew cannot be replaced" }
        do {
            for agent in chains.keys { _ = try replacement(agent, name) }
            return nil
        } catch {
            return (error as? CrewError)?.message ?? "there is no model '\(name)'"
        }
    }
}
