/// Reads the flow of a crew from its definition, by the rules by which `RunState` follows it.
struct FlowReading {
    private let crew: CrewDefinition
    private let agents: Set<AgentID>
    private(set) var nodes: [CrewFlow.Node] = []
    private(set) var edges: [CrewFlow.Edge] = []
    private(set) var hasLooseEnds = false
    private var known: Set<CrewFlow.Node> = []
    private let definitions: [AgentID: AgentDefinition]
    private let toolsByName: [ToolName: DeclaredTool]

    init(_ crew: CrewDefinition) {
        self.crew = crew
        agents = Set(crew.agents.map(\.id))
        definitions = Dictionary(
            crew.agents.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        toolsByName = Dictionary(
            crew.tools.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    var entry: CrewFlow.Node? {
        guard let id = crew.entryPoint ?? crew.agents.first?.id, agents.contains(id) else {
            return nil
        }
        return .agent(id)
    }

    mutating func read() {
        var seen: Set<AgentID> = []
        let own = crew.agents.filter { seen.insert($0.id).inserted }
        for agent in own { note(.agent(agent.id)) }
        let groups = crew.routing.groups.sorted { $0.key < $1.key }
        for (id, _) in groups { note(.group(id)) }
        for agent in own {
            readTurn(of: agent)
            readTools(of: agent, at: .agent(agent.id))
            readTools(of: agent, at: .alone(agent.id))
        }
        for (id, group) in groups { read(group, id) }
        readAnswers()
    }

    private mutating func note(_ node: CrewFlow.Node) {
        if known.insert(node).inserted { nodes.append(node) }
    }

    private mutating func add(
        _ from: CrewFlow.Node, _ to: CrewFlow.Node?, _ reason: CrewFlow.Reason,
        _ path: DefinitionPath? = nil
    ) {
        guard let to else {
            hasLooseEnds = true
            return
        }
        note(from)
        note(to)
        edges.append(CrewFlow.Edge(from: from, to: to, reason: reason, path: path))
    }

    private func node(_ agent: AgentID) -> CrewFlow.Node? {
        agents.contains(agent) ? .agent(agent) : nil
    }
}

/// What follows an agent's turn.
extension FlowReading {
    private mutating func readTurn(of agent: AgentDefinition) {
        let routes = (crew.routing.signals[agent.id] ?? []).enumerated().map { index, route in
            let path = DefinitionPath.crew("routing", "signals", agent.id.rawValue)
            return (route: route, path: path.appending(index))
        }
        if agent.routing == .tools {
            readTransfers(of: agent, routes)
        } else {
            for (route, path) in routes {
                let to = target(of: route, from: agent.id)
                add(.agent(agent.id), to, .signal(route.signal), path)
                if route.trigger != nil {
                    add(.agent(agent.id), to, .trigger(route.signal), path.appending("when"))
                }
            }
            if agent.routing == .auto, routes.isEmpty, agent.toolCalls == .native {
                readTransfers(of: agent, [])
            }
        }
        if agent.routing == .schema {
            readShape(of: agent)
        } else {
            readBuiltIns(of: agent, own: routes.map(\.route.signal))
            readSilence(of: agent)
        }
    }

    private func target(of route: SignalRoute, from agent: AgentID) -> CrewFlow.Node? {
        let next = route.returnTo ?? agent
        switch route.type {
        case .terminate: return .end
        case .route:
            guard let target = route.target, !target.isEmpty else { return .end }
            if let agent = node(AgentID(target)) { return agent }
            let group = GroupID(target)
            return crew.routing.groups[group] == nil ? nil : .group(group)
        case .pause, .external, .subCrew: break
        }
        guard agents.contains(next) else { return nil }
        switch route.type {
        case .external: return .outside(route.target ?? "", asked: agent, next: next)
        case .subCrew:
            let name = ToolName(route.target ?? "")
            guard case .crew? = toolsByName[name]?.work else { return nil }
            return .subCrew(name, asked: agent, next: next)
        case .pause, .route, .terminate: return .person(asked: agent, next: next)
        }
    }

    /// Signals that end or pause, and a tool for each other target.
    private mutating func readTransfers(
        of agent: AgentDefinition, _ routes: [(route: SignalRoute, path: DefinitionPath)]
    ) {
        var names: Set<ToolName> = []
        func transfer(to node: CrewFlow.Node) -> ToolName? {
            switch node {
            case .agent(let id): HandoffTool.name(for: .agent(id))
            case .group(let id): HandoffTool.name(for: .group(id))
            case .subCrew(let name, _, _): HandoffTool.name(for: .agent(AgentID(name.rawValue)))
            case .alone, .editor, .person, .outside, .end: nil
            }
        }
        for (route, path) in routes {
            let to = target(of: route, from: agent.id)
            guard let to, let name = transfer(to: to) else {
                add(.agent(agent.id), to, .signal(route.signal), path)
                continue
            }
            if names.insert(name).inserted {
                add(.agent(agent.id), to, .transferTool(name), path)
            }
        }
        for (index, id) in agent.handoffTargets.enumerated() where id != agent.id {
            let name = HandoffTool.name(for: .agent(id))
            let path = DefinitionPath.agent(agent.id, "handoff_targets").appending(index)
            if names.insert(name).inserted {
                add(.agent(agent.id), node(id), .transferTool(name), path)
            }
        }
    }

    /// A reply whose shape says where it goes names a signal, a handoff target or neither.
    private mutating func readShape(of agent: AgentDefinition) {
        for (index, id) in agent.handoffTargets.enumerated() {
            let path = DefinitionPath.agent(agent.id, "handoff_targets").appending(index)
            add(.agent(agent.id), node(id), .shape, path)
        }
        let waits = crew.routing.behaviors[agent.id]?.waitForSignal ?? false
        add(
            .agent(agent.id), waits ? .person(asked: agent.id, next: agent.id) : .end, .noSignal)
    }

    private mutating func readBuiltIns(of agent: AgentDefinition, own: [String]) {
        guard crew.settings.usesBuiltInSignals else { return }
        let taken = Set(own.map { SignalSpelling($0).normalized })
        for (meaning, spelling) in Self.actingSignals where !taken.contains(spelling) {
            let to: CrewFlow.Node =
                meaning.behavior == .pause ? .person(asked: agent.id, next: agent.id) : .end
            add(.agent(agent.id), to, .builtInSignal(meaning.signal))
        }
    }

    /// The built-in signals that need no route, with what they are compared by.
    private static let actingSignals: [(SignalMeaning, String)] = SignalRegistry.builtIn
        .filter { $0.behavior != .route }
        .map { ($0, SignalSpelling($0.signal).normalized) }

    private mutating func readSilence(of agent: AgentDefinition) {
        let behavior = crew.routing.behaviors[agent.id]
        let from = CrewFlow.Node.agent(agent.id)
        if behavior?.waitForSignal == true {
            return add(from, .person(asked: agent.id, next: agent.id), .noSignal)
        }
        let isTerminal = behavior?.isTerminal ?? agent.isTerminal
        guard !isTerminal, behavior?.autoRoute ?? true else { return add(from, .end, .noSignal) }
        if let configured = crew.routing.defaults[agent.id] {
            guard let next = configured else { return add(from, .end, .noSignal) }
            let path = DefinitionPath.crew("routing", "defaults", agent.id.rawValue)
            return add(from, node(next), .routingDefault, path)
        }
        let first = agent.handoffTargets.enumerated().first { _, id in
            agents.contains(id) && id != agent.id
        }
        guard let (index, next) = first else { return add(from, .end, .noSignal) }
        let path = DefinitionPath.agent(agent.id, "handoff_targets").appending(index)
        add(from, .agent(next), .handoffTarget, path)
    }
}

/// What works for groups and calls.
extension FlowReading {
    private mutating func readTools(of agent: AgentDefinition, at node: CrewFlow.Node) {
        for (index, name) in agent.tools.enumerated() {
            let covered =
                name.isPattern
                ? crew.tools.filter { name.covers($0.name) } : toolsByName[name].map { [$0] } ?? []
            let path = DefinitionPath.agent(agent.id, "tools").appending(index)
            for tool in covered {
                switch tool.work {
                case .agent(let id):
                    add(node, agents.contains(id) ? .alone(id) : nil, .tool(tool.name), path)
                case .crew:
                    let crew = CrewFlow.Node.subCrew(tool.name, asked: agent.id, next: nil)
                    add(node, crew, .tool(tool.name), path)
                case .command, .http: break
                }
            }
        }
    }

    private mutating func read(_ group: ParallelGroup, _ id: GroupID) {
        let path = DefinitionPath.crew("routing", "parallel_groups", id.rawValue)
        for (index, member) in group.agents.enumerated() {
            add(
                .group(id), agents.contains(member) ? .alone(member) : nil, .member,
                path.appending("agents").appending(index))
        }
        var last = CrewFlow.Node.group(id)
        if case .agent(let editor) = group.aggregation {
            let place = path.appending("aggregate").appending("agent")
            guard agents.contains(editor) else { return add(last, nil, .aggregation, place) }
            last = .editor(editor, of: id)
            add(.group(id), last, .aggregation, place)
            if let agent = definitions[editor] { readTools(of: agent, at: last) }
        }
        guard let next = group.nextAgent else { return add(last, .end, .joined, path) }
        add(last, node(next), .joined, path.appending("next_agent"))
    }

    /// The answers that runs wait for, once every place is known where they do.
    private mutating func readAnswers() {
        for node in nodes {
            switch node {
            case .person(_, let next), .outside(_, _, let next): add(node, .agent(next), .answer)
            case .subCrew(_, _, let next?): add(node, .agent(next), .answer)
            case .subCrew, .agent, .alone, .editor, .group, .end: break
            }
        }
    }
}
