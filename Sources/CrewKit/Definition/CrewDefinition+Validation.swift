extension CrewDefinition {
    /// Everything that is wrong or odd about the definition, in the order of its parts.
    ///
    /// - Parameters:
    ///   - tools: the tools that exist; the crew's own command tools are known already.
    ///   - prices: what models cost whose price the crew does not say.
    public func problems(
        tools: Set<ToolName>, prices: PriceTable = .bundled
    ) -> [DefinitionProblem] {
        let check = DefinitionCheck(self, tools: tools, prices: prices)
        let found = check.problems
        guard settings.isStrict else { return found }
        return found.map { problem in
            var problem = problem
            if problem.severity == .warning { problem.severity = .error }
            return problem
        }
    }

    /// The definition in the form that can run.
    ///
    /// - Throws: `invalidDefinition` with all errors, not only the first.
    public func validated(
        tools: Set<ToolName>, prices: PriceTable = .bundled
    ) throws(CrewError) -> ValidatedCrew {
        let errors = problems(tools: tools, prices: prices).filter { $0.severity == .error }
        guard errors.isEmpty else {
            let lines = errors.map { "\($0.path): \($0.message)" }
            throw CrewError(.invalidDefinition, lines.joined(separator: "\n"))
        }
        return try resolved(tools: tools)
    }

    /// The form that can run of a definition in which no errors were found.
    ///
    /// - Throws: `invalidDefinition` without an agent.
    package func resolved(tools: Set<ToolName>) throws(CrewError) -> ValidatedCrew {
        guard let first = entryPoint ?? agents.first?.id else {
            throw CrewError(.invalidDefinition, "the crew has no agents")
        }
        let known = tools.union(self.tools.map(\.name))
        let resolved = agents.map { ($0.id, resolve($0, tools: known)) }
        return ValidatedCrew(
            definition: self, entryPoint: first,
            agents: Dictionary(resolved, uniquingKeysWith: { $1 }))
    }

    private func resolve(_ agent: AgentDefinition, tools: Set<ToolName>) -> ValidatedCrew.Agent {
        let behavior = routing.behaviors[agent.id]
        let written = configuredRoutes(of: agent.id) + builtInRoutes(for: agent.id)
        // With native tools only, text still ends and pauses; it does not hand over.
        let routes = agent.routing == .tools ? written.filter { $0.target.name == nil } : written
        let known = agent.tools.filter { tools.contains($0) || isServerTool($0) }
        let patterns = known.filter(\.isPattern)
        return ValidatedCrew.Agent(
            definition: agent,
            routes: routes, written: written,
            isTerminal: behavior?.isTerminal ?? agent.isTerminal,
            waitsForSignal: behavior?.waitForSignal ?? false,
            fallback: fallback(of: agent),
            nativeTargets: nativeTargets(of: agent),
            tools: known.filter { !$0.isPattern },
            toolPatterns: patterns,
            systemPrompt: SystemPrompt(crew: self).text(for: agent),
            signals: SignalReader(routes: routes, settings: settings))
    }

    private func configuredRoutes(of agent: AgentID) -> [ResolvedRoute] {
        (routing.signals[agent] ?? []).map { route in
            let meaning = SignalRegistry.meaning(of: route.signal)
            return ResolvedRoute(
                signal: route.signal, target: target(of: route),
                priority: route.priority ?? meaning?.priority ?? SignalRegistry.usualPriority,
                maxOccurs: route.maxOccurs,
                input: route.inputTemplate.flatMap {
                    $0.isEmpty ? nil : InputTemplate(text: $0)
                },
                returnTo: route.returnTo, trigger: route.trigger)
        }
    }

    private func target(of route: SignalRoute) -> RouteTarget {
        switch route.type {
        case .pause: return .pause
        case .terminate: return .end
        case .external: return .external(route.target ?? "")
        case .subCrew: return .crew(ToolName(route.target ?? ""))
        case .route: break
        }
        guard let target = route.target, !target.isEmpty else { return .end }
        let isAgent = agents.contains { $0.id.rawValue == target }
        return isAgent ? .agent(AgentID(target)) : .group(GroupID(target))
    }

    /// Built-in signals that act by themselves, unless the agent has a route of that name.
    private func builtInRoutes(for agent: AgentID) -> [ResolvedRoute] {
        guard settings.usesBuiltInSignals else { return [] }
        let own = Set((routing.signals[agent] ?? []).map { SignalSpelling($0.signal).normalized })
        return SignalRegistry.builtIn.compactMap { meaning in
            guard !own.contains(SignalSpelling(meaning.signal).normalized) else { return nil }
            let target: RouteTarget
            switch meaning.behavior {
            case .terminate: target = .end
            case .pause: target = .pause
            case .route: return nil
            }
            return ResolvedRoute(
                signal: meaning.signal, target: target, priority: meaning.priority)
        }
    }

    private func fallback(of agent: AgentDefinition) -> ValidatedCrew.Fallback? {
        guard routing.behaviors[agent.id]?.autoRoute ?? true else { return nil }
        if let configured = routing.defaults[agent.id] {
            return configured.map { ValidatedCrew.Fallback(agent: $0, reason: .routingDefault) }
        }
        let known = Set(agents.map(\.id))
        return agent.handoffTargets.first { known.contains($0) && $0 != agent.id }
            .map { ValidatedCrew.Fallback(agent: $0, reason: .handoffTarget) }
    }

    private func nativeTargets(of agent: AgentDefinition) -> [RouteTarget] {
        let signals = (routing.signals[agent.id] ?? []).map(target(of:))
        switch agent.routing {
        case .signals, .schema: return []
        case .auto where !signals.isEmpty || agent.toolCalls == .text: return []
        case .auto, .tools: break
        }
        let known = Set(agents.map(\.id))
        let handoffs = agent.handoffTargets.filter { known.contains($0) && $0 != agent.id }
            .map(RouteTarget.agent)
        // Each tool name once: endpoints refuse a request with two tools of one name.
        var names: Set<ToolName> = []
        return (signals + handoffs).filter { target in
            target.name != nil && names.insert(HandoffTool.name(for: target)).inserted
        }
    }
}
