/// Looks a definition over: each check adds what it finds, none stops the others.
struct DefinitionCheck {
    private let crew: CrewDefinition
    private let agents: Set<AgentID>
    private let groups: Set<GroupID>
    private let tools: Set<ToolName>
    private(set) var problems: [DefinitionProblem] = []

    init(_ crew: CrewDefinition, tools: Set<ToolName>, prices: PriceTable) {
        self.crew = crew
        self.agents = Set(crew.agents.map(\.id))
        self.groups = Set(crew.routing.groups.keys)
        self.tools = tools.union(crew.tools.map(\.name))
        checkAgents()
        checkEntryPoint()
        checkSettings()
        checkSignals()
        checkDefaults()
        checkBehaviors()
        checkGroups()
        problems += DeclaredToolCheck(crew, agents: agents).problems
        problems += ServerCheck(crew).problems
        problems += BudgetCheck(crew, prices: prices).problems
        problems += FlowCheck(crew, prices: prices).problems
    }

    private mutating func add(
        _ severity: DefinitionProblem.Severity, _ code: String, at path: DefinitionPath,
        _ message: String, suggestion: String? = nil
    ) {
        problems.append(
            DefinitionProblem(severity, code, at: path, message, suggestion: suggestion))
    }

    private func nearestAgent(to word: String) -> String? {
        NearestWord.suggestion(for: word, among: agents.map(\.rawValue))
    }

    private func nearestTarget(to word: String) -> String? {
        NearestWord.suggestion(
            for: word, among: agents.map(\.rawValue) + groups.map(\.rawValue))
    }
}

extension DefinitionCheck {
    private mutating func checkAgents() {
        if crew.agents.isEmpty {
            add(
                .error, "no_agents", at: .crew("agents"), "the crew has no agents",
                suggestion: "list at least one agent and give it a file in agents/")
        }
        var seen: Set<AgentID> = []
        for (index, agent) in crew.agents.enumerated() {
            let path = DefinitionPath.crew("agents").appending(index)
            if agent.id.rawValue.isEmpty {
                add(.error, "missing_id", at: path, "an agent has no id")
            } else if !seen.insert(agent.id).inserted {
                add(
                    .error, "duplicate_agent", at: path,
                    "agent '\(agent.id)' is listed twice",
                    suggestion: "give one of them another id")
            }
            check(agent)
        }
    }

    private mutating func check(_ agent: AgentDefinition) {
        if agent.name.isEmpty {
            add(
                .warning, "missing_name", at: .agent(agent.id, "name"),
                "agent '\(agent.id)' has no name", suggestion: "its id will be shown instead")
        }
        if let temperature = agent.temperature, !(0...2).contains(temperature) {
            add(
                .error, "out_of_range", at: .agent(agent.id, "temperature"),
                "temperature must be between 0 and 2, got \(temperature)")
        }
        if let bound = agent.maxOutputTokens, bound < 1 {
            add(
                .error, "out_of_range", at: .agent(agent.id, "max_tokens"),
                "max_tokens must be at least 1, got \(bound)")
        }
        for problem in agent.responseSchema.map(SchemaProblem.all) ?? [] {
            add(
                problem.severity, problem.code,
                at: DefinitionPath(
                    .agent(agent.id), [.key("response_schema")] + problem.path),
                "response_schema of agent '\(agent.id)': \(problem.message)",
                suggestion: problem.suggestion)
        }
        for (index, tool) in agent.tools.enumerated() where !tools.contains(tool) {
            check(
                tool, of: agent, at: DefinitionPath.agent(agent.id, "tools").appending(index))
        }
        for (index, target) in agent.handoffTargets.enumerated() where !agents.contains(target) {
            add(
                .warning, "unknown_target",
                at: DefinitionPath.agent(agent.id, "handoff_targets").appending(index),
                "handoff target '\(target)' of agent '\(agent.id)' does not exist",
                suggestion: nearestAgent(to: target.rawValue))
        }
    }

