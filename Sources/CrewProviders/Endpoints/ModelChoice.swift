public import CrewKit

/// A model and how it came to be the one.
public struct ModelChoice: Sendable {
    public var model: any LanguageModel { link.model }
    /// One phrase for people, such as `ollama llama3.2 at localhost:11434`.
    public let choice: String
    /// Whether what answers is the crew's script and no model at all.
    public let isScripted: Bool
    /// The model with the limits of its endpoint and its price, as its reference has them.
    let link: ModelLink
    /// What the model was made of, with the provider that was chosen.
    let reference: ModelReference

    init(_ link: ModelLink, _ choice: String? = nil, of reference: ModelReference) {
        self.link = link
        self.choice = choice ?? link.model.name
        isScripted = link.model is ScriptedLanguageModel
        self.reference = reference
    }

    /// The choice as a link of a chain.
    ///
    /// A script is not tried again: it fails because it was told to.
    ///
    /// - Parameters:
    ///   - price: what it costs where its reference does not say so; absent means what the price
    ///     table says.
    ///   - conditions: the failures of earlier links that it takes over for.
    public func link(
        retry: ModelRetryPolicy? = nil, price: TokenPrice? = nil,
        conditions: Set<FallbackCondition> = []
    ) -> ModelLink {
        var link = link
        link.retry = isScripted ? nil : retry
        link.price = isScripted ? .free : reference.price ?? price ?? link.price
        link.conditions = conditions
        return link
    }
}
