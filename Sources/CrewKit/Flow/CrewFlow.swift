/// The ways that a run of a crew can take, read from the crew's definition.
///
/// It says what may follow what, not what will: which way is taken is for the replies to decide. What a
/// definition names and does not hold leads nowhere here.
public struct CrewFlow: Sendable {
    /// A place where a run can stand.
    public enum Node: Sendable, Hashable {
        /// An agent whose turn it is.
        case agent(AgentID)
        /// An agent at work for a group or for a tool call: what it says goes back to who asked, and
        /// its signals lead nowhere.
        case alone(AgentID)
        case group(GroupID)
        /// An agent that makes one text of a group's results: its signals lead nowhere either.
        case editor(AgentID, of: GroupID)
        /// The run waits for a person's answer, with which `next` goes on.
        case person(asked: AgentID, next: AgentID)
        /// The run waits for something outside of the crew.
        case outside(String, asked: AgentID, next: AgentID)
        /// Another crew works; `next` goes on with its answer. Without one it works for a tool call.
        case subCrew(ToolName, asked: AgentID, next: AgentID?)
        /// The run is over.
        case end
    }

    /// One step of a way.
    public struct Edge: Sendable, Hashable {
        public var from: Node
        public var to: Node
        public var reason: Reason
        /// Where the definition says so; absent for what goes without saying.
        public var path: DefinitionPath?
    }

    /// Why a run takes a step.
    public enum Reason: Sendable, Hashable {
        /// The agent's reply holds this signal.
        case signal(String)
        /// The reply passes the test that stands for this signal.
        case trigger(String)
        /// A signal that acts without being configured.
        case builtInSignal(String)
        /// The reply's shape names the target.
        case shape
        /// The agent calls this `transfer_to_…` tool.
        case transferTool(ToolName)
        /// The reply held no signal, and `routing.defaults` says who is next.
        case routingDefault
        /// The reply held no signal, and this is the first handoff target.
        case handoffTarget
        /// The reply held no signal, and nobody is next.
        case noSignal
        /// The group lists the agent.
        case member
        /// The agent makes one text of those of the members.
        case aggregation
        /// What a group came to goes to its next agent, or is the run's last words.
        case joined
        /// An answer came.
        case answer
        /// The agent calls this tool, which lets an agent or a crew work.
        case tool(ToolName)
    }

    /// Where a run begins; absent for a crew without agents.
    public let entry: Node?
    /// Agents in the crew's order, groups by name, then the rest as it is met.
    public let nodes: [Node]
    /// In the order of their beginnings; for each agent in the order in which they are tried.
    public let edges: [Edge]
    /// Whether the definition names an agent, a group or a crew that it does not hold.
    public let hasLooseEnds: Bool

    private let indices: [Node: Int]
    let outgoing: [[Int]]
    let incoming: [[Int]]

    /// Reads the flow of a definition, whether or not it is without errors.
    public init(_ crew: CrewDefinition) {
        var reading = FlowReading(crew)
        reading.read()
        self.init(reading)
    }

    private init(_ reading: FlowReading) {
        entry = reading.entry
        hasLooseEnds = reading.hasLooseEnds
        nodes = reading.nodes
        let indices = Dictionary(
            reading.nodes.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let order = reading.edges.enumerated().sorted { left, right in
            (indices[left.element.from] ?? 0, left.offset)
                < (indices[right.element.from] ?? 0, right.offset)
        }
        let edges = order.map(\.element)
        var outgoing = [[Int]](repeating: [], count: nodes.count)
        var incoming = outgoing
        for (number, edge) in edges.enumerated() {
            guard let from = indices[edge.from], let to = indices[edge.to] else { continue }
            outgoing[from].append(number)
            incoming[to].append(number)
        }
        self.edges = edges
        self.indices = indices
        self.outgoing = outgoing
        self.incoming = incoming
    }

    /// The steps that can follow a place.
    public func edges(from node: Node) -> [Edge] {
        index(of: node).map { outgoing[$0].map { edges[$0] } } ?? []
    }

    /// The steps that can lead to a place.
    public func edges(to node: Node) -> [Edge] {
        index(of: node).map { incoming[$0].map { edges[$0] } } ?? []
    }

    func index(of node: Node) -> Int? { indices[node] }
}

extension CrewFlow.Node {
    /// The agent that works here, in either way.
    public var agent: AgentID? {
        switch self {
        case .agent(let id), .alone(let id), .editor(let id, _): id
        case .group, .person, .outside, .subCrew, .end: nil
        }
    }

    /// Whether a run rests here, until somebody acts or for good.
    public var isRest: Bool {
        switch self {
        case .end, .person, .outside: true
        case .agent, .alone, .editor, .group, .subCrew: false
        }
    }
}

extension CrewFlow.Reason {
    var isBuiltIn: Bool {
        if case .builtInSignal = self { return true }
        return false
    }

    /// Whether the run itself goes on there; otherwise somebody works and answers to who asked.
    var passesTurn: Bool {
        switch self {
        case .member, .tool: false
        default: true
        }
    }
}