    /// A tool of an agent that is none of the crew's own or built-in ones.
    private mutating func check(
        _ tool: ToolName, of agent: AgentDefinition, at path: DefinitionPath
    ) {
        if let problem = ServerCheck.problem(of: tool, in: crew) {
            add(
                .warning, problem.code, at: path,
                "\(problem.message); agent '\(agent.id)' goes without it",
                suggestion: problem.suggestion)
        } else if !crew.isServerTool(tool) {
            add(
                .warning, "unknown_tool", at: path,
                "there is no tool '\(tool)'; agent '\(agent.id)' goes without it",
                suggestion: NearestWord.suggestion(
                    for: tool.rawValue, among: tools.map(\.rawValue)))
        }
    }

    private mutating func checkEntryPoint() {
        guard let entry = crew.entryPoint, !agents.contains(entry) else { return }
        add(
            .error, "unknown_agent", at: .crew("entry_point"),
            "entry_point '\(entry)' is not an agent of the crew",
            suggestion: nearestAgent(to: entry.rawValue))
    }

    private mutating func checkSettings() {
        let settings = crew.settings
        let counts: [(key: String, value: Int, least: Int)] = [
            ("max_rounds", settings.maxRounds, 1),
            ("max_handoffs", settings.maxHandoffs, 0),
            ("max_parallel_tools", settings.maxParallelTools, 1),
            ("max_tool_output_chars", settings.maxToolOutput, 1),
            ("max_total_tool_output_chars", settings.maxTotalToolOutput, 1),
            ("max_context_window", settings.contextWindow, 1),
            ("stream_buffer_size", settings.feedBuffer, 1),
            ("max_tokens_per_run", settings.maxTokens ?? 1, 1),
        ]
        for count in counts where count.value < count.least {
            add(
                .error, "out_of_range", at: .crew("settings", count.key),
                "\(count.key) must be at least \(count.least), got \(count.value)")
        }
        let times: [(key: String, value: Duration)] = [
            ("timeout_seconds", settings.timeout),
            ("parallel_timeout_seconds", settings.memberTimeout),
            ("tool_execution_timeout_seconds", settings.toolTimeout),
            ("tool_result_timeout_seconds", settings.toolBatchTimeout),
        ]
        for time in times where time.value <= .zero {
            add(
                .error, "out_of_range", at: .crew("settings", time.key),
                "\(time.key) must be more than 0")
        }
        checkPauseAnswer(settings)
        if !(0..<1).contains(settings.contextTrimShare) {
            add(
                .error, "out_of_range", at: .crew("settings", "context_trim_percent"),
                "context_trim_percent must be at least 0 and below 100")
        }
    }
}

extension DefinitionCheck {
    private mutating func checkPauseAnswer(_ settings: CrewSettings) {
        guard let answer = settings.pauseAnswer else { return }
        let place = DefinitionPath.crew("settings", "pause_answer")
        if settings.pauseTimeout == nil {
            add(
                .warning, "no_effect", at: place,
                "pause_answer is never taken, as pause_timeout_seconds is 0")
        }
        if answer.utf8.count > settings.maxInputBytes {
            add(.error, "out_of_range", at: place, "pause_answer is longer than an input may be")
        }
    }

    private mutating func checkSignals() {
        for (agent, routes) in crew.routing.signals.sorted(by: { $0.key < $1.key }) {
            let path = DefinitionPath.crew("routing", "signals", agent.rawValue)
            if !agents.contains(agent) {
                add(
                    .error, "unknown_agent", at: path,
                    "signals are given for agent '\(agent)', which does not exist",
                    suggestion: nearestAgent(to: agent.rawValue))
            }
            var seen: [String: String] = [:]
            for (index, route) in routes.enumerated() {
                check(route, of: agent, at: path.appending(index))
                let key = SignalSpelling(route.signal).normalized
                if let earlier = seen.updateValue(route.signal, forKey: key) {
                    add(
                        .warning, "duplicate_signal", at: path.appending(index).appending("signal"),
                        "agent '\(agent)' has '\(route.signal)' besides '\(earlier)': "
                            + "a reply cannot tell them apart, the first one wins")
                }
            }
        }
    }

