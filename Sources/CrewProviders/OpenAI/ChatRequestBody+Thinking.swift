import CrewKit

extension ChatRequestBody {
    /// How much the model is asked to think: every kind of server has its own words for it.
    func writeThinking(to body: inout RequestBodyWriter) {
        switch style {
        case .openRouter: writeOpenRouterReasoning(to: &body)
        case .deepSeek:
            if let thinks = options.thinks {
                body.member("thinking", ["type": thinks ? "enabled" : "disabled"])
            }
            writeEffort(options.reasoningEffort, to: &body)
        case .gemini:
            guard let tokens = options.thinkingTokens else {
                return writeEffort(effortOrNone, to: &body)
            }
            // Effort and tokens exclude each other there.
            body.member(
                "extra_body",
                ["google": ["thinking_config": ["thinking_budget": .integer(tokens)]]])
        case .openAI, .azure, .ollama: writeEffort(effortOrNone, to: &body)
        case .compatible:
            writeEffort(options.reasoningEffort, to: &body)
            if let thinks = options.thinks {
                // vLLM and llama.cpp hand it to the model's template.
                body.member("chat_template_kwargs", ["enable_thinking": .bool(thinks)])
            }
        }
    }

    /// The effort that was asked for; `none` where the model is not to think.
    private var effortOrNone: String? {
        options.reasoningEffort ?? (options.thinks == false ? "none" : nil)
    }

    private func writeEffort(_ effort: String?, to body: inout RequestBodyWriter) {
        guard let effort else { return }
        body.member("reasoning_effort", .string(effort))
    }

    private func writeOpenRouterReasoning(to body: inout RequestBodyWriter) {
        var reasoning: JSONObject = [:]
        // Effort and tokens exclude each other there.
        if let tokens = options.thinkingTokens {
            reasoning["max_tokens"] = .integer(tokens)
        } else if let effort = options.reasoningEffort {
            reasoning["effort"] = .string(effort)
        }
        if let thinks = options.thinks { reasoning["enabled"] = .bool(thinks) }
        if !reasoning.isEmpty { body.member("reasoning", .object(reasoning)) }
    }
}
