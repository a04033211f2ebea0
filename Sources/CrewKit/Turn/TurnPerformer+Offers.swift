/// Which tools an agent may use at this moment.
extension TurnPerformer {
    func definitions(of agent: ValidatedCrew.Agent) -> [ToolDefinition] {
        names(of: agent).compactMap { tools[$0]?.definition.asOffered }
    }

    func offered(_ name: ToolName, to agent: AgentID) -> (any Tool)? {
        guard let agent = crew.agent(agent),
            agent.tools.contains(name) || agent.toolPatterns.contains(where: { $0.covers(name) })
        else { return nil }
        return tools[name]
    }

    func unknownTool(_ name: ToolName, of agent: AgentID) -> String {
        let known = crew.agent(agent).map(names)?.map(\.rawValue) ?? []
        let hint = NearestWord.suggestion(for: name.rawValue, among: known).map { "; \($0)" } ?? ""
        return "Tool \(name) not found\(hint)"
    }

    /// In the agent's order; what a pattern stands for comes behind, by name.
    private func names(of agent: ValidatedCrew.Agent) -> [ToolName] {
        guard !agent.toolPatterns.isEmpty else { return agent.tools }
        let fitting = tools.names.subtracting(agent.tools).sorted().filter { name in
            agent.toolPatterns.contains { $0.covers(name) }
        }
        return agent.tools + fitting
    }
}
