import CrewKit

extension CrewReader {
    /// One agent out of its file.
    mutating func agent(_ id: AgentID, _ block: BlockReader) -> AgentDefinition {
        var agent = AgentDefinition(id: id)
        if let name = block.text("name"), !name.isEmpty {
            agent.name = name
        } else if !isStrict {
            problems.add(
                .warning, "missing_name", at: block.place(of: "name"),
                "agent '\(id)' has no name; its id is shown instead",
                suggestion: "add 'name:'")
        }
        agent.role = block.text("role") ?? ""
        agent.description = block.text("description") ?? ""
        agent.backstory = block.text("backstory") ?? ""
        agent.systemPrompt = block.text("system_prompt") ?? ""
        agent.primary = primary(of: id, block)
        agent.fallbacks = fallbacks(of: id, block)
        agent.temperature = block.number("temperature")
        agent.maxOutputTokens = block.integer("max_tokens")
        agent.tools = block.texts("tools").map { ToolName($0) }
        agent.handoffTargets = block.texts("handoff_targets").map { AgentID($0) }
        agent.isTerminal = block.flag("is_terminal") ?? false
        agent.routing = block.word("routing") ?? .auto
        agent.toolCalls = block.word("tool_calls") ?? .native
        agent.toolChoice = block.word("tool_choice") ?? .auto
        agent.responseSchema = block.entry("response_schema").map { Self.schema($0.value.json) }
        if let limits = block.block("cost_limits") { agent.price = originalPrice(limits) }
        agent.budgets = agentBudgets(block)
        return agent
    }

    /// A schema as it was written; of an object where it does not say of what.
    static func schema(_ value: JSONValue) -> JSONValue {
        guard var schema = value.object, schema["type"] == nil else { return value }
        schema["type"] = "object"
        return .object(schema)
    }
}
