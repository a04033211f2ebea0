import CrewKit
import CrewTesting
import Testing

@Suite("Settings that bound a run, shown at run time", .timeLimit(.minutes(2)))
struct RunSettingTests {
    @Test("max_rounds ends an agent that calls tools for ever", arguments: [2, 4])
    func rounds(_ most: Int) async throws {
        var scene = SettingScene("max_rounds: \(most)")
        scene.agents = [("a", "tools: [t]")]
        scene.tools = Toolbox([SceneTool { "again" }])
        let model = ScriptedModel(["a": Array(repeating: .calls(), count: 9)])
        #expect(try await scene.told(model).result.outcome == .limitReached(.rounds))
        #expect(model.requests.count == most)
    }

    @Test("max_handoffs ends agents that hand over for ever", arguments: [1, 3])
    func handoffs(_ most: Int) async throws {
        var scene = SettingScene("max_handoffs: \(most)")
        scene.crew = "routing: {defaults: {a: b, b: a}}\n"
        scene.agents = [("a", ""), ("b", "")]
        let replies = Array(repeating: ScriptedModel.Reply.text("on"), count: 9)
        let model = ScriptedModel(["a": replies, "b": replies])
        #expect(try await scene.told(model).result.outcome == .limitReached(.handoffs))
        #expect(model.requests.count == most + 1)
    }

    @Test("timeout_seconds ends a run whose model says nothing")
    func timeout() async throws {
        let clock = ManualClock()
        var scene = SettingScene("timeout_seconds: 9")
        scene.clock = clock
        let model = ScriptedModel(["a": [.hang(after: "")]])
        let told = try await scene.told(model) {
            await model.waitForRequests(1)
            await clock.waitForSleepers(of: .seconds(9))
            clock.advance(by: .seconds(9))
        }
        #expect(told.result.outcome == .limitReached(.time))
    }

    @Test("parallel_timeout_seconds ends a group's member alone")
    func memberTimeout() async throws {
        let clock = ManualClock()
        var scene = SettingScene("parallel_timeout_seconds: 7")
        scene.crew = """
            routing:
              signals: {a: [{signal: "[ALL]", target: g}]}
              parallel_groups: {g: {agents: [b, c]}}
            """
        scene.agents = [("a", ""), ("b", ""), ("c", "")]
        scene.clock = clock
        let model = ScriptedModel([
            "a": [.text("[ALL]")], "b": [.hang(after: "")], "c": [.text("fine")],
        ])
        let told = try await scene.told(model) {
            await model.waitForRequests(3)
            await clock.waitForSleepers(of: .seconds(7))
            clock.advance(by: .seconds(7))
        }
        #expect(told.result.outcome == .completed)
        #expect(told.warnings == [.partialGroup])
    }

    @Test("max_tokens_per_run makes no further call", arguments: [(100, true), (1_000, false)])
    func tokens(_ most: Int, _ isOver: Bool) async throws {
        var scene = SettingScene("max_tokens_per_run: \(most)")
        scene.crew = "routing: {defaults: {a: b}}\n"
        scene.agents = [("a", ""), ("b", "")]
        let reply = ModelReply(text: "x", usage: Usage(inputTokens: 90, outputTokens: 10))
        let told = try await scene.told(["a": [.reply(reply)], "b": [.text("y")]])
        #expect(told.result.outcome == (isOver ? .limitReached(.tokens) : .completed))
    }

    @Test("config_mode: strict refuses a crew that is odd", arguments: ["permissive", "strict"])
    func mode(_ mode: String) async throws {
        let strict = StrictModeTests.settings().replacing("settings:\n", with: "")
            .replacing("  config_mode: strict\n", with: "").replacing("  ", with: "")
        var scene = SettingScene("config_mode: \(mode)\n" + strict)
        scene.agents = [("a", "tools: [Nothing]")]
        if mode == "strict" {
            #expect(throws: CrewError.self) { try scene.runner(ScriptedModel([:])) }
        } else {
            _ = try scene.runner(ScriptedModel([:]))
        }
    }

    @Test("Quotas make no call that does not fit, or only warn", arguments: [true, false])
    func quotas(_ blocks: Bool) async throws {
        let scene = SettingScene(
            "max_calls_per_hour: 1\nblock_on_quota_exceed: \(blocks)\nmax_rounds: 5")
        var looping = scene
        looping.agents = [("a", "tools: [t]")]
        looping.tools = Toolbox([SceneTool { "x" }])
        let model = ScriptedModel(["a": [.calls(), .text("done")]])
        let told = try await looping.told(model)
        #expect(model.requests.count == (blocks ? 1 : 2))
        #expect((told.result.outcome == .completed) == !blocks)
    }

    /// One quota each, and a spending that goes beyond it.
    static let quotaKeys = [
        "max_tokens_per_call: 19", "max_tokens_per_day: 19", "max_cost_per_day: 0.000001",
        "max_calls_per_minute: 1", "max_calls_per_day: 1", "max_memory_mb: 0.00002",
        "max_daily_memory_gb: 0.00000002",
        "budgets: [{per: run, calls: 1}]",
    ]

    @Test("Each quota ends a run that goes beyond it", arguments: quotaKeys)
    func quota(_ line: String) async throws {
        var scene = SettingScene(line)
        scene.agents = [
            (
                "a",
                "tools: [t]\ncost_limits: {input_token_price_per_million: 1000, "
                    + "output_token_price_per_million: 1000}\n"
            )
        ]
        scene.tools = Toolbox([SceneTool { "x" }])
        let model = ScriptedModel(["a": [.calls(), .text("done")]])
        let told = try await scene.told(model)
        #expect(told.result.outcome != .completed, "\(told.result.outcome)")
        #expect(model.requests.count < 2)
    }

    static let errorKeys = [
        "max_errors_per_hour: 1", "max_errors_per_day: 1", "max_consecutive_errors: 1",
    ]

    @Test("Each quota of errors lets no call follow as many failures", arguments: errorKeys)
    func errors(_ line: String) async throws {
        let model = ScriptedModel(["a": [.failure(CrewError(.modelRejectedRequest, "no"))]])
        let runner = try SettingScene(line).runner(model)
        let outcomes = try await runner.workingRuns {
            var outcomes: [RunOutcome?] = []
            for _ in 1...2 {
                let run = try await runner.start(RunRequest("hi"))
                outcomes.append(try await runner.result(of: run).outcome)
            }
            return outcomes
        }
        #expect(outcomes.allSatisfy { $0 != .completed })
        #expect(model.requests.count == 1)
    }
}
