/// The models of a crew's agents, built before the first run.
public struct ModelSet: Sendable {
    /// Makes the model that a run asked for in place of an agent's own.
    public typealias Replacement = @Sendable (AgentID, String) throws -> any LanguageModel

    private let models: [AgentID: any LanguageModel]
    private let free: Set<AgentID>
    private let replacement: Replacement?

    /// - Parameters:
    ///   - free: agents whose model costs nothing, whatever price their definition names: it was
    ///     meant for another one.
    ///   - replacement: called for runs that name another model; without it none may.
    public init(
        _ models: [AgentID: any LanguageModel], free: Set<AgentID> = [],
        replacement: Replacement? = nil
    ) {
        self.models = models
        self.free = free
        self.replacement = replacement
    }

    /// One model for every agent of a crew.
    public init(_ model: any LanguageModel, for crew: ValidatedCrew) {
        self.init(Dictionary(uniqueKeysWithValues: crew.allAgents.map { ($0.id, model) }))
    }

    public subscript(agent: AgentID) -> (any LanguageModel)? { models[agent] }

    /// The agent's model, or the one that its run asked for.
    ///
    /// - Throws: what the replacement throws for a name that it does not know.
    func model(of agent: AgentID, replacedBy name: String?) throws -> (any LanguageModel)? {
        guard let name, let replacement else { return models[agent] }
        return try replacement(agent, name)
    }

    /// Why runs may not ask for that model; `nil` when they may.
    func problem(withReplacement name: String) -> String? {
        guard let replacement else { return "the models of this crew cannot be replaced" }
        do {
            for agent in models.keys { _ = try replacement(agent, name) }
            return nil
        } catch {
            return (error as? CrewError)?.message ?? "there is no model '\(name)'"
        }
    }

    func isFree(_ agent: AgentID) -> Bool { free.contains(agent) }
}
