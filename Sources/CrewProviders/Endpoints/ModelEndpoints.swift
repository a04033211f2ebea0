import AsyncHTTPClient
public import CrewKit
import NIOCore

/// Makes models from references, with one HTTP client for all of them.
///
/// `withModelEndpoints` creates it and closes its connections; a model made by it must not outlive
/// that scope.
public struct ModelEndpoints: Sendable {
    /// Bounds of the HTTP client and of the calls that go through it.
    public struct Options: Sendable, Hashable {
        public var calls: OpenAIChatModel.Options
        /// The most calls to one endpoint at a time; further ones wait for `calls.connect`.
        public var connectionsPerEndpoint: Int
        /// How long an unused connection is kept open.
        public var keepAlive: Duration
        /// How long `auto` waits for an endpoint to answer at all.
        public var probe: Duration

        public init(
            calls: OpenAIChatModel.Options = OpenAIChatModel.Options(),
            connectionsPerEndpoint: Int = 1024, keepAlive: Duration = .seconds(30),
            probe: Duration = .milliseconds(1500)
        ) {
            self.calls = calls
            self.connectionsPerEndpoint = connectionsPerEndpoint
            self.keepAlive = keepAlive
            self.probe = probe
        }
    }

    let client: HTTPClient
    let options: Options
    /// What scripted models wait on between words.
    let clock: any Clock<Duration>

    /// The model of a reference whose provider is written out.
    ///
    /// Nothing is called. It throws `invalidDefinition` or `modelRejectedKey` with what to do; `auto`
    /// has to be chosen, see `choose(_:environment:script:)`.
    public func model(
        for reference: ModelReference, environment: [String: String] = [:],
        script: ScriptDefinition? = nil
    ) throws(CrewError) -> any LanguageModel {
        switch try Provider(named: reference.provider) {
        case .openAI: return try openAI(reference, environment)
        case .anthropic: return try anthropic(reference, environment)
        case .ollama: return try ollama(reference, environment)
        case .scripted: return try scripted(script)
        case .auto:
            throw CrewError(.invalidDefinition, "Provider 'auto' has to be chosen when it starts")
        }
    }

    /// The same model as a link of a chain, with the price and the limits of its reference.
    func link(
        for reference: ModelReference, environment: [String: String] = [:],
        script: ScriptDefinition? = nil
    ) throws(CrewError) -> ModelLink {
        let model = try model(for: reference, environment: environment, script: script)
        let isScripted = model is ScriptedLanguageModel
        return ModelLink(
            model, price: isScripted ? .free : reference.price, hedgeAfter: reference.hedgeAfter)
    }

    func openAI(
        _ reference: ModelReference, _ environment: [String: String]
    ) throws(CrewError) -> any LanguageModel {
        let address = try EndpointAddress(
            reference.baseURL ?? environment.text("OPENAI_BASE_URL") ?? EndpointAddress.openAI)
        let key = try Self.key(for: reference, environment)
        guard key != nil || !address.isOpenAI else {
            throw CrewError(
                .modelRejectedKey,
                "\(address.host) needs an API key. Set OPENAI_API_KEY, or write another base URL")
        }
        switch reference.wire {
        case .responses:
            return try OpenAIResponsesModel(
                provider: "openai", model: reference.model, address: address, key: key,
                options: reference.options, calls: options.calls, client: client)
        case .anthropic:
            return try messages(
                reference, "openai", at: try EndpointAddress(anthropic: address.base), key: key)
        case .ollama: throw Self.refusal(of: .ollama, by: "openai", "provider: ollama")
        case .chat, nil: break
        }
        return try OpenAIChatModel(
            provider: "openai", model: reference.model, address: address, key: key,
            options: reference.options, calls: options.calls, client: client)
    }

    func scripted(_ script: ScriptDefinition?) throws(CrewError) -> ScriptedLanguageModel {
        guard let script else {
            throw CrewError(
                .invalidDefinition,
                "Provider 'scripted' needs replies: write a script.yaml next to the crew")
        }
        return try ScriptedLanguageModel(script, clock: clock)
    }

    /// The key that the reference itself names.
    static func namedKey(
        for reference: ModelReference, _ environment: [String: String]
    ) throws(CrewError) -> Secret? {
        if let key = reference.apiKey, !key.revealed.trimmingBlanks.isEmpty { return key }
        guard let variable = reference.apiKeyVariable, !variable.isEmpty else { return nil }
        guard let text = environment.text(variable) else {
            throw CrewError(
                .modelRejectedKey,
                "The environment variable \(variable) should hold the API key, and is not set")
        }
        return Secret(text)
    }

    static func key(
        for reference: ModelReference, _ environment: [String: String]
    ) throws(CrewError) -> Secret? {
        try namedKey(for: reference, environment)
            ?? environment.text("OPENAI_API_KEY").map { Secret($0) }
    }
}

/// Runs `body` with an HTTP client for models, and closes its connections when `body` ends.
public func withModelEndpoints<Result>(
    options: ModelEndpoints.Options = ModelEndpoints.Options(),
    clock: any Clock<Duration> = ContinuousClock(),
    _ body: (ModelEndpoints) async throws -> Result
) async throws -> Result {
    let client = HTTPClient(configuration: options.clientConfiguration)
    do {
        let result = try await body(ModelEndpoints(client: client, options: options, clock: clock))
        try await client.shutdown()
        return result
    } catch {
        try? await client.shutdown()  // what went wrong before matters more
        throw error
    }
}

extension ModelEndpoints.Options {
    var clientConfiguration: HTTPClient.Configuration {
        // POST requests lose their body on most redirects, and keys should not travel to other hosts.
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = TimeAmount(calls.connect)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit =
            connectionsPerEndpoint
        // The default tries a refused connection again until the connect deadline.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.idleTimeout = TimeAmount(keepAlive)
        return configuration
    }
}

extension [String: String] {
    /// The value of a variable, where it holds more than blanks.
    func text(_ name: String) -> String? {
        guard let text = self[name]?.trimmingBlanks, !text.isEmpty else { return nil }
        return text
    }
}
