extension DefinitionCheck {
    mutating func checkSignals() {
        for (agent, routes) in crew.routing.signals.sorted(by: { $0.key < $1.key }) {
            let path = DefinitionPath.crew("routing", "signals", agent.rawValue)
            if !agents.contains(agent) {
                add(
                    .error, "unknown_agent", at: path,
                    "signals are given for agent '\(agent)', which does not exist",
                    suggestion: nearestAgent(to: agent.rawValue))
            }
            for (index, route) in routes.enumerated() {
                check(route, of: agent, at: path.appending(index))
            }
            checkCollisions(of: routes, agent, at: path)
        }
    }

    /// The form in which two signals are the same one to this crew.
    func folded(_ signal: String) -> String {
        let spelling = SignalSpelling(signal)
        return crew.settings.foldsDiacritics ? spelling.withoutDiacritics : spelling.normalized
    }

    private mutating func checkCollisions(
        of routes: [SignalRoute], _ agent: AgentID, at path: DefinitionPath
    ) {
        var seen: [String: String] = [:]
        for (index, route) in routes.enumerated() {
            guard let earlier = seen.updateValue(route.signal, forKey: folded(route.signal)) else {
                continue
            }
            add(
                .warning, "duplicate_signal", at: path.appending(index).appending("signal"),
                earlier == route.signal
                    ? "agent '\(agent)' has '\(route.signal)' twice; the first one wins"
                    : "agent '\(agent)' has '\(route.signal)' besides '\(earlier)': "
                        + "a reply cannot tell them apart, the first one wins",
                suggestion: earlier == route.signal ? "remove one of them" : "rename one of them")
        }
    }

    private mutating func check(
        _ route: SignalRoute, of agent: AgentID, at path: DefinitionPath
    ) {
        if route.signal.isEmpty {
            add(
                .error, "invalid_signal", at: path.appending("signal"),
                "a route of agent '\(agent)' has no signal",
                suggestion: "write a name in brackets, such as [END_EXAM]")
        } else if !SignalSpelling.isWellFormed(route.signal) {
            let name = route.signal.filter { $0 != "[" && $0 != "]" && !$0.isNewline }
            add(
                .error, "invalid_signal", at: path.appending("signal"),
                "'\(route.signal.prefix(80))' is not a signal",
                suggestion: name.isEmpty || name.count > 60
                    ? "write a name in brackets, such as [END_EXAM]" : "write \"[\(name)]\"")
        }
        if let occurs = route.maxOccurs, occurs < 1 {
            add(
                .error, "out_of_range", at: path.appending("max_occurs"),
                "max_occurs must be at least 1, got \(occurs)")
        }
        checkTarget(of: route, agent, at: path)
        checkRest(of: route, at: path)
        if let trigger = route.trigger { check(trigger, at: path.appending("when")) }
    }

    private mutating func checkTarget(
        of route: SignalRoute, _ agent: AgentID, at path: DefinitionPath
    ) {
        let place = path.appending("target")
        let target = route.target ?? ""
        switch route.type {
        case .route:
            guard !target.isEmpty, !agents.contains(AgentID(target)),
                !groups.contains(GroupID(target))
            else { return }
            let isCrew = crewTools.contains(ToolName(target))
            add(
                .error, "unknown_target", at: place,
                "signal '\(route.signal)' of agent '\(agent)' leads to '\(target)', "
                    + "which is neither an agent nor a group",
                suggestion: isCrew
                    ? "add 'type: sub_crew' to let that crew work" : nearestTarget(to: target))
        case .subCrew:
            guard !crewTools.contains(ToolName(target)) else { return }
            add(
                .error, target.isEmpty ? "missing_target" : "unknown_target",
                at: target.isEmpty ? path : place,
                target.isEmpty
                    ? "signal '\(route.signal)' of agent '\(agent)' has type sub_crew and names no crew"
                    : "signal '\(route.signal)' of agent '\(agent)' leads to the crew '\(target)', "
                        + "which is not declared",
                suggestion: NearestWord.suggestion(
                    for: target, among: crewTools.map(\.rawValue))
                    ?? "add it under 'sub_crews', with its 'path'")
        case .external:
            guard target.isEmpty else { return }
            add(
                .warning, "missing_target", at: path,
                "signal '\(route.signal)' of agent '\(agent)' waits for an answer from outside, "
                    + "and does not say whose",
                suggestion: "add 'target:' with a name that whoever answers knows")
        case .pause, .terminate:
            guard !target.isEmpty else { return }
            add(
                .warning, "unused_target", at: place,
                "signal '\(route.signal)' has type \(route.type.rawValue); its target '\(target)' "
                    + "is ignored",
                suggestion: route.type == .pause
                    ? "remove it, or name who goes on with 'return_to'" : "remove it")
        }
    }

    /// `return_to` and `input_template`, each of which only some types use.
    private mutating func checkRest(of route: SignalRoute, at path: DefinitionPath) {
        if let next = route.returnTo {
            let place = path.appending("return_to")
            if route.type == .route || route.type == .terminate {
                add(
                    .warning, "no_effect", at: place,
                    "'return_to' has no effect on a signal of type \(route.type.rawValue)",
                    suggestion: "remove it; types pause, external and sub_crew use it")
            } else if !agents.contains(next) {
                add(
                    .error, "unknown_agent", at: place,
                    "return_to of signal '\(route.signal)' is '\(next)', which is not an agent",
                    suggestion: nearestAgent(to: next.rawValue))
            }
        }
        guard let template = route.inputTemplate else { return }
        let place = path.appending("input_template")
        let isEnd = route.type == .route && (route.target ?? "").isEmpty
        if isEnd || route.type == .pause || route.type == .terminate {
            add(
                .warning, "no_effect", at: place,
                "'input_template' has no effect on signal '\(route.signal)', as nobody reads it",
                suggestion: "remove it")
        }
        checkPlaceholders(
            in: template, "input_template of signal '\(route.signal)'",
            known: InputTemplate.places, mayHaveBlanks: true, at: place)
    }
}
