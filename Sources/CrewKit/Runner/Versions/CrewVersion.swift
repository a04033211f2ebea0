/// One version of a crew: what is written, with the models and tools that work it.
///
/// A run is worked to its rest with the version with which it was begun or woken, also when the
/// runner has another one by then. Two versions are the same only when they are one object.
public final class CrewVersion: Sendable {
    public let crew: ValidatedCrew
    let models: ModelSet
    let tools: Toolbox

    /// - Throws: `unknownAgent` when an agent has no model.
    public init(
        crew: ValidatedCrew, models: ModelSet, tools: Toolbox = Toolbox()
    ) throws(CrewError) {
        for agent in crew.allAgents where models[agent.id] == nil {
            throw CrewError(.unknownAgent, "agent '\(agent.id)' has no model")
        }
        self.crew = crew
        self.models = models
        self.tools = tools
    }

    /// What tells its definition from others of the crew; absent when nobody made it from files.
    public var digest: String? { crew.definition.digest }
}

extension CrewVersion: Hashable {
    public static func == (left: CrewVersion, right: CrewVersion) -> Bool { left === right }

    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
