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
        agent.fallbacks = block.block("backup").map { [ModelFallback(backup($0, of: id))] } ?? []
        agent.temperature = block.number("temperature")
        agent.maxOutputTokens = block.integer("max_tokens")
        agent.tools = block.texts("tools").map { ToolName($0) }
        agent.handoffTargets = block.texts("handoff_targets").map { AgentID($0) }
        agent.isTerminal = block.flag("is_terminal") ?? false
        agent.routing = block.word("routing") ?? .auto
        agent.toolCalls = block.word("tool_calls") ?? .native
        agent.toolChoice = block.word("tool_choice") ?? .auto
        agent.price = block.block("cost_limits").flatMap(price)
        return agent
    }

    private func price(_ block: BlockReader) -> TokenPrice? {
        let input = block.number("input_token_price_per_million")
        let output = block.number("output_token_price_per_million")
        guard input != nil || output != nil else { return nil }
        return TokenPrice(inputPerMillion: input ?? 0, outputPerMillion: output ?? 0)
    }

    private mutating func primary(of agent: AgentID, _ block: BlockReader) -> ModelReference {
        if let primary = block.block("primary") { return usual(primary, "primary", of: agent) }
        return usual(block, "", of: agent)
    }

    /// A reference with the original's defaults, each of which is told.
    private mutating func usual(
        _ block: BlockReader, _ name: String, of agent: AgentID
    ) -> ModelReference {
        let provider = expanded("provider", of: block)?.lowercased()
        let model = expanded("model", of: block)
        let what = name.isEmpty ? "agent '\(agent)'" : "\(name) of agent '\(agent)'"
        var reference = reference(block, provider: provider ?? "openai", model: model ?? "gpt-4o")
        switch (provider, model) {
        case (nil, nil):
            tellDefault("\(what) names no model; gpt-4o of openai is asked", at: block.place)
        case (nil, _):
            tellDefault("\(what) names no provider; openai is asked", at: block.place(of: "model"))
        case ("scripted", nil): reference.model = "scripted"
        case (let provider?, nil):
            tellDefault(
                "\(what) names no model; gpt-4o is asked", at: block.place(of: "provider"),
                isOdd: provider != "openai" && provider != "auto")
        default: break
        }
        return reference
    }

    private mutating func tellDefault(_ message: String, at place: Place, isOdd: Bool = false) {
        problems.add(
            isOdd ? .warning : .note, "default_model", at: place, message,
            suggestion: "write 'primary: {provider: …, model: …}'")
    }

    private mutating func backup(_ block: BlockReader, of agent: AgentID) -> ModelReference {
        let provider = expanded("provider", of: block)?.lowercased()
        let model = expanded("model", of: block)
        for (key, value) in [("provider", provider), ("model", model)]
        where value == nil && !isStrict {
            problems.add(
                .error, "missing_key", at: block.place(of: key),
                "backup of agent '\(agent)' must have the key '\(key)'")
        }
        return reference(block, provider: provider ?? "", model: model ?? "")
    }

    private mutating func reference(
        _ block: BlockReader, provider: String, model: String
    ) -> ModelReference {
        ModelReference(
            provider: provider, model: model, baseURL: expanded("base_url", of: block),
            apiKey: apiKey(of: block), apiKeyVariable: keyVariable(of: block))
    }

    private mutating func apiKey(of block: BlockReader) -> Secret? {
        guard let text = block.text("api_key"), !text.isEmpty else { return nil }
        if !EnvironmentText(text, variables: environment).hasReferences {
            problems.add(
                .warning, "key_in_file", at: block.place(of: "api_key"),
                "a key in a file is easily passed on with the file",
                suggestion: "name an environment variable with api_key_env instead")
        }
        return expanded("api_key", of: block).map(Secret.init)
    }

    private mutating func keyVariable(of block: BlockReader) -> String? {
        guard let name = block.text("api_key_env"), !name.isEmpty else { return nil }
        guard EnvironmentText.isName(name) else {
            // The text is not repeated: it may be the key itself.
            problems.add(
                .error, "invalid_name", at: block.place(of: "api_key_env"),
                "api_key_env must be the name of an environment variable",
                suggestion: "letters, digits and _, such as OPENAI_API_KEY")
            return nil
        }
        return name
    }
}
