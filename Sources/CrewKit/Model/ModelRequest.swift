/// Everything that one model call needs, in no vendor's words.
public struct ModelRequest: Sendable, Hashable {
    /// Who asks: endpoints are told nothing of it, scripts answer by it.
    public var agent: AgentID
    public var messages: [PromptMessage]
    public var tools: [ToolDefinition]
    public var toolChoice = ToolChoice.auto
    public var temperature: Double?
    public var maxOutputTokens: Int?
    /// The shape that the reply has to have; absent means free text.
    public var format: ResponseFormat?
    /// The run that asks; endpoints are told nothing of it, their limits share calls out by it.
    public var run: RunID?
    /// The span of the call, for endpoints that take part in traces; absent where nobody traces.
    public var trace: TraceContext?
    /// What the call may spend; absent means as much as it likes.
    public var budget: CallBudget?

    public init(
        agent: AgentID, messages: [PromptMessage], tools: [ToolDefinition] = [],
        temperature: Double? = nil, maxOutputTokens: Int? = nil
    ) {
        self.agent = agent
        self.messages = messages
        self.tools = tools
        self.temperature = temperature
        self.maxOutputTokens = maxOutputTokens
    }
}

/// One message of a model call.
///
/// A `tool` message always answers a call of an earlier `assistant` message, and every such call is
/// answered before the next message of another kind.
@nonexhaustive
public enum PromptMessage: Sendable, Hashable {
    case system(String)
    case user(String)
    case assistant(text: String, toolCalls: [ToolCall], memo: ModelMemo? = nil)
    case tool(call: ToolCallID, name: ToolName, output: String)

    /// The text of the message, for estimates and scripts.
    public var text: String {
        switch self {
        case .system(let text), .user(let text), .assistant(let text, _, _), .tool(_, _, let text):
            text
        }
    }
}
