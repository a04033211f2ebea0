/// The replies of a crew's offline model, as they were written.
///
/// The first rule that matches answers. What answers is always said to be scripted.
public struct ScriptDefinition: Sendable, Hashable {
    /// How fast words are streamed; 0 sends them at once.
    public var tokensPerSecond: Double
    public var rules: [ScriptRule]

    public init(tokensPerSecond: Double = 0, rules: [ScriptRule]) {
        self.tokensPerSecond = tokensPerSecond
        self.rules = rules
    }
}

/// One reply and when it is given.
public struct ScriptRule: Sendable, Hashable {
    /// Only for this agent; absent means any.
    public var agent: AgentID?
    /// A regular expression searched, without regard to case, in the last user text.
    public var userPattern: String?
    /// Only when the newest message is a result of this tool; `*` means any tool. A rule without it
    /// never answers a tool result.
    public var afterTool: String?
    /// A regular expression searched, without regard to case, in the newest tool results.
    public var toolResultPattern: String?
    public var reply: ScriptReply

    public init(
        agent: AgentID? = nil, userPattern: String? = nil, afterTool: String? = nil,
        toolResultPattern: String? = nil, reply: ScriptReply
    ) {
        self.agent = agent
        self.userPattern = userPattern
        self.afterTool = afterTool
        self.toolResultPattern = toolResultPattern
        self.reply = reply
    }
}

/// What a rule answers. Strings may hold `{{user}}`, `{{tool_output}}`, `{{0}}` to `{{9}}` and
/// `{{tool.0}}` to `{{tool.9}}`.
public struct ScriptReply: Sendable, Hashable {
    public var text: String
    public var reasoning: String
    public var toolCalls: [ScriptToolCall]
    public var tokensPerSecond: Double?
    /// The call fails with this code and message instead.
    public var failure: ScriptFailure?
    public var usage: Usage?

    public init(text: String = "", reasoning: String = "", toolCalls: [ScriptToolCall] = []) {
        self.text = text
        self.reasoning = reasoning
        self.toolCalls = toolCalls
    }
}

/// A tool call that a scripted reply makes.
public struct ScriptToolCall: Sendable, Hashable {
    public var name: ToolName
    public var arguments: JSONObject

    public init(name: ToolName, arguments: JSONObject = [:]) {
        self.name = name
        self.arguments = arguments
    }
}

/// A model failure that a script plays.
public struct ScriptFailure: Sendable, Hashable {
    /// A code of `CrewError` without its `model_`, such as `rate_limited`.
    public var kind: String
    public var message: String

    public init(kind: String, message: String) {
        self.kind = kind
        self.message = message
    }
}
