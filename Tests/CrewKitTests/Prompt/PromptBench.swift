@testable import CrewKit

/// A crew of two agents, and what one of them is sent.
struct PromptBench {
    var definition = CrewDefinition(
        name: "test",
        agents: [
            AgentDefinition(id: "a", name: "An", systemPrompt: "sys"),
            AgentDefinition(id: "b", name: "Bình", systemPrompt: "sys"),
        ])

    /// The messages after the system prompt.
    func messages(
        for agent: AgentID = "a", _ entries: [ConversationEntry]
    ) throws -> [PromptMessage] {
        Array(try prompt(for: agent, entries).messages.dropFirst())
    }

    func prompt(
        for agent: AgentID = "a", _ entries: [ConversationEntry], tools: [ToolDefinition] = []
    ) throws -> PromptBuilder.Prompt {
        let crew = try definition.validated(tools: [])
        guard let known = crew.agent(agent) else { throw CrewError(.unknownAgent, "\(agent)") }
        return PromptBuilder(crew: crew).prompt(for: known, entries: entries, tools: tools)
    }

    func systemPrompt(tools: [ToolDefinition] = []) throws -> String {
        let message = try prompt([.user("hi")], tools: tools).messages.first
        guard case .system(let text)? = message else { return "" }
        return text
    }
}

extension ConversationEntry {
    static func said(
        _ agent: AgentID?, _ text: String, calls: ToolCall...
    ) -> ConversationEntry {
        .agent(AgentMessage(agent: agent, text: text, reasoning: "secret", toolCalls: calls))
    }

    static func result(
        _ call: ToolCallID, _ name: ToolName, _ output: String,
        _ status: ToolResult.Status = .success
    ) -> ConversationEntry {
        .toolResult(ToolResult(call: call, name: name, status: status, output: output))
    }
}
