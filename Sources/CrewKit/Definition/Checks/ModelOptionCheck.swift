/// Looks over what a model is asked for, without knowing its provider's endpoints.
package enum ModelOptionCheck {
    /// An option that does nothing, and the key that gives it.
    package struct Finding {
        package var code = "no_effect"
        package var key: String
        package var message: String
        package var suggestion: String
    }

    /// Every option of the reference that has no effect as things are.
    package static func findings(in reference: ModelReference) -> [Finding] {
        var found: [Finding] = []
        let options = reference.options
        let speaksOllama =
            reference.wire.map { $0 == .ollama } ?? ["ollama", "auto"].contains(reference.provider)
        if !speaksOllama {
            for (key, isGiven) in [
                ("keep_alive", options.keepAlive != nil),
                ("context_tokens", options.contextTokens != nil),
            ] where isGiven {
                found.append(
                    Finding(
                        key: key,
                        message: "'\(key)' has no effect: only Ollama's own wire can ask for it",
                        suggestion: reference.provider == "ollama"
                            ? "remove 'wire', or write 'wire: ollama'"
                            : "remove it, or write 'provider: ollama'"))
            }
        }
        if options.thinks == false, let tokens = options.thinkingTokens, tokens > 0 {
            found.append(
                Finding(
                    key: "thinking_tokens",
                    message: "'thinking_tokens' has no effect, as 'thinks: false' stands beside it",
                    suggestion: "remove one of them"))
        }
        if options.thinks == false, options.reasoningEffort != nil {
            found.append(
                Finding(
                    code: "conflicting_keys", key: "reasoning_effort",
                    message: "'reasoning_effort' asks for thoughts, and 'thinks: false' for none",
                    suggestion: "remove one of them"))
        }
        return found
    }
}
