import CrewKit
import CrewTesting
import Testing

@Suite("Limits of a run")
struct LimitTests {
    @Test("Agents that hand over for ever are stopped by max_handoffs, signals included")
    func pingPong() async throws {
        var crew = CrewFixture(
            AgentDefinition(id: "a"), AgentDefinition(id: "b"),
            routing: RoutingDefinition(
                signals: ["a": [SignalRoute("[B]", to: "b")], "b": [SignalRoute("[A]", to: "a")]]))
        crew.definition.settings.maxHandoffs = 3
        let told = try await crew.run(
            "hi", ["a": [.text("[B]"), .text("[B]")], "b": [.text("[A]"), .text("[A]")]])
        #expect(told.path == ["a", "b", "a", "b"])
        #expect(told.result.outcome == .limitReached(.handoffs))
    }

    @Test("An agent that calls tools for ever is stopped by max_rounds")
    func toolLoop() async throws {
        var crew = CrewFixture(AgentDefinition(id: "a", tools: ["t"]))
        crew.tools = Toolbox([ClosureTool("t") { _ in "again" }])
        crew.definition.settings.maxRounds = 3
        let model = ScriptedModel(["a": Array(repeating: .calls(("t", [:])), count: 3)])
        let told = try await crew.run(RunRequest("hi"), model)
        #expect(told.result.outcome == .limitReached(.rounds))
        #expect(model.requests.count == 3)
    }

    @Test("A run at its time limit ends by name and its model call is given up")
    func timeout() async throws {
        let clock = ManualClock()
        var crew = CrewFixture(AgentDefinition(id: "a"))
        crew.clock = clock
        crew.definition.settings.timeout = .seconds(9)
        let model = ScriptedModel(["a": [.hang(after: "half an ans")]])
        let runner = try crew.runner(model)
        let told = try await withRunning(runner) {
            let run = try await runner.start(RunRequest("hi"))
            await model.waitForRequests(1)
            await clock.waitForSleepers(of: .seconds(9))
            clock.advance(by: .seconds(9))
            return try await CrewFixture.follow(run, of: runner)
        }
        #expect(told.result.outcome == .limitReached(.time))
        #expect(told.names.last == "run_ended")
    }

    @Test("A run that has spent its tokens makes no further call")
    func tokens() async throws {
        var crew = CrewFixture(
            AgentDefinition(id: "a", handoffTargets: ["b"]), AgentDefinition(id: "b"))
        crew.definition.settings.maxTokens = 100
        let usage = Usage(inputTokens: 90, outputTokens: 10)
        let told = try await crew.run("hi", ["a": [.reply(ModelReply(text: "x", usage: usage))]])
        #expect(told.result.outcome == .limitReached(.tokens))
        #expect(told.result.usage == usage)
    }

    @Test("Limits count from the last input, so a long conversation is not cut off")
    func resumeResets() async throws {
        var routing = RoutingDefinition()
        routing.behaviors = ["a": AgentBehavior(waitForSignal: true)]
        var crew = CrewFixture(AgentDefinition(id: "a"), routing: routing)
        crew.definition.settings.maxRounds = 1
        let runner = try crew.runner(ScriptedModel(["a": [.text("1?"), .text("2?")]]))
        let outcome = try await withRunning(runner) {
            let run = try await runner.start(RunRequest("hi"))
            _ = try await runner.result(of: run)
            try await runner.resume(run, with: "more")
            return try await runner.result(of: run).outcome
        }
        #expect(outcome == .paused(at: "a"))
    }

    @Test("A failing model fails the run and names the agent, in one event")
    func modelFailure() async throws {
        let crew = CrewFixture(
            AgentDefinition(id: "a", handoffTargets: ["b"]), AgentDefinition(id: "b"))
        let error = CrewError(.modelRejectedKey, "the key was refused")
        let told = try await crew.run("hi", ["a": [.text("x")], "b": [.failure(error)]])
        #expect(
            told.result.outcome
                == .failed(
                    RunFailure(
                        code: "model_rejected_key", message: "the key was refused", agent: "b")))
        #expect(told.names.filter { $0 == "run_ended" }.count == 1)
    }

    @Test("A model that throws CancellationError by itself fails the run instead of looping")
    func falseCancellation() async throws {
        let crew = CrewFixture(AgentDefinition(id: "a"))
        let told = try await crew.run("hi", ["a": [.make { _ in throw CancellationError() }]])
        guard case .failed = told.result.outcome else {
            Issue.record("expected a failure, got \(told.result.outcome)")
            return
        }
    }

    @Test("A prompt that was trimmed is answered once, and the log tells what was left out")
    func trimmed() async throws {
        var crew = CrewFixture(AgentDefinition(id: "a"))
        crew.definition.settings.contextWindow = 50
        let long = String(repeating: "x", count: 99)
        let history = (1...9).map { ConversationEntry.user("\($0) \(long)") }
        let model = ScriptedModel(["a": [.text("ok")]])
        let told = try await crew.run(RunRequest("hi", history: history), model)
        #expect(told.result.outcome == .completed)
        #expect(model.requests.count == 1)
        #expect(told.names.filter { $0 == "context_trimmed" }.count == 1)
    }
}
