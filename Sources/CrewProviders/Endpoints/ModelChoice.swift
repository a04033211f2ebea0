public import CrewKit

/// A model and how it came to be the one.
public struct ModelChoice: Sendable {
    public let model: any LanguageModel
    /// One phrase for people, such as `ollama llama3.2 at localhost:11434`.
    public let choice: String
    /// Whether what answers is the crew's script and no model at all.
    public let isScripted: Bool

    init(_ model: any LanguageModel, _ choice: String? = nil) {
        self.model = model
        self.choice = choice ?? model.name
        isScripted = model is ScriptedLanguageModel
    }
}
