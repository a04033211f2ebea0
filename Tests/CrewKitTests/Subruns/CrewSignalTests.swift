import CrewKit
import CrewTesting
import Testing

@Suite("Signals that ask other crews")
struct CrewSignalTests {
    private let store: InMemoryRunStore

    init() { store = InMemoryRunStore() }

    private init(store: InMemoryRunStore) { self.store = store }

    private func outer(
        _ change: (inout SignalRoute) -> Void = { _ in }, inner: [ScriptedModel.Reply],
        _ model: ScriptedModel, settings: CrewSettings = CrewSettings(),
        routing: RoutingMode = .auto,
        tools: [ToolName] = [], parameters: JSONValue? = nil, waits: Bool = false
    ) throws -> CrewRunner {
        var options = RunnerOptions()
        if waits { (options.clock, options.leavesRunsUnfinished) = (ShortWaitClock(), true) }
        let crew = try CrewDefinition(name: "inner", agents: [AgentDefinition(id: "x")])
            .validated(tools: [])
        let asked = try CrewRunner(
            crew: crew, models: ModelSet(ScriptedModel(["x": inner]), for: crew), store: store,
            options: options)
        var tool = DeclaredTool(
            name: "billing", description: "Knows of bills.", work: .crew(folder: "inner"))
        if let parameters { tool.parameters = parameters }
        var route = SignalRoute("[BILL]", to: "billing", type: .subCrew)
        change(&route)
        var definition = CrewDefinition(
            name: "outer",
            agents: [AgentDefinition(id: "a", name: "Ann"), AgentDefinition(id: "b")],
            routing: RoutingDefinition(signals: ["a": [route]]), settings: settings)
        definition.tools = [tool]
        definition.agents[0].routing = routing
        definition.agents[0].tools = tools
        let outer = try definition.validated(tools: [])
        return try CrewRunner(
            crew: outer, models: ModelSet(model, for: outer),
            tools: Toolbox([try CrewTool(tool, runner: asked)]), store: store, options: options,
            subcrews: [asked])
    }

    private func follow(_ runner: CrewRunner) async throws -> CrewFixture.Told {
        try await withRunning(runner) {
            try await CrewFixture.follow(
                try await runner.start(RunRequest("my bill")), of: runner)
        }
    }

    private func children() async throws -> [RunRecord] {
        try await store.runs(matching: RunQuery(crew: "inner")).runs
    }

    @Test("The other crew works in a linked run, and the agent that asked reads its answer")
    func asked() async throws {
        let model = ScriptedModel(["a": [.text("Wants a copy.\n[BILL]"), .text("here it is")]])
        let paid = ModelReply(text: "the copy", usage: Usage(inputTokens: 5, outputTokens: 1))
        let told = try await follow(try outer(inner: [.reply(paid)], model))
        #expect(told.result.text == "here it is" && told.result.handoffs == 1)
        #expect(told.path == ["a"])
        #expect(model.requests.last?.messages.last?.text == "[Answer from billing]\nthe copy")
        let child = try #require(try await children().first)
        #expect(child.parent == told.result.run)
        #expect(told.result.usage?.totalTokens == 6)
        let names = told.names.filter { !$0.hasPrefix("subrun") }
        #expect(names.contains("crew_asked") && names.contains("tool_returned"))
        guard
            case .runStarted(let started)? = try await store.events(
                of: child.id, after: 0, limit: 1
            ).first?.event
        else {
            Issue.record("the other run does not begin")
            return
        }
        #expect(started.input == "my bill\n\nAnn: Wants a copy.")
    }

    @Test("A route that only native tools take has its template and its return too")
    func natively() async throws {
        let model = ScriptedModel([
            "a": [.calls(("transfer_to_billing", [:]))], "b": [.text("thanks")],
        ])
        let runner = try outer(
            {
                $0.returnTo = "b"
                $0.inputTemplate = "Bill: {{input}}"
            }, inner: [.text("the copy")], model, routing: .tools)
        let told = try await follow(runner)
        #expect(told.path == ["a", "b"])
        let child = try #require(try await children().first)
        #expect(child.title == "Bill: my bill")
    }

    @Test("What a signal asks is one text, whatever parameters the tool has for models")
    func parameters() async throws {
        let schema: JSONValue = [
            "type": "object", "required": ["order"],
            "properties": ["order": ["type": "string"]],
        ]
        let model = ScriptedModel(["a": [.text("[BILL]"), .text("here it is")]])
        let told = try await follow(
            try outer(inner: [.text("the copy")], model, parameters: schema))
        #expect(told.result.text == "here it is")
        #expect(model.requests.last?.messages.last?.text.hasSuffix("the copy") == true)
    }

