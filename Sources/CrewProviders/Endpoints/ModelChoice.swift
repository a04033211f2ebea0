public import CrewKit

/// A model and how it came to be the one.
public struct ModelChoice: Sendable {
    public let model: any LanguageModel
    /// One phrase for people, such as `ollama llama3.2 at localhost:11434`.
    public let choice: String
    /// Whether what answers is, or may come to be, the crew's script and no model at all.
    public let isScripted: Bool

    init(_ model: any LanguageModel, _ choice: String? = nil) {
        self.init(model, choice ?? model.name, model is ScriptedLanguageModel)
    }

    private init(_ model: any LanguageModel, _ choice: String, _ isScripted: Bool) {
        self.model = model
        self.choice = choice
        self.isScripted = isScripted
    }

    /// The same choice, tried again when a call fails, and then handed over to `backup`.
    public func retried(
        policy: RetryingModel.Policy = RetryingModel.Policy(), thenBy backup: ModelChoice? = nil
    ) -> ModelChoice {
        let first = RetryingModel(model, policy: policy)
        guard let backup else { return ModelChoice(first, choice, isScripted) }
        let both = FallbackModel(first, backup: RetryingModel(backup.model, policy: policy))
        return ModelChoice(
            both, "\(choice), else \(backup.choice)", isScripted || backup.isScripted)
    }
}
