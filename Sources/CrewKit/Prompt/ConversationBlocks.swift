/// Turns a conversation into messages as one of its agents sees them.
struct ConversationBlocks {
    let crew: ValidatedCrew
    let reader: AgentID

    func blocks(of entries: [ConversationEntry]) -> [PromptBlock] {
        var blocks: [PromptBlock] = []
        var index = entries.startIndex
        while index < entries.endIndex {
            let entry = entries[index]
            index += 1
            switch entry {
            case .user(let text):
                blocks.append(PromptBlock(messages: [.user(text)], isInput: true))
            case .note(let text): blocks.append(PromptBlock(messages: [.system(text)]))
            case .groupResult(let group, let text):
                blocks.append(
                    PromptBlock(messages: [.user("[Context from group \(group)]\n\(text)")]))
            case .toolResult(let result):
                // Only of a call that is no longer in the conversation.
                blocks.append(context("tool \(result.name)", result.output))
            case .agent(let message):
                var results: [ToolResult] = []
                while index < entries.endIndex, case .toolResult(let result) = entries[index] {
                    results.append(result)
                    index += 1
                }
                blocks.append(block(of: message, results: results))
            }
        }
        return blocks
    }

    private func block(of message: AgentMessage, results: [ToolResult]) -> PromptBlock {
        guard let agent = message.agent, agent != reader else {
            return own(message, results: results)
        }
        let name = crew.agent(agent)?.definition.name ?? agent.rawValue
        let shown = ToolOutputCaps(settings: crew.settings).shown(results)
        var parts = message.text.isEmpty ? [] : [message.text]
        parts += shown.map { "(\($0.name) → \($0.status): \($0.output))" }
        return context(name, parts.joined(separator: "\n"))
    }

    private func context(_ name: String, _ text: String) -> PromptBlock {
        PromptBlock(messages: [.user("[Context from \(name)]\n\(text)")])
    }

    private func own(_ message: AgentMessage, results: [ToolResult]) -> PromptBlock {
        let caps = ToolOutputCaps(settings: crew.settings)
        guard message.toolCalls.contains(where: { $0.origin == .native }) else {
            var messages: [PromptMessage] = [.assistant(text: message.text, toolCalls: [])]
            if !results.isEmpty { messages.append(.user(caps.textBlock(for: results))) }
            return PromptBlock(messages: messages)
        }
        let answers = caps.shown(results).map {
            PromptMessage.tool(call: $0.call, name: $0.name, output: $0.output)
        }
        return PromptBlock(
            messages: [.assistant(text: message.text, toolCalls: message.toolCalls)] + answers)
    }
}
