/// Which model an agent asks for: enough to build a client, nothing about how.
public struct ModelReference: Sendable, Hashable {
    /// `openai`, `anthropic`, `ollama`, `azure`, `openrouter`, `gemini`, `scripted` or `auto`; an unknown one is refused when models are built.
    public var provider: String
    public var model: String
    /// The endpoint, up to and without `/chat/completions`; absent means the provider's usual one.
    public var baseURL: String?
    /// A key written into the file itself.
    public var apiKey: Secret?
    /// The environment variable that holds the key.
    public var apiKeyVariable: String?
    /// What the endpoint speaks; absent means the provider's usual.
    public var wire: ModelWire?
    public var options = ModelOptions()
    public var limits = EndpointLimits()
    /// After that time without a beginning of the reply a second call is made; absent means never.
    public var hedgeAfter: Duration?
    /// What the model costs; absent means what the price table says, or for an agent's first model
    /// what the agent says.
    public var price: TokenPrice?

    public init(
        provider: String = "auto", model: String = "gpt-4o-mini", baseURL: String? = nil,
        apiKey: Secret? = nil, apiKeyVariable: String? = nil
    ) {
        self.provider = provider
        self.model = model
        self.baseURL = baseURL
        self.apiKey = apiKey
        self.apiKeyVariable = apiKeyVariable
    }
}

/// A model that takes over when another one failed.
public struct ModelFallback: Sendable, Hashable {
    public var reference: ModelReference
    /// The failures that it takes over for; empty means every one that another model may mend.
    public var conditions: Set<FallbackCondition>

    public init(_ reference: ModelReference, on conditions: Set<FallbackCondition> = []) {
        self.reference = reference
        self.conditions = conditions
    }
}

/// A kind of failure for which another model takes over.
public enum FallbackCondition: String, Sendable, Hashable, CaseIterable {
    /// Every failure that another model may mend.
    case onError = "on_error"
    case onRateLimit = "on_rate_limit"
    case onContextOverflow = "on_context_overflow"
    case onTimeout = "on_timeout"
}

/// Text that must not appear in a log, an error or an event.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The text itself; every reader of this property is a place to review.
    public let revealed: String
    public init(_ text: String) { revealed = text }
    public var description: String { "<redacted>" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
