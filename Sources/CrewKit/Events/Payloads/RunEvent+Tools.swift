/// A tool call is on its way; shown at most a few times a second.
public struct ToolProgressed: Sendable, Hashable, Codable {
    public var agent: AgentID
    public var call: ToolCallID
    public var name: ToolName
    public var progress: ToolReports.Progress

    public init(
        agent: AgentID, call: ToolCallID, name: ToolName, progress: ToolReports.Progress
    ) {
        self.agent = agent
        self.call = call
        self.name = name
        self.progress = progress
    }
}

/// Something happened in a run that works for one of this run's tool calls.
///
/// That run has a log of its own, which this repeats, so that who follows this run sees it too.
public struct SubrunProgressed: Sendable, Hashable, Codable {
    public var agent: AgentID
    /// The call that the other run works for.
    public var call: ToolCallID
    public var run: RunID
    /// The other run's event with its own sequence and branch.
    public var event: StoredEvent

    public init(agent: AgentID, call: ToolCallID, run: RunID, event: StoredEvent) {
        self.agent = agent
        self.call = call
        self.run = run
        self.event = event
    }
}
