extension DefinitionCheck {
    mutating func checkDefaults() {
        for (agent, target) in crew.routing.defaults.sorted(by: { $0.key < $1.key }) {
            let path = DefinitionPath.crew("routing", "defaults", agent.rawValue)
            if !agents.contains(agent) {
                add(
                    .error, "unknown_agent", at: path,
                    "a default is given for agent '\(agent)', which does not exist",
                    suggestion: nearestAgent(to: agent.rawValue))
            }
            guard let target, !agents.contains(target) else { continue }
            if groups.contains(GroupID(target.rawValue)) {
                add(
                    .error, "unknown_target", at: path,
                    "the default of agent '\(agent)' is the group '\(target)'; it has to be an agent",
                    suggestion: "let a signal of '\(agent)' lead to the group")
                continue
            }
            add(
                .error, "unknown_target", at: path,
                "the default of agent '\(agent)' is '\(target)', which does not exist",
                suggestion: nearestAgent(to: target.rawValue))
        }
    }

    mutating func checkBehaviors() {
        checkConflicts()
        for agent in crew.routing.behaviors.keys.sorted() where !agents.contains(agent) {
            add(
                .error, "unknown_agent",
                at: .crew("routing", "agent_behaviors", agent.rawValue),
                "a behaviour is given for agent '\(agent)', which does not exist",
                suggestion: nearestAgent(to: agent.rawValue))
        }
    }

    /// Parts of a behaviour that say the opposite of each other.
    private mutating func checkConflicts() {
        for agent in crew.agents {
            let path = DefinitionPath.crew("routing", "agent_behaviors", agent.id.rawValue)
            let behavior = crew.routing.behaviors[agent.id]
            if behavior?.waitForSignal == true, behavior?.autoRoute == true {
                add(
                    .warning, "conflicting_behavior", at: path.appending("auto_route"),
                    "agent '\(agent.id)' waits for a person when it gave no signal; "
                        + "auto_route: true has no effect",
                    suggestion: "remove auto_route or wait_for_signal")
            }
            if behavior?.isTerminal == false, agent.isTerminal {
                add(
                    .warning, "conflicting_behavior", at: path.appending("is_terminal"),
                    "agent '\(agent.id)' says is_terminal: true in its file; false counts, as "
                        + "written here",
                    suggestion: "remove one of them")
            }
            if behavior?.isTerminal ?? agent.isTerminal {
                checkTerminal(agent, behavior)
            }
        }
    }

    /// An agent whose turn ends the run, and that has ways on all the same.
    private mutating func checkTerminal(_ agent: AgentDefinition, _ behavior: AgentBehavior?) {
        let name = agent.id.rawValue
        if behavior?.waitForSignal == true {
            add(
                .warning, "conflicting_behavior",
                at: .crew("routing", "agent_behaviors", name, "wait_for_signal"),
                "agent '\(name)' is terminal and waits for a signal: without one it waits, and does "
                    + "not end the run",
                suggestion: "remove wait_for_signal or is_terminal")
        }
        for (index, route) in (crew.routing.signals[agent.id] ?? []).enumerated() {
            guard route.type == .route, let target = route.target, !target.isEmpty else { continue }
            add(
                .warning, "terminal_with_routes",
                at: .crew("routing", "signals", name).appending(index).appending("target"),
                "agent '\(name)' is terminal, and its signal '\(route.signal)' hands over to "
                    + "'\(target)'",
                suggestion: "remove is_terminal, or let the signal end the run")
        }
        if !agent.handoffTargets.isEmpty {
            add(
                .warning, "terminal_with_routes", at: .agent(agent.id, "handoff_targets"),
                "agent '\(name)' is terminal, and has handoff targets",
                suggestion: "remove is_terminal or handoff_targets")
        }
        if case .some(.some(let target)) = crew.routing.defaults[agent.id] {
            add(
                .warning, "terminal_with_routes", at: .crew("routing", "defaults", name),
                "agent '\(name)' is terminal; its default '\(target)' is never taken",
                suggestion: "write null, or remove is_terminal")
        }
    }
}
