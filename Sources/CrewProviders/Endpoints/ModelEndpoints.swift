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
        /// What is kept of endpoints between calls.
        public var cache: EndpointCache.Options
        /// How often endpoints are looked for that were not called for long.
        public var sweepInterval: Duration
        /// What models cost whose references do not say it.
        public var prices: PriceTable

        public init(
            calls: OpenAIChatModel.Options = OpenAIChatModel.Options(),
            connectionsPerEndpoint: Int = 1024, keepAlive: Duration = .seconds(30),
            probe: Duration = .milliseconds(1500),
            cache: EndpointCache.Options = EndpointCache.Options(),
            sweepInterval: Duration = .seconds(300), prices: PriceTable = .bundled
        ) {
            self.calls = calls
            self.connectionsPerEndpoint = connectionsPerEndpoint
            self.keepAlive = keepAlive
            self.probe = probe
            self.cache = cache
            self.sweepInterval = sweepInterval
            self.prices = prices
        }
    }

    let client: HTTPClient
    let options: Options
    /// What is kept of endpoints between calls.
    public let cache: EndpointCache
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
        let provider = try Provider(named: reference.provider)
        switch provider {
        case .scripted: return try scripted(script)
        case .auto:
            throw CrewError(.invalidDefinition, "Provider 'auto' has to be chosen when it starts")
        default:
            let endpoint = try ResolvedEndpoint(
                reference, of: provider, environment: environment)
            return try wireModel(reference, at: endpoint)
        }
    }

    /// The same model as a link of a chain, with its price and the limits of its endpoint.
    func link(
        for reference: ModelReference, environment: [String: String] = [:],
        script: ScriptDefinition? = nil
    ) throws(CrewError) -> ModelLink {
        let provider = try Provider(named: reference.provider)
        if provider == .scripted { return ModelLink(try scripted(script), price: .free) }
        let endpoint = try ResolvedEndpoint(reference, of: provider, environment: environment)
        let lookup = EndpointLookup(cache, endpoint.cacheKey, limits: reference.limits)
        let model = try lookup.entry.model(of: reference) { () throws(CrewError) in
            EndpointModel(base: try wireModel(reference, at: endpoint))
        }
        var priced = reference
        priced.provider = provider.rawValue
        var link = ModelLink(
            model, price: options.prices.price(of: priced, baseURL: endpoint.address.base),
            hedgeAfter: reference.hedgeAfter)
        link.gate = { lookup.entry.gate }
        return link
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
}

/// Runs `body` with an HTTP client for models, and closes its connections when `body` ends.
///
/// Meanwhile endpoints are forgotten that were not called for long.
public func withModelEndpoints<Result>(
    options: ModelEndpoints.Options = ModelEndpoints.Options(),
    clock: any Clock<Duration> = ContinuousClock(),
    _ body: (ModelEndpoints) async throws -> Result
) async throws -> Result {
    let client = HTTPClient(configuration: options.clientConfiguration)
    let cache = EndpointCache(options: options.cache, clock: clock)
    let endpoints = ModelEndpoints(
        client: client, options: options, cache: cache, clock: clock)
    do {
        let result = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await cache.sweepRegularly(every: options.sweepInterval) }
            defer { group.cancelAll() }
            return try await body(endpoints)
        }
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
