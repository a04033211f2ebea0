/// Which model an agent asks for: enough to build a client, nothing about how.
public struct ModelReference: Sendable, Hashable {
    /// `openai`, `ollama`, `scripted` or `auto`; an unknown one is refused when models are built.
    public var provider: String
    public var model: String
    /// The endpoint, up to and without `/chat/completions`; absent means the provider's usual one.
    public var baseURL: String?
    /// A key written into the file itself.
    public var apiKey: Secret?
    /// The environment variable that holds the key.
    public var apiKeyVariable: String?

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
