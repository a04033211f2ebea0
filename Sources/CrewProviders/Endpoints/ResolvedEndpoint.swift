import CrewKit

/// Where a reference leads: address, key and wire, all read from it and from the environment.
struct ResolvedEndpoint: Sendable {
    let provider: Provider
    let wire: ModelWire
    let address: EndpointAddress
    let key: Secret?
    let style: EndpointStyle

    var cacheKey: EndpointKey {
        EndpointKey(provider: provider.rawValue, address: address, key: key)
    }

    /// - Throws: `invalidDefinition` or `modelRejectedKey` with what to do.
    init(
        _ reference: ModelReference, of provider: Provider, environment: [String: String]
    ) throws(CrewError) {
        self.provider = provider
        wire = try Self.wire(reference, provider)
        address = try Self.address(reference, provider, wire, environment)
        style = provider.style ?? EndpointStyle(of: address)
        key =
            try ModelEndpoints.namedKey(for: reference, environment)
            ?? provider.keyVariables.lazy.compactMap { environment.text($0) }.first
            .map { Secret($0) }
        guard key != nil || !needsKey else {
            throw CrewError(
                .modelRejectedKey,
                "\(address.host) needs an API key. Set"
                    + " \(provider.keyVariables.first ?? style.keyVariable),"
                    + " or write another base URL")
        }
    }

    /// Services of vendors have customers; whoever runs a server decides that for it.
    private var needsKey: Bool {
        address.isOpenAI || address.isAnthropic
            || provider.usualBaseURL.map { $0.hasPrefix("https") && address.base == $0 } ?? false
    }

    private static func wire(
        _ reference: ModelReference, _ provider: Provider
    ) throws(CrewError) -> ModelWire {
        let known = provider.wires
        guard let usual = known.first else {
            throw CrewError(
                .invalidDefinition, "Provider '\(provider.rawValue)' has no endpoint of its own")
        }
        guard let wire = reference.wire else { return usual }
        guard known.contains(wire) else {
            let words = known.map(\.rawValue).joined(separator: ", ")
            throw CrewError(
                .invalidDefinition,
                "Provider '\(provider.rawValue)' does not speak wire '\(wire.rawValue)'; it speaks"
                    + " \(words)" + (wire == .ollama ? "; write provider: ollama" : ""))
        }
        return wire
    }

    private static func address(
        _ reference: ModelReference, _ provider: Provider, _ wire: ModelWire,
        _ environment: [String: String]
    ) throws(CrewError) -> EndpointAddress {
        if provider == .ollama {
            let compatible = try EndpointAddress(
                ollama: reference.baseURL, environment: environment)
            guard wire == .ollama else { return compatible }
            return try EndpointAddress(String(compatible.base.dropLast("/v1".count)))
        }
        let written =
            reference.baseURL
            ?? provider.addressVariables.lazy.compactMap { environment.text($0) }.first
            ?? provider.usualBaseURL
        guard let written else {
            throw CrewError(
                .invalidDefinition,
                "Provider '\(provider.rawValue)' needs base_url, such as"
                    + " https://NAME.openai.azure.com")
        }
        if provider == .azure {
            return try EndpointAddress(azure: written, deployment: reference.model)
        }
        let address = try EndpointAddress(written)
        return wire == .anthropic ? try EndpointAddress(anthropic: address.base) : address
    }
}

extension ModelEndpoints {
    /// The model behind an endpoint, on its wire.
    func wireModel(
        _ reference: ModelReference, at endpoint: ResolvedEndpoint
    ) throws(CrewError) -> any LanguageModel {
        let provider = endpoint.provider.rawValue
        switch endpoint.wire {
        case .chat:
            return try OpenAIChatModel(
                provider: provider, model: reference.model, address: endpoint.address,
                key: endpoint.key, style: endpoint.style, options: reference.options,
                calls: options.calls, client: client)
        case .responses:
            return try OpenAIResponsesModel(
                provider: provider, model: reference.model, address: endpoint.address,
                key: endpoint.key, style: endpoint.style, options: reference.options,
                calls: options.calls, client: client)
        case .ollama:
            return try OllamaModel(
                provider: provider, model: reference.model, address: endpoint.address,
                key: endpoint.key, options: reference.options, calls: options.calls,
                client: client)
        case .anthropic:
            return try AnthropicMessagesModel(
                provider: provider, model: reference.model, address: endpoint.address,
                key: endpoint.key, options: reference.options, calls: options.calls,
                client: client)
        }
    }
}
