import CrewConfig
import CrewKit
import CrewTesting

/// A crew as YAML, and what came of running it: shows that a setting does something.
struct SettingScene {
    /// Lines of `settings`.
    var settings: String
    /// Further text of `crew.yaml`.
    var crew = ""
    /// Further lines of each agent's file, in the crew's order.
    var agents: [(id: String, lines: String)] = [("a", "")]
    var tools = Toolbox()
    var clock: any Clock<Duration> = ContinuousClock()

    init(_ settings: String) { self.settings = settings }

    func runner(_ model: ScriptedModel) throws -> CrewRunner {
        let names = agents.map(\.id).joined(separator: ", ")
        var files = [
            "crew.yaml": "agents: [\(names)]\nsettings:\n  language: en\n"
                + settings.split(separator: "\n").map { "  \($0)\n" }.joined() + crew
        ]
        for (id, lines) in agents {
            files["agents/\(id).yaml"] =
                "id: \(id)\nname: \(id)\nrole: r\nprimary: {provider: scripted, model: m}\n\(lines)"
        }
        let loaded = try CrewFiles(files).load()
        let crew = try loaded.validated(tools: tools.names)
        var options = RunnerOptions()
        options.clock = clock
        return try CrewRunner(
            crew: crew, models: ModelSet(model, for: crew), tools: tools, options: options)
    }

    struct Told: Sendable {
        let result: RunResult
        let events: [RunEvent]

        var warnings: [RunWarning.Code] {
            events.compactMap {
                if case .warned(let warning) = $0 { return warning.code }
                return nil
            }
        }

        var results: [ToolResult] {
            events.compactMap {
                if case .toolReturned(let returned) = $0 { return returned.result }
                return nil
            }
        }
    }

    /// Runs one input; `meanwhile` moves the clock and the like.
    func told(
        _ model: ScriptedModel, _ input: String = "hi",
        meanwhile: @escaping @Sendable () async throws -> Void = {}
    ) async throws -> Told {
        let runner = try runner(model)
        return try await runner.workingRuns {
            let run = try await runner.start(RunRequest(input))
            try await meanwhile()
            var events: [RunEvent] = []
            for try await item in try await runner.events(of: run, after: 0) {
                if case .event(let stored) = item { events.append(stored.event) }
            }
            return Told(result: try await runner.result(of: run), events: events)
        }
    }

    func told(_ replies: [AgentID: [ScriptedModel.Reply]], _ input: String = "hi") async throws
        -> Told
    {
        try await told(ScriptedModel(replies), input)
    }
}

/// A tool of a crew under test.
struct SceneTool: Tool {
    let definition: ToolDefinition
    private let body: @Sendable () async throws -> String

    init(
        _ name: ToolName = "t", effect: ToolEffect = .read, timeout: Duration? = nil,
        _ body: @escaping @Sendable () async throws -> String
    ) {
        definition = ToolDefinition(
            name: name, description: "A tool for tests.",
            parameters: ["type": "object", "properties": [:]], effect: effect, timeout: timeout)
        self.body = body
    }

    func call(_ call: ToolInvocation) async throws -> String { try await body() }
}

extension ScriptedModel.Reply {
    /// A reply that calls the tool `t` that often.
    static func calls(_ count: Int = 1) -> ScriptedModel.Reply {
        .reply(
            ModelReply(
                toolCalls: (0..<count).map {
                    ToolCall(id: ToolCallID("c\($0)"), name: "t", arguments: [:])
                }, finish: .toolCalls))
    }
}
