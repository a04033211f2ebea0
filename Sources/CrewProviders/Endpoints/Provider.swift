import CrewKit

/// Who can answer for a model reference.
enum Provider: String, Sendable, Hashable, CaseIterable {
    case openAI = "openai"
    case azure, gemini, anthropic, ollama, scripted, auto
    case openRouter = "openrouter"
    case deepSeek = "deepseek"
    case vLLM = "vllm"
    case lmStudio = "lmstudio"
    case llamaCpp = "llamacpp"

    /// Other spellings that people use.
    private static let aliases: [String: Provider] = [
        "openai-compatible": .openAI, "azure-openai": .azure, "google": .gemini,
        "lm-studio": .lmStudio, "llama.cpp": .llamaCpp, "llama-cpp": .llamaCpp,
    ]

    init(named text: String) throws(CrewError) {
        let name = text.trimmingBlanks.lowercased()
        guard let provider = Provider(rawValue: name) ?? Self.aliases[name] else {
            let names = Provider.allCases.map(\.rawValue) + Self.aliases.keys
            let suggestion = NearestWord.suggestion(for: name, among: names)
            throw CrewError(
                .invalidDefinition,
                "Unknown provider '\(text)'" + (suggestion.map { "; \($0)" } ?? ""))
        }
        self = provider
    }

    /// Where its endpoint usually is; Azure's has the name of the customer in it.
    var usualBaseURL: String? {
        switch self {
        case .openAI: EndpointAddress.openAI
        case .openRouter: "https://openrouter.ai/api/v1"
        case .gemini: "https://generativelanguage.googleapis.com/v1beta/openai"
        case .deepSeek: "https://api.deepseek.com/v1"
        case .anthropic: EndpointAddress.anthropic
        case .vLLM: "http://localhost:8000/v1"
        case .lmStudio: "http://localhost:1234/v1"
        case .llamaCpp: "http://localhost:8080/v1"
        case .azure, .ollama, .scripted, .auto: nil
        }
    }

    /// Environment variables that say where it is, the first one first.
    var addressVariables: [String] {
        switch self {
        case .openAI: ["OPENAI_BASE_URL"]
        case .azure: ["AZURE_OPENAI_ENDPOINT"]
        case .anthropic: ["ANTHROPIC_BASE_URL"]
        case .vLLM: ["VLLM_BASE_URL"]
        case .lmStudio: ["LMSTUDIO_BASE_URL"]
        case .llamaCpp: ["LLAMACPP_BASE_URL"]
        // Ollama's variables have a notation of their own.
        case .openRouter, .gemini, .deepSeek, .ollama, .scripted, .auto: []
        }
    }

    /// Environment variables that hold the key, the first one first.
    var keyVariables: [String] {
        switch self {
        case .openAI: ["OPENAI_API_KEY"]
        case .azure: ["AZURE_OPENAI_API_KEY"]
        case .openRouter: ["OPENROUTER_API_KEY"]
        case .gemini: ["GEMINI_API_KEY", "GOOGLE_API_KEY"]
        case .deepSeek: ["DEEPSEEK_API_KEY"]
        case .anthropic: ["ANTHROPIC_API_KEY"]
        case .vLLM: ["VLLM_API_KEY"]
        case .lmStudio: ["LMSTUDIO_API_KEY"]
        case .llamaCpp: ["LLAMA_API_KEY"]
        case .ollama, .scripted, .auto: []
        }
    }

    /// What its endpoint speaks, the usual first.
    var wires: [ModelWire] {
        switch self {
        case .openAI, .vLLM, .lmStudio, .llamaCpp: [.chat, .responses, .anthropic]
        case .azure, .openRouter: [.chat, .responses]
        case .gemini, .deepSeek: [.chat]
        case .anthropic: [.anthropic]
        case .ollama: [.ollama, .chat, .responses, .anthropic]
        case .scripted, .auto: []
        }
    }

    /// How its endpoint differs, wherever it is; `nil` where the address says so.
    var style: EndpointStyle? {
        switch self {
        case .azure: .azure
        case .gemini: .gemini
        case .openRouter: .openRouter
        case .deepSeek: .deepSeek
        case .ollama: .ollama
        case .openAI, .anthropic, .vLLM, .lmStudio, .llamaCpp, .scripted, .auto: nil
        }
    }
}
