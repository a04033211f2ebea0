extension RunState {
    /// What follows from a reply that asked for no tools. The signal is read here, once.
    func route(replyOf agent: AgentID) -> [RunEvent] {
        if let aggregating, aggregating.agent == agent { return passOn(by: aggregating) }
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
        return choice.warnings
            + follow(match.route, of: definition, level: match.level, reason: .signal)
    }

    /// A group's results are one text now.
    private func passOn(by aggregating: Aggregating) -> [RunEvent] {
        guard let next = aggregating.next else { return end(.completed) }
        return handOff(from: aggregating.agent, to: next, reason: .group)
    }

    /// What following a signal's route does.
    private func follow(
        _ route: ResolvedRoute, of agent: ValidatedCrew.Agent, level: SignalMatchLevel,
        reason: HandoffReason
    ) -> [RunEvent] {
        let matched = SignalMatched(
            agent: agent.id, signal: route.signal, level: level, target: route.target.label)
        return [.signalMatched(matched)]
            + follow(
                route.target, from: agent.id, reason: reason, signal: route.signal, route: route)
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
        guard let route = agent.routes.first(where: { $0.signal == signal }) else {
            return follow(choice.target, from: agent.id, reason: .schema, signal: signal)
        }
        return follow(route, of: agent, level: .exact, reason: .schema)
    }

    /// What follows when a reply held no signal.
    private func followUp(of agent: ValidatedCrew.Agent) -> [RunEvent] {
        if agent.waitsForSignal { return [pauseForInput(of: agent.id)] }
        guard !agent.isTerminal, let fallback = agent.fallback else { return end(.completed) }
        return handOff(from: agent.id, to: fallback.agent, reason: fallback.reason)
    }

    /// What following a route does.
    ///
    /// - Parameter route: of the signal, or the agent's route to that target when there was none.
    func follow(
        _ target: RouteTarget, from agent: AgentID, reason: HandoffReason, signal: String = "",
        route: ResolvedRoute? = nil
    ) -> [RunEvent] {
        let route = route ?? crew.agent(agent)?.written.first { $0.target == target }
        switch target {
        case .agent(let next):
            return handOff(from: agent, to: next, reason: reason, input: text(of: route, by: agent))
        case .group(let group): return fanOut(to: group, from: agent, text(of: route, by: agent))
        case .crew(let crew): return ask(crew, from: agent, route)
        case .external(let party):
            var pause = pause(of: route?.returnTo ?? agent, for: .external)
            (pause.party, pause.question) = (party, text(of: route, by: agent))
            return [.paused(pause)]
        case .end: return end(.terminated(by: signal))
        case .pause: return [pauseForInput(of: route?.returnTo ?? agent)]
        }
    }

    func handOff(
        from: AgentID, to: AgentID, reason: HandoffReason, input: String? = nil
    ) -> [RunEvent] {
        guard handoffs < crew.settings.maxHandoffs else { return end(.limitReached(.handoffs)) }
        return [.handedOff(HandedOff(from: from, to: to, reason: reason, input: input))]
    }

    /// Lets another crew work for a call that no model has made.
    private func ask(_ name: ToolName, from agent: AgentID, _ route: ResolvedRoute?) -> [RunEvent] {
        guard handoffs < crew.settings.maxHandoffs else { return end(.limitReached(.handoffs)) }
        let input =
            text(of: route, by: agent)
            ?? filled(.usual(hasReply: !lastReply(of: agent).isEmpty), by: agent)
        let call = ToolCall(
            id: ToolCallID("signal_\(totalRounds)"), name: name,
            arguments: ["input": .string(input)], origin: .signal)
        let asked = CrewAsked(agent: agent, call: call, returnTo: route?.returnTo ?? agent)
        return [.crewAsked(asked)]
    }

    /// What follows when another crew has answered, or has failed to.
    func goOn(after asked: CrewAsked) -> Step {
        guard asked.returnTo != asked.agent else { return startTurn(of: asked.agent) }
        return .record(handOff(from: asked.agent, to: asked.returnTo, reason: .subCrew))
    }

    private func fanOut(
        to id: GroupID, from agent: AgentID, _ input: String?
    ) -> [RunEvent] {
        guard handoffs < crew.settings.maxHandoffs else { return end(.limitReached(.handoffs)) }
        guard let group = crew.group(id) else { return end(.completed) }
        let members = group.agents.map { member in
            GroupStarted.Member(branch: BranchID("\(groups + 1).\(id).\(member)"), agent: member)
        }
        return [.groupStarted(GroupStarted(group: id, from: agent, members: members, input: input))]
    }
}

/// What targets read.
extension RunState {
    private func text(of route: ResolvedRoute?, by agent: AgentID) -> String? {
        route?.input.map { filled($0, by: agent) }
    }

    private func filled(_ template: InputTemplate, by agent: AgentID) -> String {
        let input = entries.last { if case .user = $0 { true } else { false } }
        var said = ""
        if case .user(let text)? = input { said = text }
        return template.filled(
            input: said, reply: lastReply(of: agent),
            agent: crew.agent(agent)?.definition.name ?? agent.rawValue)
    }

    /// What the agent has just said, without its signals.
    private func lastReply(of agent: AgentID) -> String {
        guard case .agent(let message)? = entries.last else { return "" }
        return crew.agent(agent)?.signals.withoutSignals(message.text) ?? message.text
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
