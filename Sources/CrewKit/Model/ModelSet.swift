/// The models of a crew's agents, built before the first run.
public struct ModelSet: Sendable {
    private let models: [AgentID: any LanguageModel]

    public init(_ models: [AgentID: any LanguageModel]) { self.models = models }

    /// One model for every agent of a crew.
    public init(_ model: any LanguageModel, for crew: ValidatedCrew) {
        models = Dictionary(
            uniqueKeysWithValues: crew.allAgents.map { ($0.id, model) })
    }

    public subscript(agent: AgentID) -> (any LanguageModel)? { models[agent] }
}
