extension FlowCheck {
    mutating func checkCycles() {
        for cycle in flow.cycles(among: reached) { check(cycle) }
    }

    private mutating func check(_ cycle: CrewFlow.Cycle) {
        guard let first = cycle.way.first else { return }
        let place = first.path ?? first.from.agent.map { .agent($0) } ?? .crew("routing")
        let others = cycle.places.count - Set(cycle.way.map(\.from)).count
        let round =
            cycle.way.shortLine
            + (others > 0 ? " (\(others) more places belong to it)" : "")
        let meant = cycle.exits.filter { !$0.reason.isBuiltIn || isMentioned($0) }
        guard meant.isEmpty else {
            let exits = meant.prefix(3).map { "\($0.from) –\($0.reason)→ \($0.to)" }
            return add(
                .note, "flow_cycle", at: place,
                "a run can go round: \(round); it is left by \(exits.joined(separator: ", "))"
                    + (meant.count > 3 ? " and \(meant.count - 3) more" : ""))
        }
        let advice =
            "give one of them a signal with target: null, is_terminal or wait_for_signal"
        guard cycle.exits.isEmpty else {
            return add(
                .warning, "endless_cycle", at: place,
                "a run goes round: \(round); only a built-in signal that no prompt mentions "
                    + "leaves it, or a limit", suggestion: advice)
        }
        add(
            .error, "endless_cycle", at: place,
            "a run goes round and nothing leaves it: \(round)", suggestion: advice)
    }

    /// Whether the agent's own words tell it of the signal.
    private func isMentioned(_ edge: CrewFlow.Edge) -> Bool {
        guard case .builtInSignal(let signal) = edge.reason, case .agent(let id) = edge.from,
            let agent = agents[id]
        else { return false }
        let texts = [agent.systemPrompt, agent.description, agent.backstory, agent.role]
        return texts.contains { $0.uppercased().contains(signal) }
    }
}
