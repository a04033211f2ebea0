/// Makes what one agent's model is sent from what a run remembers.
///
/// The agent's own turns are its assistant messages; what other agents said and did is labelled
/// context; the person's text stands there once.
struct PromptBuilder {
    let crew: ValidatedCrew

    struct Prompt {
        var messages: [PromptMessage]
        /// What was left out, when something was.
        var trimmed: ContextTrimmed?
    }

    /// - Parameter tools: what the agent may call, for prompts that have to explain it.
    func prompt(
        for agent: ValidatedCrew.Agent, entries: [ConversationEntry],
        tools: [ToolDefinition] = [], shape: ReplyShape? = nil
    ) -> Prompt {
        let blocks = ConversationBlocks(crew: crew, reader: agent.id).blocks(of: entries)
        let window = ContextWindow(
            limit: crew.settings.contextWindow, trimShare: crew.settings.contextTrimShare)
        let fitted = window.fit(blocks)
        var system = agent.systemPrompt
        if agent.definition.toolCalls == .text, !tools.isEmpty {
            system += SystemPrompt.toolGuide(tools)
        }
        if let shape { system += shape.guide }
        var messages: [PromptMessage] = system.isEmpty ? [] : [.system(system)]
        messages += fitted.blocks.flatMap(\.messages)
        if case .assistant? = messages.last {
            // Several endpoints refuse a conversation that ends with the model's own words.
            messages.append(.user("[Context] It is your turn again."))
        }
        return Prompt(
            messages: messages,
            trimmed: fitted.dropped.map {
                ContextTrimmed(
                    agent: agent.id, droppedMessages: $0.messages,
                    estimatedTokensBefore: $0.before, estimatedTokensAfter: $0.after)
            })
    }
}

/// Messages of a prompt that belong together: trimming keeps or drops them as one.
struct PromptBlock: Sendable, Hashable {
    var messages: [PromptMessage]
    /// Whether this is the text of the person.
    var isInput = false

    var estimatedTokens: Int { messages.reduce(0) { $0 + TokenEstimate.of($1) } }
}

/// Tokens as the original estimates them where nobody counted.
enum TokenEstimate {
    /// Four for a message, and one for every four bytes begun.
    static func of(_ message: PromptMessage) -> Int {
        var bytes = message.text.utf8.count
        if case .assistant(_, let calls, _) = message {
            for call in calls {
                bytes += call.name.rawValue.utf8.count + call.arguments.text.utf8.count
            }
        }
        return 4 + (bytes + 3) / 4
    }
}
