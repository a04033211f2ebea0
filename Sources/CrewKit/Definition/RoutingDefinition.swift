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

/// What one agent's signal leads to.
public struct SignalRoute: Sendable, Hashable {
    /// The signal with its brackets, such as `[ROUTE_EXECUTOR]`.
    public var signal: String
    /// An agent or a group; absent or empty ends the run, unless the signal's definition says more.
    public var target: String?
    public var description: String
    /// Makes the signal pause the run instead, whatever its target.
    public var pauses: Bool
    /// Decides between signals that are otherwise equal: the higher one wins.
    public var priority: Int?
    /// How often one run follows the signal; later ones are ignored with a warning.
    public var maxOccurs: Int?

    public init(
        _ signal: String, to target: String? = nil, description: String = "", pauses: Bool = false
    ) {
        self.signal = signal
        self.target = target
        self.description = description
        self.pauses = pauses
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

/// Agents that work on the same input at the same time.
public struct ParallelGroup: Sendable, Hashable {
    /// In the order in which their results are joined.
    public var agents: [AgentID]
    /// False takes the first member that succeeds and cancels the others, keeping what they finished.
    public var waitForAll: Bool
    /// Each member's own deadline; the crew's when absent.
    public var timeout: Duration?
    /// Who reads the joined results; the run ends with them when absent.
    public var nextAgent: AgentID?
    public var description: String

    public init(
        agents: [AgentID], waitForAll: Bool = true, timeout: Duration? = nil,
        nextAgent: AgentID? = nil, description: String = ""
    ) {
        self.agents = agents
        self.waitForAll = waitForAll
        self.timeout = timeout
        self.nextAgent = nextAgent
        self.description = description
    }
}
