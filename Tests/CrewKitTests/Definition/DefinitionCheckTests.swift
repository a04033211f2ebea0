import Testing

@testable import CrewKit

/// A change to a sound crew, and the problem that it makes.
struct BrokenCrew: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let severity: DefinitionProblem.Severity
    let code: String
    let path: String
    let message: String
    let suggestion: String?
    let change: @Sendable (inout CrewDefinition) -> Void

    init(
        _ name: String, _ severity: DefinitionProblem.Severity, _ code: String, _ path: String,
        _ message: String, _ suggestion: String? = nil,
        _ change: @escaping @Sendable (inout CrewDefinition) -> Void
    ) {
        self.testDescription = name
        self.severity = severity
        self.code = code
        self.path = path
        self.message = message
        self.suggestion = suggestion
        self.change = change
    }

    static let sound = CrewDefinition(
        name: "test", agents: [AgentDefinition(id: "planner"), AgentDefinition(id: "writer")])

    var problems: [DefinitionProblem] {
        var crew = Self.sound
        change(&crew)
        // Most crews here declare tools for nobody.
        return crew.problems(tools: ["PingHost", "Load"])
            .filter { !["unused_tool", "unused_server"].contains($0.code) }
    }
}

extension BrokenCrew {
    static let agents: [BrokenCrew] = [
        BrokenCrew(
            "no agents", .error, "no_agents", "agents", "the crew has no agents",
            "list at least one agent and give it a file in agents/"
        ) { $0.agents = [] },
        BrokenCrew("an empty id", .error, "missing_id", "agents[1]", "an agent has no id") {
            $0.agents[1] = AgentDefinition(id: "", name: "Nobody")
        },
        BrokenCrew(
            "an id twice", .error, "duplicate_agent", "agents[2]",
            "agent 'writer' is listed twice", "give one of them another id"
        ) { $0.agents.append(AgentDefinition(id: "writer")) },
        BrokenCrew(
            "no name", .warning, "missing_name", "name", "agent 'writer' has no name",
            "its id will be shown instead"
        ) { $0.agents[1].name = "" },
        BrokenCrew(
            "a hot temperature", .error, "out_of_range", "temperature",
            "temperature must be between 0 and 2, got 2.1"
        ) { $0.agents[0].temperature = 2.1 },
        BrokenCrew(
            "no number as temperature", .error, "out_of_range", "temperature",
            "temperature must be between 0 and 2, got nan"
        ) { $0.agents[0].temperature = .nan },
        BrokenCrew(
            "no output", .error, "out_of_range", "max_tokens",
            "max_tokens must be at least 1, got 0"
        ) { $0.agents[0].maxOutputTokens = 0 },
        BrokenCrew(
            "an unknown tool", .warning, "unknown_tool", "tools[1]",
            "there is no tool 'PingHots'; agent 'planner' goes without it",
            "did you mean 'PingHost'?"
        ) { $0.agents[0].tools = ["Load", "PingHots"] },
        BrokenCrew(
            "an unknown handoff target", .warning, "unknown_target", "handoff_targets[0]",
            "handoff target 'Writer' of agent 'planner' does not exist", "did you mean 'writer'?"
        ) { $0.agents[0].handoffTargets = ["Writer"] },
        BrokenCrew(
            "an unknown entry point", .error, "unknown_agent", "entry_point",
            "entry_point 'zzzzzzzz' is not an agent of the crew", "known: planner, writer"
        ) { $0.entryPoint = "zzzzzzzz" },
    ]

    static let settings: [BrokenCrew] = [
        below("max_rounds", 1) { $0.settings.maxRounds = 0 },
        below("max_handoffs", 0, got: -1) { $0.settings.maxHandoffs = -1 },
        below("max_parallel_tools", 1) { $0.settings.maxParallelTools = 0 },
        below("max_tool_output_chars", 1) { $0.settings.maxToolOutput = 0 },
        below("max_total_tool_output_chars", 1) { $0.settings.maxTotalToolOutput = 0 },
        below("max_context_window", 1) { $0.settings.contextWindow = 0 },
        below("stream_buffer_size", 1) { $0.settings.feedBuffer = 0 },
        below("max_tokens_per_run", 1) { $0.settings.maxTokens = 0 },
        noTime("timeout_seconds") { $0.settings.timeout = .zero },
        noTime("parallel_timeout_seconds") { $0.settings.memberTimeout = .zero },
        noTime("tool_execution_timeout_seconds") { $0.settings.toolTimeout = .seconds(-1) },
        noTime("tool_result_timeout_seconds") { $0.settings.toolBatchTimeout = .zero },
        trim { $0.settings.contextTrimShare = 1 },
        trim { $0.settings.contextTrimShare = -0.1 },
        trim { $0.settings.contextTrimShare = .nan },
    ]

