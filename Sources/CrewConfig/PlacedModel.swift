public import CrewKit

/// A model that an agent may ask, and where it is written.
public struct PlacedModel: Sendable {
    public let agent: AgentID
    public let reference: ModelReference
    private let block: DefinitionPath
    private let crew: LoadedCrew

    init(
        _ agent: AgentID, _ reference: ModelReference, at block: DefinitionPath, in crew: LoadedCrew
    ) {
        self.agent = agent
        self.reference = reference
        self.block = block
        self.crew = crew
    }

    /// Where a key of the model is written, or its block when it is not.
    public func path(of key: String) -> DefinitionPath {
        let words = key == "base_url" ? ["base_url", "provider_url"] : [key]
        for word in words where crew.isWritten(block.appending(word)) {
            return block.appending(word)
        }
        // The original's older form has the keys of the first model in the agent itself.
        let flat = DefinitionPath(block.document)
        for word in words + ["model"]
        where !crew.isWritten(block) && crew.isWritten(flat.appending(word)) {
            return flat.appending(word)
        }
        return crew.isWritten(block.appending("provider")) ? block.appending("provider") : block
    }
}

extension LoadedCrew {
    /// Every model of every agent, the first one first.
    public var models: [PlacedModel] {
        definition.agents.flatMap { agent in
            let hasBackup = isWritten(.agent(agent.id, "backup"))
            let fallbacks = agent.fallbacks.enumerated().map { index, fallback in
                let path =
                    hasBackup && index == 0
                    ? DefinitionPath.agent(agent.id, "backup")
                    : DefinitionPath.agent(agent.id, "fallbacks")
                        .appending(hasBackup ? index - 1 : index)
                return PlacedModel(agent.id, fallback.reference, at: path, in: self)
            }
            let primary = PlacedModel(
                agent.id, agent.primary, at: .agent(agent.id, "primary"), in: self)
            return [primary] + fallbacks
        }
    }

    /// Options of models that have no effect as things are.
    var optionProblems: [DefinitionProblem] {
        models.flatMap { model in
            ModelOptionCheck.findings(in: model.reference).map {
                DefinitionProblem(
                    definition.settings.isStrict ? .error : .warning, $0.code,
                    at: model.path(of: $0.key), $0.message, suggestion: $0.suggestion)
            }
        }
    }
}
