extension CrewFlow.Node: CustomStringConvertible {
    /// What people call the place, such as `desk`, `group search` or `a person`.
    public var description: String {
        switch self {
        case .agent(let id), .alone(let id), .editor(let id, _): id.rawValue
        case .group(let id): "group \(id)"
        case .person: "a person"
        case .outside(let name, _, _): name.isEmpty ? "outside" : "outside: \(name)"
        case .subCrew(let name, _, _): "crew \(name)"
        case .end: "the end"
        }
    }
}

extension CrewFlow.Reason: CustomStringConvertible {
    /// Why a step is taken, in a word or two; empty where the places say it themselves.
    public var description: String {
        switch self {
        case .signal(let signal): signal
        case .trigger(let signal): "words for \(signal)"
        case .builtInSignal(let signal): "\(signal), built in"
        case .shape: "reply's route"
        case .transferTool(let tool): tool.rawValue
        case .routingDefault: "default"
        case .handoffTarget: "handoff target"
        case .noSignal: "no signal"
        case .member: "member"
        case .aggregation: "aggregates"
        case .joined: "joined"
        case .answer: "answer"
        case .tool(let tool): "tool \(tool)"
        }
    }
}

extension [CrewFlow.Edge] {
    /// A way on one line, such as `desk –[BILLING]→ billing –no signal→ the end`.
    public var line: String {
        guard let first else { return "" }
        return reduce(into: "\(first.from)") { $0 += " –\($1.reason)→ \($1.to)" }
    }

    /// The same, with the middle of a long way left out.
    var shortLine: String {
        guard count > 6 else { return line }
        return [CrewFlow.Edge](prefix(3)).line + " … " + [CrewFlow.Edge](suffix(2)).line
    }
}
