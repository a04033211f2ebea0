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
            case .briefing(let text): blocks.append(PromptBlock(messages: [.user(text)]))
            case .answer(let party, let text):
                blocks.append(
                    PromptBlock(messages: [.user("[Answer from \(party)]\n\(text)")]))
            case .correction(let text): blocks.append(PromptBlock(messages: [.user(text)]))
            case .groupResult(let group, let text):
                blocks.append(
                    PromptBlock(messages: [.user("[Context from group \(group)]\n\(text)")]))
            case .toolResult(let result):
                blocks.append(stray(result))
            case .agent(let message):
                var results: [ToolResult] = []
                while index < entries.endIndex, case .toolResult(let result) = entries[index] {
                    results.append(result)
                    index += 1
                }
                let answers = answers(to: message.toolCalls, among: results)
                if let block = block(of: message, results: answers) { blocks.append(block) }
                blocks += results.filter { !answers.contains($0) }.map(stray)
            }
        }
        return blocks
    }

    /// One result for each call, in the order of the calls. A log that was cut off, or a history
    /// that a client brings, may lack some; endpoints refuse a call without a result.
    private func answers(to calls: [ToolCall], among results: [ToolResult]) -> [ToolResult] {
        calls.map { call in
            results.first { $0.call == call.id }
                ?? ToolResult(
                    call: call.id, name: call.name, status: .cancelled,
                    output: "This call has no result.")
        }
    }

    /// A result whose call is not in the conversation.
    private func stray(_ result: ToolResult) -> PromptBlock {
        context("tool \(result.name)", result.output)
    }

    /// - Returns: `nil` for a message that says nothing: several endpoints refuse empty ones.
    private func block(of message: AgentMessage, results: [ToolResult]) -> PromptBlock? {
        if message.text.isEmpty, message.toolCalls.isEmpty { return nil }
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
            var messages: [PromptMessage] = [
                .assistant(text: message.text, toolCalls: [], memo: message.memo)
            ]
            if !results.isEmpty { messages.append(.user(caps.textBlock(for: results))) }
            return PromptBlock(messages: messages)
        }
        let answers = caps.shown(results).map {
            PromptMessage.tool(call: $0.call, name: $0.name, output: $0.output)
        }
        return PromptBlock(
            messages: [
                .assistant(text: message.text, toolCalls: message.toolCalls, memo: message.memo)
            ] + answers)
    }
}
