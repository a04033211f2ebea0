import CrewKit

/// The flow of a crew as it is drawn: what is drawn once, with its words, in a stable order.
struct FlowPicture {
    enum Shape { case agent, group, person, outside, subCrew, end }

    struct Node {
        let id: String
        let shape: Shape
        /// Lines of text.
        let lines: [String]
        let isEntry: Bool
        var isVisited = false
    }

    struct Edge {
        let from: String
        let to: String
        /// Somebody works for the place and answers; the run itself does not go there.
        let isDashed: Bool
        var labels: [String]
        /// The steps of the run that took it, from 1.
        var numbers: [Int] = []
        /// False for a step of a run that the crew no longer has.
        var isKnown = true
    }

    private(set) var nodes: [Node] = []
    private(set) var edges: [Edge] = []
    let hasRun: Bool

    private let names: [AgentID: String]
    private var ids: [CrewFlow.Node: String] = [:]
    private var agentIDs: [AgentID: String] = [:]
    private var places: [String: Int] = [:]
    private var edgePlaces: [[String]: Int] = [:]

    /// - Parameter showsBuiltIns: whether signals that act without being configured are drawn also where
    ///   the run did not take them.
    init(_ flow: CrewFlow, of crew: CrewDefinition, trace: FlowTrace? = nil, showsBuiltIns: Bool) {
        hasRun = trace != nil
        names = Dictionary(crew.agents.map { ($0.id, $0.name) }, uniquingKeysWith: { $1 })
        let unheard = Self.unheard(in: flow)
        let drawn = flow.edges.filter {
            (showsBuiltIns || !$0.reason.isBuiltIn) && !unheard.contains($0.from)
        }
        // What only left out steps lead to is left out too.
        let ends = Set(drawn.map(\.to))
        for node in flow.nodes where node.agent != nil || node.isGroup || ends.contains(node) {
            add(node, isEntry: node == flow.entry)
        }
        for edge in drawn where ids[edge.from] != nil { add(edge) }
        for (index, step) in (trace?.steps ?? []).enumerated() {
            add(step.edge.from, isEntry: false)
            add(step.edge.to, isEntry: false)
            add(step.edge, number: index + 1, isKnown: step.isKnown)
        }
        for node in trace?.visited ?? [] {
            add(node, isEntry: false)
            if let place = ids[node].flatMap({ places[$0] }) { nodes[place].isVisited = true }
        }
    }

    /// Agents that only ever work for others: where their own signals would lead is not drawn.
    private static func unheard(in flow: CrewFlow) -> Set<CrewFlow.Node> {
        let reached = flow.reached
        let workers = Set(reached.compactMap(\.agent))
        return Set(workers.map(CrewFlow.Node.agent).filter { !reached.contains($0) })
    }

    private mutating func add(_ node: CrewFlow.Node, isEntry: Bool) {
        guard ids[node] == nil else { return }
        // Whether it has the turn or works for others, it is the same agent to who looks at it.
        if let agent = node.agent, let id = agentIDs[agent] {
            ids[node] = id
            return
        }
        let id = "n\(nodes.count)"
        ids[node] = id
        if let agent = node.agent { agentIDs[agent] = id }
        places[id] = nodes.count
        nodes.append(
            Node(id: id, shape: Self.shape(of: node), lines: lines(of: node), isEntry: isEntry))
    }

    /// Ways between the same places are one line with several words.
    private mutating func add(_ edge: CrewFlow.Edge, number: Int? = nil, isKnown: Bool = true) {
        guard let from = ids[edge.from], let to = ids[edge.to] else { return }
        let isDashed = edge.reason.isAside
        let key = [from, to, isDashed ? "aside" : ""]
        let label = edge.reason == .noSignal && edge.to == .end ? "" : "\(edge.reason)"
        let place: Int
        if let known = edgePlaces[key] {
            place = known
        } else {
            place = edges.count
            edgePlaces[key] = place
            edges.append(Edge(from: from, to: to, isDashed: isDashed, labels: []))
        }
        if !isKnown { edges[place].isKnown = false }
        if let number { edges[place].numbers.append(number) }
        if !label.isEmpty, !edges[place].labels.contains(label) {
            edges[place].labels.append(label)
        }
    }

    private func lines(of node: CrewFlow.Node) -> [String] {
        switch node {
        case .agent(let id), .alone(let id), .editor(let id, _):
            guard let name = names[id], name != id.rawValue, !name.isEmpty else {
                return [id.rawValue]
            }
            return [name, "(\(id))"]
        case .group(let id): return ["group", id.rawValue]
        case .person: return ["a person", "answers"]
        case .outside(let name, _, _): return ["outside", name].filter { !$0.isEmpty }
        case .subCrew(let name, _, _): return ["crew", name.rawValue]
        case .end: return ["end"]
        }
    }

    private static func shape(of node: CrewFlow.Node) -> Shape {
        switch node {
        case .agent, .alone, .editor: .agent
        case .group: .group
        case .person: .person
        case .outside: .outside
        case .subCrew: .subCrew
        case .end: .end
        }
    }
}

extension FlowPicture.Edge {
    /// The steps of the run, then the reasons: one line each.
    var lines: [String] {
        (numbers.isEmpty ? [] : ["#" + numbers.map(String.init).joined(separator: ", ")])
            + labels + (isKnown ? [] : ["(no longer in the crew)"])
    }
}

extension CrewFlow.Node {
    fileprivate var isGroup: Bool {
        if case .group = self { return true }
        return false
    }
}

extension CrewFlow.Reason {
    fileprivate var isBuiltIn: Bool {
        if case .builtInSignal = self { return true }
        return false
    }

    fileprivate var isAside: Bool {
        switch self {
        case .member, .tool: true
        default: false
        }
    }
}
