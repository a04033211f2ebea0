import CrewKit

extension CrewReader {
    /// The agent's first model, with the original's defaults, each of which is told.
    mutating func primary(of agent: AgentID, _ block: BlockReader) -> ModelReference {
        guard let primary = block.block("primary") else { return usual(block, "", of: agent) }
        return withOptions(usual(primary, "primary", of: agent), primary)
    }

    /// The models that take over: `backup`, then `fallbacks` as they are written.
    mutating func fallbacks(of agent: AgentID, _ block: BlockReader) -> [ModelFallback] {
        var fallbacks: [ModelFallback] = []
        if let backup = block.block("backup") {
            fallbacks.append(ModelFallback(further(backup, "backup", of: agent)))
        }
        for (index, entry) in block.blocks("fallbacks").enumerated() {
            let reference = further(entry, "fallback \(index + 1)", of: agent)
            let conditions = entry.texts("on").compactMap(FallbackCondition.init(rawValue:))
            fallbacks.append(ModelFallback(reference, on: Set(conditions)))
        }
        return fallbacks
    }

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

    /// A model besides the first one, which has no defaults.
    private mutating func further(
        _ block: BlockReader, _ name: String, of agent: AgentID
    ) -> ModelReference {
        let provider = expanded("provider", of: block)?.lowercased()
        let model = expanded("model", of: block)
        for (key, value) in [("provider", provider), ("model", model)]
        where value == nil && !isStrict {
            problems.add(
                .error, "missing_key", at: block.place(of: key),
                "\(name) of agent '\(agent)' must have the key '\(key)'")
        }
        return withOptions(
            reference(block, provider: provider ?? "", model: model ?? ""), block)
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
