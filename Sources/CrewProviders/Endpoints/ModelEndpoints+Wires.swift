import CrewKit

extension ModelEndpoints {
    /// A model of Anthropic, or one at a compatible address that the reference names.
    func anthropic(
        _ reference: ModelReference, _ environment: [String: String]
    ) throws(CrewError) -> any LanguageModel {
        guard reference.wire == nil || reference.wire == .anthropic else {
            throw Self.refusal(of: reference.wire, by: "anthropic", "anthropic")
        }
        let address = try EndpointAddress(
            anthropic: reference.baseURL ?? environment.text("ANTHROPIC_BASE_URL")
                ?? EndpointAddress.anthropic)
        let key =
            try Self.namedKey(for: reference, environment)
            ?? environment.text("ANTHROPIC_API_KEY").map { Secret($0) }
        guard key != nil || !address.isAnthropic else {
            throw CrewError(
                .modelRejectedKey,
                "\(address.host) needs an API key. Set ANTHROPIC_API_KEY, or write another base URL"
            )
        }
        return try messages(reference, "anthropic", at: address, key: key)
    }

    /// A model behind a server that speaks Anthropic's messages too.
    func messages(
        _ reference: ModelReference, _ provider: String, at address: EndpointAddress, key: Secret?
    ) throws(CrewError) -> any LanguageModel {
        try AnthropicMessagesModel(
            provider: provider, model: reference.model, address: address, key: key,
            options: reference.options, calls: options.calls, client: client)
    }

    /// A model of Ollama, over its own protocol unless the reference says otherwise.
    func ollama(
        _ reference: ModelReference, _ environment: [String: String]
    ) throws(CrewError) -> any LanguageModel {
        let compatible = try EndpointAddress(
            ollama: reference.baseURL, environment: environment)
        let key = try Self.namedKey(for: reference, environment)
        switch reference.wire {
        case nil, .ollama:
            return try OllamaModel(
                provider: "ollama", model: reference.model,
                address: try EndpointAddress(String(compatible.base.dropLast("/v1".count))),
                key: key, options: reference.options, calls: options.calls, client: client)
        case .chat:
            return try OpenAIChatModel(
                provider: "ollama", model: reference.model, address: compatible, key: key,
                style: .ollama, options: reference.options, calls: options.calls, client: client)
        case .anthropic: return try messages(reference, "ollama", at: compatible, key: key)
        case .responses:
            throw Self.refusal(of: .responses, by: "ollama", "ollama, chat or anthropic")
        }
    }

    static func refusal(
        of wire: ModelWire?, by provider: String, _ known: String
    ) -> CrewError {
        CrewError(
            .invalidDefinition,
            "Provider '\(provider)' does not speak wire '\(wire?.rawValue ?? "")'; write \(known)")
    }
}
