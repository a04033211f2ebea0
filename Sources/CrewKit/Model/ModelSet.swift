/// The models of a crew's agents, built before the first run.
public struct ModelSet: Sendable {
    private let models: [AgentID: any LanguageModel]
    private let free: Set<AgentID>

    /// - Parameter free: agents whose model costs nothing, whatever price their definition names: it
    ///   was meant for another one.
    public init(_ models: [AgentID: any LanguageModel], free: Set<AgentID> = []) {
        self.models = models
        self.free = free
    }

    /// One model for every agent of a crew.
    public init(_ model: any LanguageModel, for crew: ValidatedCrew) {
        self.init(Dictionary(uniqueKeysWithValues: crew.allAgents.map { ($0.id, model) }))
    }

    public subscript(agent: AgentID) -> (any LanguageModel)? { models[agent] }

    func isFree(_ agent: AgentID) -> Bool { free.contains(agent) }
}
