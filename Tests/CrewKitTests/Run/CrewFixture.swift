import CrewKit
import CrewTesting
import Foundation

/// The smallest crew that shows what a test is about, and what came of running it.
struct CrewFixture {
    var definition: CrewDefinition
    var tools = Toolbox()
    var clock: any Clock<Duration> = ContinuousClock()
    /// A time that stands still; absent means the machine's.
    var time: Date?
    var admission: RunAdmission?
    var activity: RunActivity?

    init(_ agents: AgentDefinition..., routing: RoutingDefinition = RoutingDefinition()) {
        definition = CrewDefinition(name: "test", agents: agents, routing: routing)
        // A machine that is busy makes every call a slow one.
        definition.settings.tightToolShare = 1
    }

    func crew() throws -> ValidatedCrew { try definition.validated(tools: tools.names) }

    func runner(
        _ model: any LanguageModel, store: any RunStore = InMemoryRunStore()
    ) throws -> CrewRunner {
        let crew = try crew()
        var options = RunnerOptions()
        options.clock = clock
        if let time { options.now = { time } }
        options.admission = admission
        options.activity = activity
        return try CrewRunner(
            crew: crew, models: ModelSet(model, for: crew), tools: tools, store: store,
            options: options)
    }

    /// What one input came to.
    struct Told {
        let result: RunResult
        let events: [StoredEvent]
        let deltas: [MessageDelta]

        /// The agents that spoke, in order; members of groups left out.
        var path: [AgentID] {
            events.filter { $0.branch == nil }.compactMap {
                if case .turnStarted(let turn) = $0.event { return turn.agent }
                return nil
            }
        }

        var names: [String] { events.map(\.event.name) }

        var warnings: [RunWarning.Code] {
            events.compactMap {
                if case .warned(let warning) = $0.event { return warning.code }
                return nil
            }
        }
    }

    func run(_ input: RunRequest, _ model: any LanguageModel) async throws -> Told {
        let runner = try runner(model)
        return try await withRunning(runner) {
            try await Self.follow(try await runner.start(input), of: runner)
        }
    }

    func run(_ input: String, _ replies: [AgentID: [ScriptedModel.Reply]]) async throws -> Told {
        try await run(RunRequest(input), ScriptedModel(replies))
    }

    static func follow(_ run: RunID, of runner: CrewRunner, after: Int = 0) async throws -> Told {
        var events: [StoredEvent] = []
        var deltas: [MessageDelta] = []
        for try await item in try await runner.events(of: run, after: after) {
            switch item {
            case .event(let stored): events.append(stored)
            case .delta(let delta): deltas.append(delta)
            }
        }
        return Told(result: try await runner.result(of: run), events: events, deltas: deltas)
    }
}

/// Works the runner's runs for as long as the body takes.
func withRunning<Result: Sendable>(
    _ runner: CrewRunner, _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await runner.workingRuns(while: body)
}

/// A tool that answers with what a closure makes of the call.
struct ClosureTool: Tool {
    var definition: ToolDefinition
    let body: @Sendable (ToolInvocation) async throws -> String

    init(
        _ name: ToolName, parameters: JSONValue = ["type": "object", "properties": [:]],
        effect: ToolEffect = .read, timeout: Duration? = nil,
        _ body: @escaping @Sendable (ToolInvocation) async throws -> String
    ) {
        definition = ToolDefinition(
            name: name, description: "A tool for tests.", parameters: parameters, effect: effect,
            timeout: timeout)
        self.body = body
    }

    func call(_ call: ToolInvocation) async throws -> String { try await body(call) }
}

extension ScriptedModel.Reply {
    /// A reply that calls tools natively.
    static func calls(_ calls: (ToolName, JSONValue)...) -> ScriptedModel.Reply {
        .reply(
            ModelReply(
                toolCalls: calls.enumerated().map { index, call in
                    ToolCall(id: ToolCallID("c\(index)"), name: call.0, arguments: call.1)
                }, finish: .toolCalls))
    }
}
