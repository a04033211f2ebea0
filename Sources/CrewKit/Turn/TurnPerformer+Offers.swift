/// Which tools an agent may use at this moment.
extension TurnPerformer {
    func definitions(of agent: ValidatedCrew.Agent, in state: RunState) -> [ToolDefinition] {
        let own = names(of: agent).compactMap { tools[$0]?.definition.asOffered }
        let hasMore = agent.hasTools && state.entries.contains(where: \.isCutOutput)
        guard hasMore, !own.contains(where: { $0.name == ReadArtifactTool.name }) else {
            return own
        }
        return own + [pager.definition]
    }

    /// The tool of a call, when its agent may make it, or the engine made it for a signal.
    func offered(_ call: ToolCall, to agent: AgentID) -> (any Tool)? {
        let name = call.name
        if call.origin == .signal { return tools[name] }
        guard let agent = crew.agent(agent) else { return nil }
        if agent.tools.contains(name) || agent.toolPatterns.contains(where: { $0.covers(name) }),
            let tool = tools[name]
        {
            return tool
        }
        return name == ReadArtifactTool.name && agent.hasTools ? pager : nil
    }

    func unknownTool(_ name: ToolName, of agent: AgentID) -> String {
        let known = crew.agent(agent).map(names)?.map(\.rawValue) ?? []
        let hint = NearestWord.suggestion(for: name.rawValue, among: known).map { "; \($0)" } ?? ""
        return "Tool \(name) not found\(hint)"
    }

    private var pager: ReadArtifactTool { ReadArtifactTool(maxOutput: crew.settings.maxToolOutput) }

    /// In the agent's order; what a pattern stands for comes behind, by name.
    private func names(of agent: ValidatedCrew.Agent) -> [ToolName] {
        guard !agent.toolPatterns.isEmpty else { return agent.tools }
        let fitting = tools.names.subtracting(agent.tools).sorted().filter { name in
            agent.toolPatterns.contains { $0.covers(name) }
        }
        return agent.tools + fitting
    }
}

extension ConversationEntry {
    /// A result of which the run keeps more than it shows.
    fileprivate var isCutOutput: Bool {
        if case .toolResult(let result) = self { return result.artifact != nil }
        return false
    }
}
