public import CrewKit

/// A model and how it came to be the one.
public struct ModelChoice: Sendable {
    public let model: any LanguageModel
    /// One phrase for people, such as `ollama llama3.2 at localhost:11434`.
    public let choice: String
    /// Whether what answers is the crew's script and no model at all.
    public let isScripted: Bool
    /// Whether its calls cost nothing, whatever price a crew's files name for another model.
    public let isFree: Bool
    /// What the model was made of, with the provider that was chosen.
    let reference: ModelReference

    init(
        _ model: any LanguageModel, _ choice: String? = nil, of reference: ModelReference,
        isFree: Bool = false
    ) {
        let isScripted = model is ScriptedLanguageModel
        self.init(model, choice ?? model.name, isScripted, isFree || isScripted, reference)
    }

    private init(
        _ model: any LanguageModel, _ choice: String, _ isScripted: Bool, _ isFree: Bool,
        _ reference: ModelReference
    ) {
        self.model = model
        self.choice = choice
        self.isScripted = isScripted
        self.isFree = isFree
        self.reference = reference
    }

    /// The same choice, tried again when a call fails, and then handed over to `backup`.
    ///
    /// A script is not tried again: it fails because it was told to.
    public func retried(
        policy: RetryingModel.Policy = RetryingModel.Policy(), thenBy backup: ModelChoice? = nil
    ) -> ModelChoice {
        let first = isScripted ? model : RetryingModel(model, policy: policy)
        guard let backup, backup.choice != choice else {
            return ModelChoice(first, choice, isScripted, isFree, reference)
        }
        let second = backup.retried(policy: policy)
        return ModelChoice(
            FallbackModel(first, backup: second.model), "\(choice), else \(second.choice)",
            isScripted && second.isScripted, isFree && second.isFree, reference)
    }
}
