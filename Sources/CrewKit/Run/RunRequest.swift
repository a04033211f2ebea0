/// One input for a crew.
public struct RunRequest: Sendable, Hashable {
    /// What the person says. 1 to `maxInputBytes` bytes of UTF-8.
    public var input: String
    /// The conversation this belongs to: what was said in its earlier runs is remembered.
    public var session: SessionID?
    /// A conversation that the caller brings along. Put before the input; not with a session.
    public var history: [ConversationEntry]
    /// Starts at this agent instead of the entry point.
    public var startAgent: AgentID?

    public init(
        _ input: String, session: SessionID? = nil, history: [ConversationEntry] = [],
        startAgent: AgentID? = nil
    ) {
        self.input = input
        self.session = session
        self.history = history
        self.startAgent = startAgent
    }
}
