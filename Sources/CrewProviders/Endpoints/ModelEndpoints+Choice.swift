public import CrewKit

extension ModelEndpoints {
    /// The model of a reference, and how it came to be chosen.
    ///
    /// `auto` takes the first of these that is there: a configured endpoint that answers, Ollama on
    /// its usual port, the crew's script. When none is, it throws `modelUnavailable` with what can be
    /// done. The other providers are taken as they are, without asking them.
    public func choose(
        _ reference: ModelReference, environment: [String: String] = [:],
        script: ScriptDefinition? = nil
    ) async throws -> ModelChoice {
        guard try Provider(named: reference.provider) == .auto else {
            let link = try link(for: reference, environment: environment, script: script)
            return ModelChoice(
                link, link.model is ScriptedLanguageModel ? Self.scriptedChoice : nil,
                of: reference)
        }
        var failures: [String] = []
        if let choice = try await configured(reference, environment, &failures) { return choice }
        if let choice = try await localOllama(reference, environment, &failures) { return choice }
        let reasons = failures.joined(separator: "; ")
        guard let script else { throw Self.nothingAnswers(reasons) }
        return ModelChoice(
            ModelLink(try scripted(script), price: .free),
            "\(Self.scriptedChoice) (\(reasons))",
            of: ModelReference(provider: "scripted", model: reference.model))
    }

    /// Chooses once for each different reference.
    public func choose(
        among references: some Sequence<ModelReference>, environment: [String: String] = [:],
        script: ScriptDefinition? = nil
    ) async throws -> [ModelReference: ModelChoice] {
        var choices: [ModelReference: ModelChoice] = [:]
        for reference in references where choices[reference] == nil {
            choices[reference] = try await choose(
                reference, environment: environment, script: script)
        }
        return choices
    }

    private static let scriptedChoice = "scripted replies of the crew"

    private static func nothingAnswers(_ reasons: String) -> CrewError {
        CrewError(
            .modelUnavailable,
            """
            No model answers (\(reasons)). Do one of these:
            - set OPENAI_API_KEY, or OPENAI_BASE_URL of a compatible endpoint that runs
            - start Ollama and pull a model, such as: ollama pull llama3.2
            - write a script.yaml with replies next to the crew
            """)
    }

    // MARK: Stations

    private var endpointProbe: EndpointProbe {
        EndpointProbe(client: client, deadline: options.probe)
    }

    private func configured(
        _ reference: ModelReference, _ environment: [String: String], _ failures: inout [String]
    ) async throws -> ModelChoice? {
        let key =
            try Self.namedKey(for: reference, environment)
            ?? environment.text("OPENAI_API_KEY").map { Secret($0) }
        let written = reference.baseURL ?? environment.text("OPENAI_BASE_URL")
        guard let base = written ?? key.map({ _ in EndpointAddress.openAI }) else {
            failures.append("no endpoint is configured")
            return nil
        }
        let address = try EndpointAddress(base)
        if address.isOpenAI, key == nil {
            failures.append("no API key for \(address.host)")
            return nil
        }
        guard try await endpointProbe.models(at: address, key: key) != nil else {
            failures.append("no endpoint answered at \(address.host)")
            return nil
        }
        var chosen = reference
        chosen.provider = "openai"
        return ModelChoice(try link(for: chosen, environment: environment), of: chosen)
    }

    private func localOllama(
        _ reference: ModelReference, _ environment: [String: String], _ failures: inout [String]
    ) async throws -> ModelChoice? {
        let address = try EndpointAddress(ollama: nil, environment: environment)
        guard let models = try await endpointProbe.models(at: address, key: nil) else {
            failures.append("no Ollama answered at \(address.host)")
            return nil
        }
        guard let first = models.first else {
            failures.append("Ollama at \(address.host) has no model")
            return nil
        }
        var reference = reference
        reference.provider = "ollama"
        // What the reference says of an endpoint was meant for another one.
        reference.baseURL = nil
        reference.apiKey = nil
        reference.apiKeyVariable = nil
        reference.wire = nil
        reference.price = .free
        let wanted = reference.model
        if models.contains(wanted) || models.contains("\(wanted):latest") {
            return ModelChoice(try link(for: reference, environment: environment), of: reference)
        }
        reference.model = first
        let link = try link(for: reference, environment: environment)
        return ModelChoice(
            link, "\(link.model.name) ('\(wanted)' is not there)", of: reference)
    }
}
