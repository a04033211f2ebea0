import CrewKit

/// Who can answer for a model reference.
enum Provider: Sendable, Hashable {
    case openAI
    case anthropic
    case ollama
    case scripted
    case auto

    private static let names: [String: Provider] = [
        "openai": .openAI, "openai-compatible": .openAI, "anthropic": .anthropic,
        "ollama": .ollama,
        "scripted": .scripted, "auto": .auto,
    ]

    init(named text: String) throws(CrewError) {
        let name = text.trimmingBlanks.lowercased()
        guard let provider = Self.names[name] else {
            let suggestion = NearestWord.suggestion(for: name, among: Self.names.keys)
            throw CrewError(
                .invalidDefinition,
                "Unknown provider '\(text)'" + (suggestion.map { "; \($0)" } ?? ""))
        }
        self = provider
    }
}
