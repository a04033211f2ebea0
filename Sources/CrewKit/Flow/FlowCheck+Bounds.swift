extension FlowCheck {
    mutating func checkBounds() {
        check(
            .handoffs, limit: crew.settings.maxHandoffs, key: "max_handoffs",
            takes: "changes of agent")
        check(.rounds, limit: crew.settings.maxRounds, key: "max_rounds", takes: "model calls")
    }

    private mutating func check(
        _ bound: CrewFlow.Bound, limit: Int, key: String, takes: String
    ) {
        // A limit out of its range is told as that.
        guard limit >= (bound == .rounds ? 1 : 0) else { return }
        let near = flow.reached(within: limit, bound)
        let place = DefinitionPath.crew("settings", key)
        if !near.contains(where: \.isRest), let end = shortestWay(to: { $0.isRest }) {
            // A built-in signal may still end it, at any time.
            add(
                crew.settings.usesBuiltInSignals ? .warning : .error, "limit_before_end", at: place,
                "no end is in reach: the shortest way to one, \(end.shortLine), takes "
                    + "\(takenBy(end, bound)) \(takes), and \(key) is \(limit)",
                suggestion: "raise it to \(takenBy(end, bound)) at least")
            return
        }
        let far = flow.nodes.filter { reached.contains($0) && !near.contains($0) }.filter {
            if case .agent = $0 { return true }
            return false
        }
        let isFar = Set(far)
        guard let way = shortestWay(to: isFar.contains) else { return }
        let names = far.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
        add(
            .warning, "limit_before_agent", at: place,
            "\(key) is \(limit), which is too little to come to \(names)"
                + (far.count > 5 ? " and \(far.count - 5) more" : "")
                + ": the way \(way.shortLine) takes \(takenBy(way, bound)) \(takes)",
            suggestion: "raise it to \(takenBy(way, bound)) at least")
    }

    private func takenBy(_ way: [CrewFlow.Edge], _ bound: CrewFlow.Bound) -> Int {
        let first = bound == .rounds ? 1 : 0
        return way.reduce((now: first, most: first)) { sum, edge in
            let now = edge.from.isRest ? first : sum.now + CrewFlow.cost(of: edge, bound)
            return (now, max(sum.most, now))
        }.most
    }

    private func shortestWay(to isTarget: (CrewFlow.Node) -> Bool) -> [CrewFlow.Edge]? {
        flow.entry.flatMap { flow.way(from: $0, to: isTarget) { !$0.reason.isBuiltIn } }
    }
}

/// Times within times.
extension FlowCheck {
    mutating func checkTimes() {
        let run = crew.settings.timeout
        guard run > .zero else { return }
        let usual = CrewSettings().memberTimeout
        let groups = crew.routing.groups.sorted { $0.key < $1.key }
        if !groups.isEmpty, crew.settings.memberTimeout != usual,
            crew.settings.memberTimeout > run
        {
            add(
                .warning, "timeout_never_reached",
                at: .crew("settings", "parallel_timeout_seconds"),
                "parallel_timeout_seconds is longer than timeout_seconds, which ends the run before"
            )
        }
        for (id, group) in groups {
            guard let timeout = group.timeout, timeout > run else { continue }
            add(
                .warning, "timeout_never_reached",
                at: Self.place(of: id).appending("timeout_seconds"),
                "timeout_seconds of group '\(id)' is longer than that of the run, which ends before",
                suggestion: "raise timeout_seconds of the settings")
        }
        for tool in crew.tools {
            guard tool.isSubrun, let timeout = tool.timeout, timeout > run else { continue }
            add(
                .warning, "timeout_never_reached",
                at: .crew("tools", tool.name.rawValue, "timeout_seconds"),
                "timeout_seconds of '\(tool.name)' is longer than that of the run, which ends before"
            )
        }
    }
}

extension DeclaredTool {
    /// Whether a run works for its calls.
    fileprivate var isSubrun: Bool {
        switch work {
        case .agent, .crew: true
        case .command, .http: false
        }
    }
}
