extension RunState {
    /// What follows from a reply that asked for no tools. The signal is read here, once.
    func route(replyOf agent: AgentID) -> [RunEvent] {
        guard !isAlone else { return end(.completed) }
        guard let definition = crew.agent(agent), case .agent(let message)? = entries.last else {
            return end(.completed)
        }
        if let route = message.route { return follow(route, of: definition) }
        let choice = definition.signals
            .choose(in: message.text, by: agent, followed: followed)
        guard let match = choice.match else {
            return choice.warnings + followUp(of: definition)
        }
        let matched = RunEvent.signalMatched(
            SignalMatched(
                agent: agent, signal: match.route.signal, level: match.level,
                target: match.route.target.name))
        return choice.warnings + [matched]
            + follow(match.route.target, from: agent, reason: .signal, signal: match.route.signal)
    }

    /// What follows from the route that a reply's shape names.
    private func follow(_ route: String, of agent: ValidatedCrew.Agent) -> [RunEvent] {
        guard let choice = crew.routeChoices(of: agent).first(where: { $0.name == route }) else {
            // It was asked for by name that nobody takes over.
            return agent.waitsForSignal ? [pauseForInput(of: agent.id)] : end(.completed)
        }
        guard let signal = choice.signal else {
            return follow(choice.target, from: agent.id, reason: .schema)
        }
        let matched = SignalMatched(
            agent: agent.id, signal: signal, level: .exact, target: choice.target.name)
        return [.signalMatched(matched)]
            + follow(choice.target, from: agent.id, reason: .schema, signal: signal)
    }

    /// What follows when a reply held no signal.
    private func followUp(of agent: ValidatedCrew.Agent) -> [RunEvent] {
        if agent.waitsForSignal { return [pauseForInput(of: agent.id)] }
        guard !agent.isTerminal, let fallback = agent.fallback else { return end(.completed) }
        return handOff(from: agent.id, to: fallback.agent, reason: fallback.reason)
    }

    /// What following a route does.
    func follow(
        _ target: RouteTarget, from agent: AgentID, reason: HandoffReason, signal: String = ""
    ) -> [RunEvent] {
        switch target {
        case .agent(let next): handOff(from: agent, to: next, reason: reason)
        case .group(let group): fanOut(to: group, from: agent)
        case .end: end(.terminated(by: signal))
        case .pause: [pauseForInput(of: agent)]
        }
    }

    func handOff(from: AgentID, to: AgentID, reason: HandoffReason) -> [RunEvent] {
        guard handoffs < crew.settings.maxHandoffs else { return end(.limitReached(.handoffs)) }
        return [.handedOff(HandedOff(from: from, to: to, reason: reason))]
    }

    private func fanOut(to id: GroupID, from agent: AgentID) -> [RunEvent] {
        guard handoffs < crew.settings.maxHandoffs else { return end(.limitReached(.handoffs)) }
        guard let group = crew.group(id) else { return end(.completed) }
        let members = group.agents.map { member in
            GroupStarted.Member(branch: BranchID("\(groups + 1).\(id).\(member)"), agent: member)
        }
        return [.groupStarted(GroupStarted(group: id, from: agent, members: members))]
    }
}

extension RunState {
    /// Results for calls of `transfer_to_…` tools, which no tool performs: the first one counts.
    func transferResults(in batch: ToolBatch, of agent: AgentID) -> [RunEvent] {
        let chosen = chosenTransfer(in: batch, of: agent)?.call
        return batch.unfinished.compactMap { call in
            guard let target = transferTarget(of: call, by: agent) else { return nil }
            let isChosen = call.id == chosen
            let output =
                isChosen
                ? "Handing over to \(target.name ?? "")."
                : "Not done: another handover of the same reply came first."
            return .toolReturned(
                ToolReturned(
                    agent: agent,
                    result: ToolResult(
                        call: call.id, name: call.name, status: isChosen ? .success : .error,
                        output: output)))
        }
    }

    func transfer(in batch: ToolBatch, of agent: AgentID) -> RouteTarget? {
        chosenTransfer(in: batch, of: agent)?.target
    }

    private func chosenTransfer(
        in batch: ToolBatch, of agent: AgentID
    ) -> (call: ToolCallID, target: RouteTarget)? {
        guard !isAlone else { return nil }
        for call in batch.calls {
            if let target = transferTarget(of: call, by: agent) { return (call.id, target) }
        }
        return nil
    }

    private func transferTarget(of call: ToolCall, by agent: AgentID) -> RouteTarget? {
        guard !isAlone else { return nil }
        return crew.agent(agent)?.nativeTargets.first { HandoffTool.name(for: $0) == call.name }
    }
}
