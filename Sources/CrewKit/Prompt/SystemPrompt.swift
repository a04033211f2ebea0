/// Writes an agent's system prompt: the author's own, or one made from who the agent is.
struct SystemPrompt {
    let crew: CrewDefinition

    /// What `{{…}}` may name in an author's prompt.
    static let placeholders = [
        "backstory", "name", "role", "description", "language", "organization",
    ]

    func text(for definition: AgentDefinition) -> String {
        definition.systemPrompt.isEmpty
            ? written(for: definition) : expanded(definition.systemPrompt, for: definition)
    }

    /// The backstory is put in first: authors use the other placeholders inside it.
    private func expanded(_ prompt: String, for agent: AgentDefinition) -> String {
        let about = agent.description.isEmpty ? "\(agent.name) - \(agent.role)" : agent.description
        let values = [
            ("{{backstory}}", agent.backstory), ("{{name}}", agent.name), ("{{role}}", agent.role),
            ("{{description}}", about), ("{{language}}", crew.settings.language),
            ("{{organization}}", crew.settings.organization),
        ]
        return values.reduce(prompt) { text, value in
            text.split(separator: value.0, omittingEmptySubsequences: false)
                .joined(separator: value.1)
        }
    }

    private func written(for definition: AgentDefinition) -> String {
        var lines = ["You are \(definition.name)."]
        if !definition.role.isEmpty { lines.append("Role: \(definition.role)") }
        if !definition.description.isEmpty { lines.append(definition.description) }
        if !definition.backstory.isEmpty {
            lines.append("Backstory: \(expanded(definition.backstory, for: definition))")
        }
        if !crew.settings.organization.isEmpty {
            lines.append("Organization: \(crew.settings.organization)")
        }
        if crew.settings.language != "en" {
            lines.append("Reply in the language with the code '\(crew.settings.language)'.")
        }
        return (lines + signalGuide(for: definition)).joined(separator: "\n")
    }

    private func signalGuide(for agent: AgentDefinition) -> [String] {
        let routes = crew.routing.signals[agent.id] ?? []
        // Under `routing: schema` the shape of the reply says where the run goes.
        guard !routes.isEmpty, agent.routing != .schema else { return [] }
        return ["End your reply with exactly one of these signals, alone on its line:"]
            + routes.map { route in
                route.description.isEmpty ? route.signal : "\(route.signal): \(route.description)"
            }
    }

    /// The tools as the original lists them, with what they take.
    static func toolGuide(_ tools: [ToolDefinition]) -> String {
        let list = tools.enumerated().map { index, tool in
            let parameters = tool.parameters["properties"]?.object?.keys ?? []
            let call = "\(index + 1). \(tool.name)(\(parameters.joined(separator: ", ")))"
            return tool.description.isEmpty ? call : "\(call): \(tool.description)"
        }
        return "\n\nTo use a tool, write its call alone on a line, such as "
            + "ToolName(parameter=\"value\"), and wait for the result. Your tools:\n"
            + list.joined(separator: "\n")
    }
}