    static let routing: [BrokenCrew] = [
        BrokenCrew(
            "signals of nobody", .error, "unknown_agent", "routing.signals.planer",
            "signals are given for agent 'planer', which does not exist",
            "did you mean 'planner'?"
        ) { $0.routing.signals = ["planer": [SignalRoute("[A]")]] },
        BrokenCrew(
            "no signal", .error, "invalid_signal", "routing.signals.planner[0].signal",
            "'DONE' is not a signal", "write \"[DONE]\""
        ) { $0.routing.signals = ["planner": [SignalRoute("DONE")]] },
        BrokenCrew(
            "a signal to nowhere", .error, "unknown_target", "routing.signals.planner[1].target",
            "signal '[B]' of agent 'planner' leads to 'team', which is neither an agent nor a group",
            "did you mean 'teams'?"
        ) {
            $0.routing.groups = ["teams": ParallelGroup(agents: ["writer"])]
            $0.routing.signals = ["planner": [SignalRoute("[A]"), SignalRoute("[B]", to: "team")]]
        },
        BrokenCrew(
            "a signal never", .error, "out_of_range", "routing.signals.planner[0].max_occurs",
            "max_occurs must be at least 1, got 0"
        ) {
            var route = SignalRoute("[A]")
            route.maxOccurs = 0
            $0.routing.signals = ["planner": [route]]
        },
        BrokenCrew(
            "a signal twice", .warning, "duplicate_signal", "routing.signals.planner[1].signal",
            "agent 'planner' has '[a-b]' besides '[A_B]': a reply cannot tell them apart, "
                + "the first one wins", "rename one of them"
        ) { $0.routing.signals = ["planner": [SignalRoute("[A_B]"), SignalRoute("[a-b]")]] },
        BrokenCrew(
            "a default of nobody", .error, "unknown_agent", "routing.defaults.planer",
            "a default is given for agent 'planer', which does not exist",
            "did you mean 'planner'?"
        ) { $0.routing.defaults = ["planer": "writer"] },
        BrokenCrew(
            "a default to nowhere", .error, "unknown_target", "routing.defaults.planner",
            "the default of agent 'planner' is 'write', which does not exist",
            "did you mean 'writer'?"
        ) { $0.routing.defaults = ["planner": "write"] },
        BrokenCrew(
            "a behaviour of nobody", .error, "unknown_agent", "routing.agent_behaviors.planer",
            "a behaviour is given for agent 'planer', which does not exist",
            "did you mean 'planner'?"
        ) { $0.routing.behaviors = ["planer": AgentBehavior()] },
    ]

    static let groups: [BrokenCrew] = [
        group(
            "nobody in it", "empty_group", "", "group 'g' has no agents", nil,
            ParallelGroup(agents: [])),
        group(
            "an unknown member", "unknown_agent", ".agents[1]",
            "group 'g' lists agent 'writers', which does not exist", "did you mean 'writer'?",
            ParallelGroup(agents: ["planner", "writers"])),
        group(
            "a member twice", "duplicate_member", ".agents[1]", "group 'g' lists 'writer' twice",
            nil, ParallelGroup(agents: ["writer", "writer"])),
        group(
            "an unknown next agent", "unknown_agent", ".next_agent",
            "next_agent 'writers' of group 'g' does not exist", "did you mean 'writer'?",
            ParallelGroup(agents: ["planner"], nextAgent: "writers")),
        group(
            "no time", "out_of_range", ".timeout_seconds",
            "timeout_seconds of group 'g' must be more than 0", nil,
            ParallelGroup(agents: ["planner"], timeout: .zero)),
        BrokenCrew(
            "a group named like an agent", .error, "ambiguous_name",
            "routing.parallel_groups.writer", "'writer' is the name of a group and of an agent"
        ) { $0.routing.groups = ["writer": ParallelGroup(agents: ["planner"])] },
    ]