    @Test("A call of the same reply is another call than the one that its handover makes")
    func twoCalls() async throws {
        let model = ScriptedModel([
            "a": [
                .calls(("billing", ["input": "first"]), ("transfer_to_billing", [:])),
                .text("both are there"),
            ]
        ])
        let runner = try outer(
            inner: [.text("one"), .text("two")], model, routing: .tools, tools: ["billing"])
        let told = try await follow(runner)
        #expect(told.result.text == "both are there")
        #expect(try await children().count == 2)
        #expect(model.requests.last?.messages.last?.text.hasSuffix("two") == true)
    }

    @Test("Another agent goes on with the answer where the route says so")
    func returned() async throws {
        let model = ScriptedModel(["a": [.text("[BILL]")], "b": [.text("thanks")]])
        let runner = try outer({ $0.returnTo = "b" }, inner: [.text("the copy")], model)
        let told = try await follow(runner)
        #expect(told.path == ["a", "b"] && told.result.handoffs == 2)
        #expect(model.requests.last?.messages.last?.text.hasSuffix("the copy") == true)
    }

    @Test("A crew that fails is an answer that says so")
    func failing() async throws {
        let model = ScriptedModel(["a": [.text("[BILL]"), .text("sorry")]])
        let told = try await follow(
            try outer(inner: [.failure(CrewError(.modelRejectedKey, "no key"))], model))
        #expect(told.result.outcome == .completed)
        let text = model.requests.last?.messages.last?.text ?? ""
        #expect(text.contains("It gave no answer") && text.contains("no key"))
    }

    @Test("A run whose other crew waits for a person is left for the next process at once")
    func handedBack() async throws {
        let first = try outer(inner: [.text("which one? [WAIT]")], asking(["[BILL]"]), waits: true)
        let run = try await withRunning(first) {
            let run = try await first.start(RunRequest("my bill"))
            for try await item in try await first.events(of: run) {
                guard case .event(let stored) = item,
                    case .subrunProgressed(let inner) = stored.event,
                    case .paused = inner.event.event
                else { continue }
                first.handBack()
                break
            }
            return run
        }
        #expect(try await store.record(of: run)?.status == .running)
        let second = try outer(
            inner: [.text("the copy")], asking(["here it is"]), waits: true)
        try await withRunning(second) {
            try await second.recover()
            let child = try #require(try await children().first)
            try await second.resume(child.id, with: "the last")
            #expect(try await second.result(of: run).text == "here it is")
        }
        #expect(try await children().count == 1)
    }

    private func asking(_ texts: [String]) -> ScriptedModel {
        ScriptedModel(["a": texts.map { .text($0) }])
    }

    @Test("Asking counts as a handoff, so that no crew asks for ever")
    func limited() async throws {
        var settings = CrewSettings()
        settings.maxHandoffs = 1
        let model = ScriptedModel(["a": [.text("[BILL]"), .text("again [BILL]")]])
        let told = try await follow(
            try outer(inner: [.text("1")], model, settings: settings))
        #expect(told.result.outcome == .limitReached(.handoffs))
        #expect(try await children().count == 1)
    }

    @Test("A run that was cut off while the other crew worked goes on with the same other run")
    func recovered() async throws {
        let model = ScriptedModel(["a": [.text("[BILL]"), .text("here it is")]])
        let told = try await follow(try outer(inner: [.text("the copy")], model))
        for cut in told.events.indices.dropLast() {
            let copy = InMemoryRunStore()
            let record = RunRecord(
                id: told.result.run, crew: "outer", session: nil, createdAt: told.events[0].time)
            try await copy.create(record, events: Array(told.events[...cut]))
            let replies = told.events[...cut].filter { $0.event.name == "replied" }.count
            let again = try CrewSignalTests(store: copy).goOn(after: replies)
            let result = try await withRunning(again) {
                try await again.recover()
                return try await again.result(of: told.result.run)
            }
            #expect(result.text == "here it is", "cut after \(told.events[cut].event.name)")
        }
    }

    private func goOn(after replies: Int) throws -> CrewRunner {
        let all: [ScriptedModel.Reply] = [.text("[BILL]"), .text("here it is")]
        return try outer(
            inner: [.text("the copy")], ScriptedModel(["a": Array(all.dropFirst(replies))]))
    }
}
