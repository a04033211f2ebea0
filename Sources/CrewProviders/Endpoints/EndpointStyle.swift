import CrewKit

/// What a server does differently from the others that speak OpenAI's wires.
enum EndpointStyle: Sendable, Hashable {
    case openAI, azure, gemini, openRouter, deepSeek, ollama
    /// vLLM, llama.cpp, LM Studio and whatever else speaks the wire.
    case compatible

    /// The style of the server that lives there.
    init(of address: EndpointAddress) {
        let name = address.host.prefix { $0 != ":" }.lowercased()
        func isBelow(_ domain: String) -> Bool { name == domain || name.hasSuffix("." + domain) }
        self =
            if address.isOpenAI {
                .openAI
            } else if isBelow("openai.azure.com") || isBelow("cognitiveservices.azure.com")
                || isBelow("services.ai.azure.com")
            {
                .azure
            } else if isBelow("generativelanguage.googleapis.com") {
                .gemini
            } else if isBelow("openrouter.ai") {
                .openRouter
            } else if isBelow("api.deepseek.com") {
                .deepSeek
            } else {
                .compatible
            }
    }

    /// Whether OpenAI's own models answer, which refuse `max_tokens`; most other servers read nothing
    /// else.
    var isOfOpenAI: Bool { self == .openAI || self == .azure }

    /// The role of instructions: OpenAI's models that reason know no `system`, most servers nothing
    /// else.
    func roleOfInstructions(for model: String) -> StaticString {
        guard isOfOpenAI else { return "system" }
        let name = model.split(separator: "/").last.map(String.init) ?? model
        let reasons = ["o1", "o3", "o4", "gpt-5", "gpt-6"].contains { name.hasPrefix($0) }
        return reasons ? "developer" : "system"
    }

    /// Whether what a model thought goes back with its tool calls, unless the options say otherwise.
    var replaysReasoning: Bool { self == .deepSeek }
}

extension EndpointStyle {
    /// The environment variable that usually holds the key.
    var keyVariable: String {
        switch self {
        case .azure: "AZURE_OPENAI_API_KEY"
        case .gemini: "GEMINI_API_KEY"
        case .openRouter: "OPENROUTER_API_KEY"
        case .deepSeek: "DEEPSEEK_API_KEY"
        case .openAI, .ollama, .compatible: "OPENAI_API_KEY"
        }
    }
}
