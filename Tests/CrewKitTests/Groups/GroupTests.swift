import CrewKit
import CrewTesting
import Testing

@Suite("Parallel groups")
struct GroupTests {
    private func fixture(
        _ group: ParallelGroup,
        members: [AgentDefinition] = [
            AgentDefinition(id: "b"), AgentDefinition(id: "c"), AgentDefinition(id: "d"),
        ]
    ) -> CrewFixture {
        var crew = CrewFixture(
            AgentDefinition(id: "a"),
            routing: RoutingDefinition(
                signals: ["a": [SignalRoute("[ALL]", to: "g")]], groups: ["g": group]))
        crew.definition.agents += members
        return crew
    }

    @Test("Results are joined in declared order as the original writes them, whoever is first")
    func joinedInOrder() async throws {
        let crew = fixture(ParallelGroup(agents: ["d", "b", "c"], nextAgent: "e"))
        var withNext = crew
        withNext.definition.agents.append(AgentDefinition(id: "e"))
        let told = try await withNext.run(
            "hi",
            [
                "a": [.text("[ALL]")], "b": [.text("two")], "c": [.text("three")],
                "d": [.text("one")], "e": [.text("sum")],
            ])
        #expect(told.path == ["a", "e"])
        let joined = told.events.compactMap { stored -> GroupJoined? in
            if case .groupJoined(let joined) = stored.event { return joined }
            return nil
        }
        #expect(
            joined.first?.text
                == "\n[📊 PARALLEL EXECUTION RESULTS]\n\n[d]\none\n\n[b]\ntwo\n\n[c]\nthree\n\n"
                + "[END PARALLEL RESULTS]")
        #expect(told.result.text == "sum")
    }

    @Test("A member's tool results reach the member, which then answers")
    func memberTools() async throws {
        var crew = fixture(
            ParallelGroup(agents: ["b"]), members: [AgentDefinition(id: "b", tools: ["t"])])
        crew.tools = Toolbox([ClosureTool("t") { _ in "42" }])
        let model = ScriptedModel([
            "a": [.text("[ALL]")], "b": [.calls(("t", [:])), .text("is 42")],
        ])
        let told = try await crew.run(RunRequest("hi"), model)
        #expect(told.result.text.contains("is 42"))
        #expect(model.requests.last?.messages.last?.text == "42")
        let branches = Set(told.events.filter { $0.event.name.hasPrefix("tool") }.map(\.branch))
        #expect(branches == ["1.g.b"])
    }

    @Test("A failing member is a warning and the others' results are kept")
    func partialSuccess() async throws {
        let crew = fixture(ParallelGroup(agents: ["b", "c"]))
        let told = try await crew.run(
            "hi",
            [
                "a": [.text("[ALL]")], "b": [.failure(CrewError(.modelServerError, "boom"))],
                "c": [.text("fine")],
            ])
        #expect(told.warnings == [.partialGroup])
        #expect(told.result.outcome == .completed)
        #expect(told.result.text.contains("[c]\nfine"))
        #expect(!told.result.text.contains("[b]"))
    }

    @Test("When every member fails the run fails with the first reason")
    func allFail() async throws {
        let crew = fixture(ParallelGroup(agents: ["b", "c"]))
        let boom = ScriptedModel.Reply.failure(CrewError(.modelServerError, "boom"))
        let told = try await crew.run("hi", ["a": [.text("[ALL]")], "b": [boom], "c": [boom]])
        guard case .failed(let failure) = told.result.outcome else {
            Issue.record("expected a failure, got \(told.result.outcome)")
            return
        }
        #expect(failure.message == "parallel execution failed: b: boom")
    }

    @Test(
        "wait_for_all: false takes the first success, cancels the others, keeps what they finished")
    func firstSuccess() async throws {
        var crew = fixture(
            ParallelGroup(agents: ["b", "c"], join: GroupJoin(.first)),
            members: [AgentDefinition(id: "b", tools: ["t"]), AgentDefinition(id: "c")])
        crew.tools = Toolbox([ClosureTool("t") { _ in "x" }])
        let isStuck = Gate()
        let half = ModelReply(
            text: "so far", toolCalls: [ToolCall(id: "1", name: "t")], finish: .toolCalls)
        let model = ScriptedModel([
            "a": [.text("[ALL]")],
            "b": [
                .reply(half),
                .make { _ in
                    isStuck.open()
                    return try await neverAnswer()
                },
            ],
            "c": [
                .make { _ in
                    await isStuck.wait()
                    return ModelReply(text: "first")
                }
            ],
        ])
        let told = try await crew.run(RunRequest("hi"), model)
        #expect(told.result.outcome == .completed)
        #expect(told.result.text.contains("[b]\nso far\n\n[c]\nfirst"))
        #expect(told.warnings.isEmpty)
    }

    @Test("A member at its own deadline ends alone")
    func memberDeadline() async throws {
        let clock = ManualClock()
        var crew = fixture(ParallelGroup(agents: ["b", "c"], timeout: .seconds(7)))
        crew.clock = clock
        let model = ScriptedModel([
            "a": [.text("[ALL]")], "b": [.hang(after: "")], "c": [.text("fine")],
        ])
        let runner = try crew.runner(model)
        let told = try await withRunning(runner) {
            let run = try await runner.start(RunRequest("hi"))
            await model.waitForRequests(3)
            for try await item in try await runner.events(of: run) {
                // The other one is done: only the one that hangs is out of time.
                if case .event(let stored) = item, case .memberEnded = stored.event { break }
            }
            await clock.waitForSleepers(of: .seconds(7))
            clock.advance(by: .seconds(7))
            return try await CrewFixture.follow(run, of: runner)
        }
        #expect(told.result.outcome == .completed)
        #expect(told.warnings == [.partialGroup])
    }

    @Test("A member has its own round limit and does not use up the run's")
    func memberRounds() async throws {
        var crew = fixture(
            ParallelGroup(agents: ["b", "c"]),
            members: [AgentDefinition(id: "b", tools: ["t"]), AgentDefinition(id: "c")])
        crew.definition.settings.maxRounds = 2
        crew.tools = Toolbox([ClosureTool("t") { _ in "x" }])
        let told = try await crew.run(
            "hi",
            [
                "a": [.text("[ALL]")], "b": [.calls(("t", [:])), .calls(("t", [:]))],
                "c": [.text("fine")],
            ])
        #expect(told.result.rounds == 1)
        #expect(told.result.modelCalls == 4)
        #expect(told.warnings == [.partialGroup])
        #expect(told.result.outcome == .completed)
    }

    @Test("Cancelling a run ends every member, and each end is stored")
    func cancelled() async throws {
        let crew = fixture(ParallelGroup(agents: ["b", "c"]))
        let model = ScriptedModel([
            "a": [.text("[ALL]")], "b": [.hang(after: "")], "c": [.hang(after: "")],
        ])
        let runner = try crew.runner(model)
        let told = try await withRunning(runner) {
            let run = try await runner.start(RunRequest("hi"))
            await model.waitForRequests(3)
            runner.cancelLive(run)
            return try await CrewFixture.follow(run, of: runner)
        }
        #expect(told.result.outcome == .cancelled)
        #expect(told.names.filter { $0 == "member_ended" }.count == 2)
    }

    @Test("What the members spent counts for the run")
    func usage() async throws {
        let crew = fixture(ParallelGroup(agents: ["b", "c"]))
        let reply = ScriptedModel.Reply.reply(
            ModelReply(text: "x", usage: Usage(inputTokens: 10, outputTokens: 1)))
        let signal = ModelReply(text: "[ALL]", usage: Usage(inputTokens: 1, outputTokens: 1))
        let told = try await crew.run("hi", ["a": [.reply(signal)], "b": [reply], "c": [reply]])
        #expect(told.result.usage == Usage(inputTokens: 21, outputTokens: 3))
    }
}

/// Waits until the task is cancelled.
func neverAnswer<Answer>() async throws -> Answer {
    let (stream, _) = AsyncStream<Never>.makeStream()
    for await _ in stream {}
    throw CancellationError()
}
