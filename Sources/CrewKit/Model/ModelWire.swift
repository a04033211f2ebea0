/// The protocol that an endpoint speaks.
public enum ModelWire: String, Sendable, Hashable, Codable, CaseIterable {
    /// OpenAI's chat completions, which most servers speak.
    case chat
    /// OpenAI's responses; its newer reasoning models take tools on no other wire.
    case responses
    /// Ollama's own protocol, which alone sets the size of the context.
    case ollama
    /// Anthropic's messages.
    case anthropic
}

/// What a model is asked to do differently, apart from the conversation.
///
/// A wire that has no word for an option leaves it out.
public struct ModelOptions: Sendable, Hashable {
    /// How much the model thinks before it speaks, in the endpoint's own word, such as `low`.
    public var reasoningEffort: String?
    /// Whether the model thinks at all; absent leaves it to the endpoint.
    public var thinks: Bool?
    /// Tokens that the model may think with, where the endpoint counts them.
    public var thinkingTokens: Int?
    /// Tokens of context that a local server makes room for.
    public var contextTokens: Int?
    /// How long a local server keeps the model in memory, in its own notation, such as `10m`.
    public var keepAlive: String?
    /// Whether what the model thought is sent back with its tool calls, for servers that want it.
    public var replaysReasoning: Bool?
    /// Further members of the request's body; they replace ours of the same name.
    public var body: JSONObject
    /// Further headers of the request.
    public var headers: [String: String]

    public init() {
        body = [:]
        headers = [:]
    }
}

/// Bounds on the calls to one endpoint, over all runs and agents.
public struct EndpointLimits: Sendable, Hashable {
    /// Calls at the same time; further ones wait. Absent means no bound.
    public var concurrentCalls: Int?
    public var callsPerMinute: Int?
    /// Estimated tokens, input and output together.
    public var tokensPerMinute: Int?
    /// Failures in a row after which the endpoint is left alone; 0 means never.
    public var breakerFailures: Int
    /// How long it is left alone then, before one call tries it.
    public var breakerPause: Duration

    public init(
        concurrentCalls: Int? = nil, callsPerMinute: Int? = nil, tokensPerMinute: Int? = nil,
        breakerFailures: Int = 5, breakerPause: Duration = .seconds(30)
    ) {
        self.concurrentCalls = concurrentCalls
        self.callsPerMinute = callsPerMinute
        self.tokensPerMinute = tokensPerMinute
        self.breakerFailures = breakerFailures
        self.breakerPause = breakerPause
    }
}

/// What a wire wants to see again of a reply when the conversation goes on, such as signed thoughts.
///
/// Nobody but the wire that wrote it reads it, and only for the same model at the same endpoint: it may
/// hold what one organisation alone is meant to see.
public struct ModelMemo: Sendable, Hashable, Codable {
    public var wire: ModelWire
    public var model: String
    /// Host and port of the endpoint that wrote it.
    public var endpoint: String?
    public var content: JSONValue

    public init(
        wire: ModelWire, model: String, endpoint: String? = nil, content: JSONValue
    ) {
        self.wire = wire
        self.model = model
        self.endpoint = endpoint
        self.content = content
    }

    /// Whether this model wrote it, over that wire at that endpoint.
    public func isOf(_ wire: ModelWire, _ model: String, at endpoint: String?) -> Bool {
        self.wire == wire && self.model == model && self.endpoint == endpoint
    }
}

/// The shape that a reply has to have.
public struct ResponseFormat: Sendable, Hashable {
    /// 1 to 64 letters, digits, `_` and `-`.
    public var name: String
    /// A JSON schema of an object.
    public var schema: JSONValue

    public init(name: String, schema: JSONValue) {
        self.name = name
        self.schema = schema
    }
}
