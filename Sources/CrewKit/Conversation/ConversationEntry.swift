/// One thing that was said or done in a conversation, with who did it.
///
/// This is what a run remembers and a session passes on. What a particular agent's model is sent is
/// made from it by `PromptBuilder`.
@nonexhaustive
public enum ConversationEntry: Sendable, Hashable {
    case user(String)
    case agent(AgentMessage)
    case toolResult(ToolResult)
    /// The joined results of a parallel group, as its next agent reads them.
    case groupResult(group: GroupID, text: String)
    /// What another crew, or something outside of the crew, has answered.
    case answer(from: String, text: String)
    /// What an agent is told when it is handed to, besides the conversation.
    case briefing(String)
    /// Text from outside the conversation, such as a system message of a client's history.
    case note(String)
    /// What the engine says to an agent about its last reply.
    case correction(String)
}

/// One complete reply of an agent's model.
public struct AgentMessage: Sendable, Hashable, Codable {
    /// Absent for an assistant message of a client-supplied history.
    public var agent: AgentID?
    public var text: String
    /// What the model said to itself; never read for signals or tool calls.
    public var reasoning: String
    public var toolCalls: [ToolCall]
    /// What the wire wants to see again when the conversation goes on.
    public var memo: ModelMemo?
    /// Where the reply's own shape says that the run goes, under `routing: schema`.
    public var route: String?

    public init(
        agent: AgentID?, text: String, reasoning: String = "", toolCalls: [ToolCall] = [],
        memo: ModelMemo? = nil, route: String? = nil
    ) {
        self.agent = agent
        self.text = text
        self.reasoning = reasoning
        self.toolCalls = toolCalls
        self.memo = memo
        self.route = route
    }

    enum CodingKeys: String, CodingKey {
        case agent, text, reasoning, memo, route
        case toolCalls = "tool_calls"
    }
}
