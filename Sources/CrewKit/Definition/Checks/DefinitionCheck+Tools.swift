extension DefinitionCheck {
    /// Tools and servers that are declared, and that nobody can call.
    mutating func checkUnusedTools() {
        let named = Set(crew.agents.flatMap(\.tools))
        let routed = Set(
            crew.routing.signals.values.joined().filter { $0.type == .subCrew }
                .compactMap { $0.target.map { ToolName($0) } })
        for tool in crew.tools where !named.contains(tool.name) && !routed.contains(tool.name) {
            add(
                .note, "unused_tool", at: .crew("tools", tool.name.rawValue),
                "no agent uses the tool '\(tool.name)'",
                suggestion: "list it under 'tools' of an agent, or remove it")
        }
        if !crew.allowedCommands.isEmpty, !named.contains("ExecuteCommand") {
            add(
                .note, "unused_tool", at: .crew("tools", "ExecuteCommand"),
                "no agent uses the tool 'ExecuteCommand'",
                suggestion: "list it under 'tools' of an agent, or remove it")
        }
        for server in crew.mcpServers {
            let prefix = server.name + MCPServerDefinition.separator
            guard !named.contains(where: { $0.rawValue.hasPrefix(prefix) }) else { continue }
            add(
                .note, "unused_server", at: .crew("mcp_servers", server.name),
                "no agent uses a tool of the MCP server '\(server.name)'",
                suggestion: "list '\(prefix)*' under 'tools' of an agent, or remove the server")
        }
    }

    /// Settings of agents that cancel each other out.
    mutating func checkModels() {
        for agent in crew.agents {
            let routes = crew.routing.signals[agent.id] ?? []
            if agent.routing == .schema, routes.isEmpty, agent.handoffTargets.isEmpty,
                agent.responseSchema == nil
            {
                add(
                    .warning, "no_effect", at: .agent(agent.id, "routing"),
                    "routing: schema of agent '\(agent.id)' has no effect, as it has neither signals "
                        + "nor handoff targets",
                    suggestion: "give it some, or remove 'routing'")
            }
            if agent.toolChoice != .auto, agent.tools.isEmpty {
                add(
                    .warning, "no_effect", at: .agent(agent.id, "tool_choice"),
                    "tool_choice: \(agent.toolChoice.rawValue) of agent '\(agent.id)' has no effect, "
                        + "as it has no tools",
                    suggestion: "give it tools, or remove 'tool_choice'")
            }
        }
    }
}
