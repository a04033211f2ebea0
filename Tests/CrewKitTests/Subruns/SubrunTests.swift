import CrewKit
import CrewTesting
import Testing

@Suite("Agents and crews as tools")
struct SubrunTests {
    /// `boss` asks `expert`, who has a tool of its own and would hand over if it were not alone.
    private func fixture(
        store: any RunStore = InMemoryRunStore(), expert tools: [any Tool] = []
    ) throws -> CrewFixture {
        let ask = DeclaredTool(name: "ask", description: "Asks.", work: .agent("expert"))
        var crew = CrewFixture(
            AgentDefinition(id: "boss", tools: ["ask"]),
            AgentDefinition(
                id: "expert", tools: tools.map(\.definition.name), handoffTargets: ["boss"]),
            routing: RoutingDefinition(signals: ["expert": [SignalRoute("[BOSS]", to: "boss")]]))
        crew.tools = Toolbox([try AgentTool(ask, timeout: .seconds(60))] + tools)
        return crew
    }

    private func answer(_ text: String, tokens: Int = 2) -> ScriptedModel.Reply {
        .reply(ModelReply(text: text, usage: Usage(inputTokens: tokens, outputTokens: 0)))
    }

    @Test("An agent that is asked works alone, in a run of its own that names its caller")
    func agentAsTool() async throws {
        let store = InMemoryRunStore()
        let crew = try fixture(store: store)
        let model = ScriptedModel([
            "boss": [.calls(("ask", ["input": "why?"])), answer("so that is why")],
            "expert": [answer("because [BOSS]")],
        ])
        let runner = try crew.runner(model, store: store)
        let told = try await withRunning(runner) {
            try await CrewFixture.follow(try await runner.start(RunRequest("hi")), of: runner)
        }
        #expect(told.result.text == "so that is why" && model.unusedReplies.isEmpty)
        let shown = told.events.compactMap { stored -> SubrunProgressed? in
            if case .subrunProgressed(let progressed) = stored.event { return progressed }
            return nil
        }
        let child = try #require(shown.first?.run)
        let own = try await store.events(of: child, after: 0, limit: 100)
        #expect(shown.map(\.event) == own)
        #expect(try await store.record(of: child)?.parent == told.result.run)
        guard case .runStarted(let started)? = own.first?.event else {
            Issue.record("the other run does not begin")
            return
        }
        #expect(started.input == "why?" && started.caller?.run == told.result.run)
        #expect(model.requests[1].tools.isEmpty)
        // What it spent counts with the run that asked.
        #expect(told.result.usage?.totalTokens == 4)
        #expect(try await store.record(of: told.result.run)?.usage?.totalTokens == 4)
    }

    @Test("A run that failed is an error result that says so, and the asking run goes on")
    func failing() async throws {
        let model = ScriptedModel([
            "boss": [.calls(("ask", ["input": "why?"])), .text("then not")],
            "expert": [.failure(CrewError(.modelRejectedKey, "no key"))],
        ])
        let told = try await fixture().run(RunRequest("hi"), model)
        #expect(told.result.outcome == .completed)
        let text = model.requests.last?.messages.last?.text ?? ""
        #expect(text.contains("failed") && text.contains("no key"))
    }

    @Test("Cancelling a run cancels the run that works for it")
    func cancelled() async throws {
        let store = InMemoryRunStore()
        let model = ScriptedModel([
            "boss": [.calls(("ask", ["input": "why?"]))], "expert": [.hang(after: "well")],
        ])
        let runner = try fixture().runner(model, store: store)
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("hi"))
            await model.waitForRequests(2)
            try await runner.cancel(run)
            #expect(try await runner.result(of: run).outcome == .cancelled)
            let child = try #require(
                try await store.runs(matching: RunQuery()).runs.first { $0.parent == run })
            #expect(try await runner.result(of: child.id).outcome == .cancelled)
        }
    }

    @Test("A run that waits for permission is waited for, and its question shows in the asking run")
    func approval() async throws {
        let clock = ShortWaitClock()
        let effects = EffectLedger()
        let pay = CountedTool(
            definition: ToolDefinition(name: "pay", description: "Pays.", approval: .always),
            effects: effects)
        var crew = try fixture(expert: [pay])
        crew.clock = clock
        let model = ScriptedModel([
            "boss": [.calls(("ask", ["input": "pay it"])), .text("good")],
            "expert": [.calls(("pay", [:])), .text("paid")],
        ])
        let runner = try crew.runner(model)
        let told = try await withRunning(runner) {
            let run = try await runner.start(RunRequest("hi"))
            for try await item in try await runner.events(of: run) {
                guard case .event(let stored) = item,
                    case .subrunProgressed(let shown) = stored.event,
                    case .paused = shown.event.event
                else { continue }
                let waiting = try #require(try await runner.record(of: shown.run)?.approvals.first)
                try await runner.decide(waiting.id, of: shown.run, .approve)
            }
            return try await runner.result(of: run)
        }
        #expect(told.text == "good" && effects.totals == ["pay": 1])
    }

    @Test("An agent that asks itself through others is stopped before it has asked for ever")
    func depth() async throws {
        let ask = DeclaredTool(name: "ask", description: "Asks.", work: .agent("a"))
        var crew = CrewFixture(AgentDefinition(id: "a", tools: ["ask"]))
        crew.tools = Toolbox([try AgentTool(ask, timeout: .seconds(60))])
        let model = ScriptedModel([
            "a": Array(repeating: .calls(("ask", ["input": "you?"])), count: 6)
                + Array(repeating: .text("fine"), count: 6)
        ])
        let told = try await crew.run(RunRequest("hi"), model)
        #expect(told.result.outcome == .completed && model.unusedReplies.isEmpty)
        #expect(model.requests.contains { $0.messages.last?.text.contains("work within") == true })
    }

    @Test("Another crew is asked over the same store; its runs are found through the asking runner")
    func crewAsTool() async throws {
        let store = InMemoryRunStore()
        let inner = try CrewFixture(
            AgentDefinition(id: "x", handoffTargets: ["y"]), AgentDefinition(id: "y"),
            named: "inner"
        ).runner(
            ScriptedModel(["x": [.text("over to y")], "y": [.text("from y")]]), store: store)
        let declared = DeclaredTool(
            name: "inner", description: "Asks.", work: .crew(folder: "inner"))
        let crew = try CrewDefinition(
            name: "outer", agents: [AgentDefinition(id: "a", tools: ["inner"])]
        ).validated(tools: ["inner"])
        let model = ScriptedModel(["a": [.calls(("inner", ["input": "x"])), .text("done")]])
        let outer = try CrewRunner(
            crew: crew, models: ModelSet(model, for: crew),
            tools: Toolbox([try CrewTool(declared, runner: inner)]), store: store,
            subcrews: [inner])
        try await withRunning(outer) {
            let told = try await CrewFixture.follow(
                try await outer.start(RunRequest("hi")), of: outer)
            #expect(told.result.text == "done")
            #expect(model.requests.last?.messages.last?.text == "from y")
            let child = try #require(
                try await store.runs(matching: RunQuery(crew: "inner")).runs.first)
            #expect(try await outer.result(of: child.id).text == "from y")
        }
    }
}

extension CrewFixture {
    fileprivate init(_ agents: AgentDefinition..., named name: String) {
        self.init()
        definition = CrewDefinition(name: name, agents: agents)
    }
}
