/// Looks over the ways of a crew: what nothing leads to, what goes round for ever, and bounds that cut
/// ways off.
struct FlowCheck {
    private(set) var problems: [DefinitionProblem] = []
    let crew: CrewDefinition
    let flow: CrewFlow
    let reached: Set<CrewFlow.Node>
    let agents: [AgentID: AgentDefinition]
    /// Agents that come to work in some way.
    private let workers: Set<AgentID>

    init(_ crew: CrewDefinition, prices: PriceTable) {
        self.crew = crew
        flow = CrewFlow(crew)
        reached = flow.reached
        workers = Set(reached.compactMap(\.agent))
        agents = Dictionary(
            crew.agents.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        problems += CallFitCheck(crew, prices: prices).problems
        checkTimes()
        guard flow.entry != nil else { return }
        checkCycles()
        // What nothing leads to follows from names that are told as errors already.
        guard !flow.hasLooseEnds else { return }
        checkReach()
        checkGroups()
        checkBounds()
    }

    mutating func add(
        _ severity: DefinitionProblem.Severity, _ code: String, at path: DefinitionPath,
        _ message: String, suggestion: String? = nil
    ) {
        problems.append(
            DefinitionProblem(severity, code, at: path, message, suggestion: suggestion))
    }

    static func place(of group: GroupID) -> DefinitionPath {
        .crew("routing", "parallel_groups", group.rawValue)
    }
}

extension FlowCheck {
    private func isReached(_ agent: AgentID) -> Bool {
        workers.contains(agent)
    }

    private mutating func checkReach() {
        var seen: Set<AgentID> = []
        for (index, agent) in crew.agents.enumerated() where seen.insert(agent.id).inserted {
            guard isReached(agent.id) else {
                add(
                    .warning, "unreachable_agent", at: .crew("agents").appending(index),
                    "no way leads to agent '\(agent.id)'\(onlyFrom(agent.id))",
                    suggestion: "lead a signal, a default, a group or a tool to it, or leave it "
                        + "out; a run that is asked to can still begin with it")
                continue
            }
            checkIsHeard(agent)
        }
        for id in crew.routing.groups.keys.sorted() where !reached.contains(.group(id)) {
            add(
                .warning, "unreachable_group", at: Self.place(of: id),
                "no way leads to group '\(id)'\(onlyFrom(.group(id)))",
                suggestion: "let a signal of an agent lead to it, or leave it out")
        }
    }

    private func onlyFrom(_ agent: AgentID) -> String {
        let all = onlyFrom(.agent(agent))
        return all.isEmpty ? onlyFrom(.alone(agent)) : all
    }

    /// Who leads there, when nothing leads to them either.
    private func onlyFrom(_ node: CrewFlow.Node) -> String {
        var names: [String] = []
        for edge in flow.edges(to: node) {
            guard let name = Self.asker(edge.from), name.agent != node.agent else { continue }
            if !names.contains(name.text) { names.append(name.text) }
        }
        guard !names.isEmpty else { return "" }
        return ", only \(names.prefix(3).joined(separator: ", ")), and no way leads there either"
    }

    /// Who leads there, for a place that waits who has asked.
    private static func asker(_ node: CrewFlow.Node) -> (agent: AgentID?, text: String)? {
        switch node {
        case .agent(let id), .alone(let id), .editor(let id, _), .person(let id, _),
            .outside(_, let id, _), .subCrew(_, let id, _):
            (id, "'\(id)'")
        case .group: (nil, node.description)
        case .end: nil
        }
    }

    /// An agent that only ever answers to a group or a call cannot hand over.
    private mutating func checkIsHeard(_ agent: AgentDefinition) {
        guard !reached.contains(.agent(agent.id)),
            let routes = crew.routing.signals[agent.id], !routes.isEmpty
        else { return }
        add(
            .note, "unheard_signals", at: .crew("routing", "signals", agent.id.rawValue),
            "agent '\(agent.id)' works only for groups or calls, where its signals lead nowhere")
    }

    private mutating func checkGroups() {
        for (id, group) in crew.routing.groups.sorted(by: { $0.key < $1.key })
        where group.nextAgent == nil && reached.contains(.group(id)) {
            add(
                .note, "no_next_agent", at: Self.place(of: id),
                "group '\(id)' has no next_agent: the run ends with its joined text",
                suggestion: "name one if an agent is to read the text")
        }
        checkReaders()
    }

    /// A group whose next agent can do nothing with the text but ask the same group again.
    private mutating func checkReaders() {
        for (id, group) in crew.routing.groups.sorted(by: { $0.key < $1.key }) {
            guard let next = group.nextAgent, reached.contains(.group(id)) else { continue }
            let ways = flow.edges(from: .agent(next)).filter {
                $0.reason.passesTurn && !$0.reason.isBuiltIn
            }
            guard !ways.isEmpty, ways.allSatisfy({ $0.to == .group(id) }) else { continue }
            add(
                .warning, "group_asked_again", at: Self.place(of: id).appending("next_agent"),
                "next_agent '\(next)' of group '\(id)' can only ask the same group again",
                suggestion: "give '\(next)' a signal that ends the run, or another next_agent")
        }
    }
}
