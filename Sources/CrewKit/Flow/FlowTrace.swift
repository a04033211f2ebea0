/// The way that a run took through the flow of its crew, as its log tells it.
public struct FlowTrace: Sendable {
    /// One step of the run.
    public struct Step: Sendable, Hashable {
        /// Of the event that tells of it.
        public var sequence: Int
        public var edge: CrewFlow.Edge
        /// False for a step that the crew, as it is now, does not have.
        public var isKnown: Bool
    }

    /// In the order in which they were taken; steps to members of a group stand behind that to the group.
    public private(set) var steps: [Step] = []
    /// Where the run was, in the order of the first time.
    public private(set) var visited: [CrewFlow.Node] = []
    /// How the run ended, when it did.
    public private(set) var outcome: RunOutcome?

    private let flow: CrewFlow
    private var place: CrewFlow.Node?
    /// What the last reply was read as, until the step that follows from it.
    private var signal: String?

    public init(_ events: some Sequence<StoredEvent>, in flow: CrewFlow) {
        self.flow = flow
        for stored in events where stored.branch == nil { take(stored) }
    }

    private mutating func take(_ stored: StoredEvent) {
        let number = stored.sequence
        switch stored.event {
        case .runStarted(let started): come(to: .agent(started.agent))
        case .roundStarted(let round) where place?.agent != round.agent:
            go(number, to: .agent(round.agent), .answer)
        case .signalMatched(let match): signal = match.signal
        case .handedOff(let handoff):
            var target = CrewFlow.Node.agent(handoff.to)
            if handoff.reason == .aggregate, case .group(let group)? = place {
                target = .editor(handoff.to, of: group)
            }
            go(number, to: target, reason(of: handoff))
        case .groupStarted(let group):
            go(number, to: .group(group.group), .noSignal)
            for member in group.members { look(number, at: .alone(member.agent), .member) }
        case .toolStarted(let started): lookBehind(started, number)
        case .crewAsked(let asked):
            go(
                number,
                to: .subCrew(asked.call.name, asked: asked.agent, next: asked.returnTo),
                .noSignal)
        case .paused(let paused) where paused.kind.takesAnswer:
            go(number, to: Self.place(of: paused, asked: place?.agent), .noSignal)
        case .runEnded(let ended):
            outcome = ended.outcome
            switch ended.outcome {
            case .completed, .terminated: go(number, to: .end, .noSignal)
            default: break
            }
        default: break
        }
    }

    private static func place(of pause: RunPaused, asked: AgentID?) -> CrewFlow.Node {
        let asked = asked ?? pause.agent
        guard pause.kind == .external else { return .person(asked: asked, next: pause.agent) }
        return .outside(pause.party ?? "", asked: asked, next: pause.agent)
    }

    private mutating func come(to node: CrewFlow.Node) {
        place = node
        if !visited.contains(node) { visited.append(node) }
    }

    /// Takes a step; where the log does not tell why, the first reason counts that there may be.
    private mutating func go(
        _ sequence: Int, to target: CrewFlow.Node, _ reason: CrewFlow.Reason
    ) {
        defer { signal = nil }
        guard let from = place else { return come(to: target) }
        let candidates = flow.edges(from: from).filter { $0.to == target }
        let edge =
            candidates.first { $0.reason.signal != nil && $0.reason.signal == signal }
            ?? candidates.first { $0.reason == reason }
            ?? (signal == nil ? candidates.first : nil)
        let taken =
            edge
            ?? CrewFlow.Edge(from: from, to: target, reason: signal.map { .signal($0) } ?? reason)
        steps.append(Step(sequence: sequence, edge: taken, isKnown: edge != nil))
        come(to: taken.to)
    }

    /// Somebody works for the place where the run stands, which stays there.
    private mutating func look(
        _ sequence: Int, at target: CrewFlow.Node, _ reason: CrewFlow.Reason
    ) {
        guard let from = place else { return }
        let edge = flow.edges(from: from).first { $0.to == target && $0.reason == reason }
        steps.append(
            Step(
                sequence: sequence,
                edge: edge ?? CrewFlow.Edge(from: from, to: target, reason: reason),
                isKnown: edge != nil))
        if !visited.contains(target) { visited.append(target) }
    }

    private mutating func lookBehind(_ started: ToolStarted, _ sequence: Int) {
        guard let place else { return }
        for edge in flow.edges(from: place) where edge.reason == .tool(started.call.name) {
            look(sequence, at: edge.to, edge.reason)
        }
    }

    private func reason(of handoff: HandedOff) -> CrewFlow.Reason {
        switch handoff.reason {
        case .routingDefault: .routingDefault
        case .handoffTarget: .handoffTarget
        case .group: .joined
        case .schema: .shape
        case .tool: .transferTool(HandoffTool.name(for: .agent(handoff.to)))
        case .aggregate: .aggregation
        case .subCrew: .answer
        case .signal: .noSignal
        }
    }
}

extension CrewFlow.Reason {
    /// The signal that stands for the step.
    public var signal: String? {
        switch self {
        case .signal(let signal), .trigger(let signal), .builtInSignal(let signal): signal
        default: nil
        }
    }
}
