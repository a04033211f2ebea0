public import CrewKit

/// Why a model could not be asked, found without asking anybody.
public struct ReferenceProblem: Sendable, Hashable {
    public var severity: DefinitionProblem.Severity
    /// Stays the same between versions, such as `unknown_provider`.
    public var code: String
    /// The key of the reference that is wrong.
    public var key: String
    public var message: String
    public var suggestion: String?

    /// What is wrong with a reference, if anything is.
    ///
    /// A key that is not set is a warning: the crew may be run where it is.
    ///
    /// - Parameter hasScript: whether there are replies for `provider: scripted`.
    public static func problem(
        of reference: ModelReference, environment: [String: String], hasScript: Bool
    ) -> ReferenceProblem? {
        let provider: Provider
        do throws(CrewError) {
            provider = try Provider(named: reference.provider)
        } catch {
            return unknownProvider(reference.provider)
        }
        switch provider {
        case .auto: return reference.baseURL.flatMap { address($0, of: .openAI, reference) }
        case .scripted:
            return hasScript
                ? nil
                : ReferenceProblem(
                    severity: .error, code: "missing_script", key: "provider",
                    message: "provider 'scripted' needs replies, and the crew has no script",
                    suggestion: "write a script.yaml next to crew.yaml")
        default: return endpoint(reference, of: provider, environment)
        }
    }

    private static func unknownProvider(_ name: String) -> ReferenceProblem {
        let known = Provider.allCases.map(\.rawValue)
        return ReferenceProblem(
            severity: .error, code: "unknown_provider", key: "provider",
            message: "there is no provider '\(name.prefix(80))'",
            suggestion: NearestWord.of(name, among: known).map { "did you mean '\($0)'?" }
                ?? "for another server that speaks OpenAI's protocol write 'provider: openai' and "
                + "its base_url")
    }

    private static func endpoint(
        _ reference: ModelReference, of provider: Provider, _ environment: [String: String]
    ) -> ReferenceProblem? {
        if let wire = reference.wire, !provider.wires.contains(wire) {
            let words = provider.wires.map(\.rawValue)
            return ReferenceProblem(
                severity: .error, code: "unsupported_wire", key: "wire",
                message: "provider '\(provider.rawValue)' does not speak the wire "
                    + "'\(wire.rawValue)'",
                suggestion: wire == .ollama
                    ? "write 'provider: ollama'" : "it speaks \(words.joined(separator: ", "))")
        }
        if provider == .azure, reference.baseURL == nil,
            !provider.addressVariables.contains(where: { environment.text($0) != nil })
        {
            return ReferenceProblem(
                severity: .error, code: "missing_base_url", key: "provider",
                message: "provider 'azure' needs a base_url: the address holds the customer's name",
                suggestion: "add 'base_url: https://NAME.openai.azure.com', or set "
                    + "AZURE_OPENAI_ENDPOINT")
        }
        if let written = reference.baseURL, let problem = address(written, of: provider, reference)
        {
            return problem
        }
        return key(of: reference, provider, environment)
    }

    private static func address(
        _ written: String, of provider: Provider, _ reference: ModelReference
    ) -> ReferenceProblem? {
        do throws(CrewError) {
            switch provider {
            case .ollama: _ = try EndpointAddress(ollama: written, environment: [:])
            case .azure: _ = try EndpointAddress(azure: written, deployment: reference.model)
            default: _ = try EndpointAddress(written)
            }
            return nil
        } catch {
            return ReferenceProblem(
                severity: .error, code: "invalid_base_url", key: "base_url",
                message: error.message)
        }
    }

    private static func key(
        of reference: ModelReference, _ provider: Provider, _ environment: [String: String]
    ) -> ReferenceProblem? {
        if reference.apiKey == nil, let variable = reference.apiKeyVariable, !variable.isEmpty,
            environment.text(variable) == nil
        {
            return ReferenceProblem(
                severity: .warning, code: "missing_api_key", key: "api_key_env",
                message: "the environment variable \(variable) is to hold the key, and is not set "
                    + "here",
                suggestion: "set \(variable), or write it into .env")
        }
        do throws(CrewError) {
            _ = try ResolvedEndpoint(reference, of: provider, environment: environment)
            return nil
        } catch {
            guard error.code == .modelRejectedKey else {
                return ReferenceProblem(
                    severity: .error, code: "invalid_base_url", key: "base_url",
                    message: error.message)
            }
            let variable = provider.keyVariables.first ?? "api_key_env"
            return ReferenceProblem(
                severity: .warning, code: "missing_api_key", key: "provider",
                message: "provider '\(provider.rawValue)' needs an API key, and \(variable) is not "
                    + "set here",
                suggestion: "set \(variable), or write it into .env")
        }
    }
}