    private static func below(
        _ key: String, _ least: Int, got: Int = 0,
        _ change: @escaping @Sendable (inout CrewDefinition) -> Void
    ) -> BrokenCrew {
        BrokenCrew(
            key, .error, "out_of_range", "settings.\(key)",
            "\(key) must be at least \(least), got \(got)", nil, change)
    }

    private static func noTime(
        _ key: String, _ change: @escaping @Sendable (inout CrewDefinition) -> Void
    ) -> BrokenCrew {
        BrokenCrew(
            key, .error, "out_of_range", "settings.\(key)", "\(key) must be more than 0", nil,
            change)
    }

    private static func trim(
        _ change: @escaping @Sendable (inout CrewDefinition) -> Void
    ) -> BrokenCrew {
        BrokenCrew(
            "context_trim_percent", .error, "out_of_range", "settings.context_trim_percent",
            "context_trim_percent must be at least 0 and below 100", nil, change)
    }

    private static func group(
        _ name: String, _ code: String, _ place: String, _ message: String,
        _ suggestion: String?, _ group: ParallelGroup
    ) -> BrokenCrew {
        BrokenCrew(
            "a group with \(name)", .error, code, "routing.parallel_groups.g\(place)", message,
            suggestion
        ) { $0.routing.groups = ["g": group] }
    }
}

@Suite("Problems of a definition")
struct DefinitionCheckTests {
    @Test("A sound crew has none")
    func sound() throws {
        #expect(BrokenCrew.sound.problems(tools: []).isEmpty)
        _ = try BrokenCrew.sound.validated(tools: [])
    }

    @Test(
        "Each mistake is one problem with its place, its reason and what to do",
        arguments: BrokenCrew.agents + BrokenCrew.settings + BrokenCrew.routing + BrokenCrew.groups)
    func mistakes(crew: BrokenCrew) throws {
        #expect(crew.problems.count == 1)
        let problem = try #require(crew.problems.first)
        #expect(problem.severity == crew.severity)
        #expect(problem.code == crew.code)
        #expect(problem.path.description == crew.path)
        #expect(problem.message == crew.message)
        #expect(problem.suggestion == crew.suggestion)
    }

    @Test(
        "A crew with an error cannot run, one with a warning can, unless it is strict",
        arguments: BrokenCrew.agents + BrokenCrew.settings + BrokenCrew.routing + BrokenCrew.groups)
    func severity(crew: BrokenCrew) {
        var definition = BrokenCrew.sound
        crew.change(&definition)
        let runs = (try? definition.validated(tools: ["PingHost", "Load"])) != nil  // error: cannot
        #expect(runs == (crew.severity < .error))
        definition.settings.isStrict = true
        #expect(
            definition.problems(tools: ["PingHost", "Load"]).allSatisfy { $0.severity == .error })
        #expect(throws: CrewError.self) { try definition.validated(tools: ["PingHost", "Load"]) }
    }

    @Test("All errors are told at once, in the order of the definition")
    func allErrors() {
        var crew = BrokenCrew.sound
        crew.agents[0].temperature = 3
        crew.entryPoint = "nobody"
        crew.settings.maxRounds = 0
        crew.routing.signals = ["planner": [SignalRoute("[A]", to: "nowhere")]]
        #expect {
            try crew.validated(tools: [])
        } throws: { error in
            guard let error = error as? CrewError, error.code == .invalidDefinition else {
                return false
            }
            return error.message.split(separator: "\n").map { $0.prefix { $0 != ":" } } == [
                "temperature", "entry_point", "settings.max_rounds",
                "routing.signals.planner[0].target",
            ]
        }
    }

    @Test("An agent's problem lies in that agent's document")
    func document() {
        var crew = BrokenCrew.sound
        crew.agents[1].temperature = 3
        #expect(crew.problems(tools: []).map(\.path.document) == [.agent("writer")])
    }

    @Test("The crew's own command tools are known tools")
    func commandTools() {
        var crew = BrokenCrew.sound
        crew.agents[0].tools = ["Greet"]
        crew.tools = [
            DeclaredTool(
                name: "Greet", description: "", work: .command(CommandTemplate(["echo", "hi"])))
        ]
        #expect(crew.problems(tools: []).isEmpty)
    }
}
