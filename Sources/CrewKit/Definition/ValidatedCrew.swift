/// A crew that can run: every agent, tool, signal and target in it is resolved.
///
/// Immutable and shared by all of its runs; copies cost nothing.
public final class ValidatedCrew: Sendable {
    public let definition: CrewDefinition
    public let entryPoint: AgentID
    private let agents: [AgentID: Agent]

    /// One agent with everything that routing needs of it.
    public struct Agent: Sendable {
        public let definition: AgentDefinition
        /// Configured signals first, then the built-in ones that act without being configured.
        public let routes: [ResolvedRoute]
        /// All of them, also those whose targets only native tools hand over to.
        let written: [ResolvedRoute]
        public let isTerminal: Bool
        public let waitsForSignal: Bool
        /// Where a turn without a signal goes; `nil` ends the run.
        public let fallback: Fallback?
        /// Offered to the model as `transfer_to_…` tools; empty when the agent routes by text.
        public let nativeTargets: [RouteTarget]
        /// Tools that the agent names and that exist, or may come from an MCP server.
        public let tools: [ToolName]
        /// Names such as `time__*`, which stand for all tools that begin like them.
        public let toolPatterns: [ToolName]
        /// Expanded, and written where the author gave none; without the guide to text tool calls.
        public let systemPrompt: String
        let signals: SignalReader

        public var id: AgentID { definition.id }
        var hasTools: Bool { !tools.isEmpty || !toolPatterns.isEmpty }
    }

    /// Where a turn goes that gave no signal.
    public struct Fallback: Sendable, Hashable {
        public let agent: AgentID
        public let reason: HandoffReason
    }

    init(definition: CrewDefinition, entryPoint: AgentID, agents: [AgentID: Agent]) {
        self.definition = definition
        self.entryPoint = entryPoint
        self.agents = agents
    }

    public var name: String { definition.name }
    public var settings: CrewSettings { definition.settings }

    /// The agent of that id.
    public func agent(_ id: AgentID) -> Agent? { agents[id] }

    /// The group of that id.
    public func group(_ id: GroupID) -> ParallelGroup? { definition.routing.groups[id] }

    /// All agents in the crew's order.
    public var allAgents: [Agent] { definition.agents.compactMap { agents[$0.id] } }
}

/// What following a signal, or calling a transfer tool, does.
public enum RouteTarget: Sendable, Hashable {
    case agent(AgentID)
    case group(GroupID)
    /// Another crew, by the tool that asks it.
    case crew(ToolName)
    /// Something outside of the crew, by the name that its author gave it.
    case external(String)
    case end
    case pause

    /// The name of what the run is handed to within this engine: an agent, a group or a crew.
    public var name: String? {
        switch self {
        case .agent(let id): id.rawValue
        case .group(let id): id.rawValue
        case .crew(let name): name.rawValue
        case .external, .end, .pause: nil
        }
    }

    /// The name, also of what is outside.
    public var label: String? {
        if case .external(let party) = self { return party }
        return name
    }
}

/// A signal and what it does, for one agent.
public struct ResolvedRoute: Sendable, Hashable {
    public let signal: String
    public let target: RouteTarget
    public let priority: Int
    public let maxOccurs: Int?
    /// What the target reads; absent means the conversation as it is.
    let input: InputTemplate?
    /// Who goes on with an answer from elsewhere; the agent that asked when absent.
    public let returnTo: AgentID?
    /// Also takes the route, for replies without a signal.
    let trigger: SignalTrigger?

    init(
        signal: String, target: RouteTarget, priority: Int, maxOccurs: Int? = nil,
        input: InputTemplate? = nil, returnTo: AgentID? = nil, trigger: SignalTrigger? = nil
    ) {
        self.signal = signal
        self.target = target
        self.priority = priority
        self.maxOccurs = maxOccurs
        self.input = input
        self.returnTo = returnTo
        self.trigger = trigger
    }
}
