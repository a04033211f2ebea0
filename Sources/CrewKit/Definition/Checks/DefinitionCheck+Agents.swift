extension DefinitionCheck {
    mutating func checkAgents() {
        if crew.agents.isEmpty {
            add(
                .error, "no_agents", at: .crew("agents"), "the crew has no agents",
                suggestion: "list at least one agent and give it a file in agents/")
        }
        var seen: Set<AgentID> = []
        for (index, agent) in crew.agents.enumerated() {
            let path = DefinitionPath.crew("agents").appending(index)
            if agent.id.rawValue.isEmpty {
                add(.error, "missing_id", at: path, "an agent has no id")
            } else if !seen.insert(agent.id).inserted {
                add(
                    .error, "duplicate_agent", at: path,
                    "agent '\(agent.id)' is listed twice",
                    suggestion: "give one of them another id")
            }
            check(agent)
        }
    }

    private mutating func check(_ agent: AgentDefinition) {
        if agent.name.isEmpty {
            add(
                .warning, "missing_name", at: .agent(agent.id, "name"),
                "agent '\(agent.id)' has no name", suggestion: "its id will be shown instead")
        }
        if let temperature = agent.temperature, !(0...2).contains(temperature) {
            add(
                .error, "out_of_range", at: .agent(agent.id, "temperature"),
                "temperature must be between 0 and 2, got \(temperature)")
        }
        if let bound = agent.maxOutputTokens, bound < 1 {
            add(
                .error, "out_of_range", at: .agent(agent.id, "max_tokens"),
                "max_tokens must be at least 1, got \(bound)")
        }
        for problem in agent.responseSchema.map(SchemaProblem.all) ?? [] {
            add(
                problem.severity, problem.code,
                at: DefinitionPath(
                    .agent(agent.id), [.key("response_schema")] + problem.path),
                "response_schema of agent '\(agent.id)': \(problem.message)",
                suggestion: problem.suggestion)
        }
        checkRepetition(in: agent.tools.map(\.rawValue), "tools", of: agent.id)
        checkRepetition(
            in: agent.handoffTargets.map(\.rawValue), "handoff_targets", of: agent.id)
        for (index, tool) in agent.tools.enumerated() where !tools.contains(tool) {
            check(
                tool, of: agent, at: DefinitionPath.agent(agent.id, "tools").appending(index))
        }
        for (index, target) in agent.handoffTargets.enumerated() where !agents.contains(target) {
            add(
                .warning, "unknown_target",
                at: DefinitionPath.agent(agent.id, "handoff_targets").appending(index),
                "handoff target '\(target)' of agent '\(agent.id)' does not exist",
                suggestion: nearestAgent(to: target.rawValue))
        }
    }

    private mutating func checkRepetition(
        in names: [String], _ key: String, of agent: AgentID
    ) {
        var seen: Set<String> = []
        for (index, name) in names.enumerated() where !seen.insert(name).inserted && !name.isEmpty {
            add(
                .warning, "repeated_entry", at: DefinitionPath.agent(agent, key).appending(index),
                "\(key) of agent '\(agent)' lists '\(name)' twice", suggestion: "remove one of them"
            )
        }
    }

    /// A tool of an agent that is none of the crew's own or built-in ones.
    private mutating func check(
        _ tool: ToolName, of agent: AgentDefinition, at path: DefinitionPath
    ) {
        if let problem = ServerCheck.problem(of: tool, in: crew) {
            add(
                .warning, problem.code, at: path,
                "\(problem.message); agent '\(agent.id)' goes without it",
                suggestion: problem.suggestion)
        } else if !crew.isServerTool(tool) {
            add(
                .warning, "unknown_tool", at: path,
                "there is no tool '\(tool)'; agent '\(agent.id)' goes without it",
                suggestion: NearestWord.suggestion(
                    for: tool.rawValue, among: tools.map(\.rawValue)))
        }
    }

    mutating func checkEntryPoint() {
        guard let entry = crew.entryPoint, !agents.contains(entry) else { return }
        add(
            .error, "unknown_agent", at: .crew("entry_point"),
            "entry_point '\(entry)' is not an agent of the crew",
            suggestion: nearestAgent(to: entry.rawValue))
    }
}
