/// The ways between agents, as they were written.
public struct RoutingDefinition: Sendable, Hashable {
    public var signals: [AgentID: [SignalRoute]]
    /// Where an agent's turn goes when it gave no signal; `nil` ends the run.
    public var defaults: [AgentID: AgentID?]
    public var behaviors: [AgentID: AgentBehavior]
    public var groups: [GroupID: ParallelGroup]

    public init(
        signals: [AgentID: [SignalRoute]] = [:], defaults: [AgentID: AgentID?] = [:],
        behaviors: [AgentID: AgentBehavior] = [:], groups: [GroupID: ParallelGroup] = [:]
    ) {
        self.signals = signals
        self.defaults = defaults
        self.behaviors = behaviors
        self.groups = groups
    }
}

/// What an agent does besides following signals.
public struct AgentBehavior: Sendable, Hashable {
    /// A turn without a signal pauses the run for a person.
    public var waitForSignal: Bool
    /// False keeps a turn without a signal from going to a default or a handoff target.
    public var autoRoute: Bool?
    /// Overrides the agent's own `is_terminal`.
    public var isTerminal: Bool?
    public var description: String

    public init(
        waitForSignal: Bool = false, autoRoute: Bool? = nil, isTerminal: Bool? = nil,
        description: String = ""
    ) {
        self.waitForSignal = waitForSignal
        self.autoRoute = autoRoute
        self.isTerminal = isTerminal
        self.description = description
    }
}