    private mutating func check(
        _ route: SignalRoute, of agent: AgentID, at path: DefinitionPath
    ) {
        if !SignalSpelling.isWellFormed(route.signal) {
            add(
                .error, "invalid_signal", at: path.appending("signal"),
                "'\(route.signal)' is not a signal",
                suggestion: "write a name in brackets, such as [END_EXAM]")
        }
        if let occurs = route.maxOccurs, occurs < 1 {
            add(
                .error, "out_of_range", at: path.appending("max_occurs"),
                "max_occurs must be at least 1, got \(occurs)")
        }
        guard let target = route.target, !target.isEmpty else { return }
        guard !agents.contains(AgentID(target)), !groups.contains(GroupID(target)) else { return }
        add(
            .error, "unknown_target", at: path.appending("target"),
            "signal '\(route.signal)' of agent '\(agent)' leads to '\(target)', "
                + "which is neither an agent nor a group",
            suggestion: nearestTarget(to: target))
    }

    private mutating func checkDefaults() {
        for (agent, target) in crew.routing.defaults.sorted(by: { $0.key < $1.key }) {
            let path = DefinitionPath.crew("routing", "defaults", agent.rawValue)
            if !agents.contains(agent) {
                add(
                    .error, "unknown_agent", at: path,
                    "a default is given for agent '\(agent)', which does not exist",
                    suggestion: nearestAgent(to: agent.rawValue))
            }
            guard let target, !agents.contains(target) else { continue }
            add(
                .error, "unknown_target", at: path,
                "the default of agent '\(agent)' is '\(target)', which does not exist",
                suggestion: nearestAgent(to: target.rawValue))
        }
    }

    private mutating func checkBehaviors() {
        for agent in crew.routing.behaviors.keys.sorted() where !agents.contains(agent) {
            add(
                .error, "unknown_agent",
                at: .crew("routing", "agent_behaviors", agent.rawValue),
                "a behaviour is given for agent '\(agent)', which does not exist",
                suggestion: nearestAgent(to: agent.rawValue))
        }
    }

    private mutating func checkGroups() {
        for (id, group) in crew.routing.groups.sorted(by: { $0.key < $1.key }) {
            let path = DefinitionPath.crew("routing", "parallel_groups", id.rawValue)
            if agents.contains(AgentID(id.rawValue)) {
                add(
                    .error, "ambiguous_name", at: path,
                    "'\(id)' is the name of a group and of an agent")
            }
            check(group, id, at: path)
        }
    }

    private mutating func check(
        _ group: ParallelGroup, _ id: GroupID, at path: DefinitionPath
    ) {
        if group.agents.isEmpty {
            add(.error, "empty_group", at: path, "group '\(id)' has no agents")
        }
        for (index, member) in group.agents.enumerated() {
            let place = path.appending("agents").appending(index)
            if !agents.contains(member) {
                add(
                    .error, "unknown_agent", at: place,
                    "group '\(id)' lists agent '\(member)', which does not exist",
                    suggestion: nearestAgent(to: member.rawValue))
            } else if group.agents.firstIndex(of: member) != index {
                add(.error, "duplicate_member", at: place, "group '\(id)' lists '\(member)' twice")
            }
        }
        if let next = group.nextAgent, !agents.contains(next) {
            add(
                .error, "unknown_agent", at: path.appending("next_agent"),
                "next_agent '\(next)' of group '\(id)' does not exist",
                suggestion: nearestAgent(to: next.rawValue))
        }
        if let timeout = group.timeout, timeout <= .zero {
            add(
                .error, "out_of_range", at: path.appending("timeout_seconds"),
                "timeout_seconds of group '\(id)' must be more than 0")
        }
    }
}
