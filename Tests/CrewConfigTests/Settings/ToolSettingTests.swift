import CrewConfig
import CrewKit
import CrewTesting
import Synchronization
import Testing

@Suite("Settings of tool calls, shown at run time", .timeLimit(.minutes(2)))
struct ToolSettingTests {
    private func scene(_ settings: String, _ tool: SceneTool) -> SettingScene {
        var scene = SettingScene(settings)
        scene.agents = [("a", "tools: [t]")]
        scene.tools = Toolbox([tool])
        return scene
    }

    /// A tool that takes that long on the clock.
    private func slow(_ clock: ManualClock, _ time: Duration) -> SceneTool {
        SceneTool {
            try await clock.elapse(time)
            return "done"
        }
    }

    /// Keys of one limit, its length, and whether the result says that the time was over.
    static let limits = [
        ("tool_execution_timeout_seconds: 3", 3.0),
        ("tool_execution_timeout_seconds: 90\ntool_result_timeout_seconds: 4", 4.0),
        ("tool_execution_timeout_seconds: 0.01\nmin_tool_timeout_millis: 2000", 2.0),
    ]

    @Test(
        "A call ends at the limit of the settings, at the reply's, or at the floor",
        arguments: limits)
    func limit(_ settings: String, _ seconds: Double) async throws {
        let clock = ManualClock()
        var scene = scene(settings, slow(clock, .seconds(1_000)))
        scene.clock = clock
        let told = try await scene.told(ScriptedModel(["a": [.calls(), .text("ok")]])) {
            await clock.waitForSleepers(of: .seconds(seconds))
            clock.advance(by: .seconds(seconds))
        }
        #expect(told.results.map(\.status) == [.timeout])
    }

    @Test(
        "timeout_warning_threshold_pct warns of a call that nearly ran out of time",
        arguments: [("20", 4.5, true), ("20", 3.5, false), ("50", 3.5, true), ("1", 4.5, false)])
    func tight(_ percent: String, _ seconds: Double, _ warns: Bool) async throws {
        let clock = ManualClock()
        var scene = scene(
            "timeout_warning_threshold_pct: \(percent)", slow(clock, .seconds(seconds)))
        scene.clock = clock
        let told = try await scene.told(ScriptedModel(["a": [.calls(), .text("ok")]])) {
            await clock.waitForSleepers(of: .seconds(seconds))
            clock.advance(by: .seconds(seconds))
        }
        #expect(told.results.map(\.status) == [.success])
        #expect(told.warnings == (warns ? [.tightToolTime] : []))
    }

    @Test(
        "max_tool_output_chars and max_total_tool_output_chars bound what a model is shown",
        arguments: [
            ("max_tool_output_chars: 10", 10), ("max_total_tool_output_chars: 15", 15),
            ("max_tool_output_chars: 500\nmax_total_tool_output_chars: 900", 40),
        ])
    func output(_ settings: String, _ letters: Int) async throws {
        let scene = scene(settings, SceneTool { String(repeating: "x", count: 20) })
        let model = ScriptedModel(["a": [.calls(2), .text("ok")]])
        _ = try await scene.told(model)
        let shown = model.requests.last?.messages.reduce(0) { sum, message in
            guard case .tool(_, _, let text) = message else { return sum }
            return sum + text.prefix(20).count { $0 == "x" }
        }
        let count = try #require(shown)
        #expect(letters == 40 ? count == 40 : count < 40 && count <= 2 * letters)
    }

    @Test("max_parallel_tools runs so many calls of a reply together", arguments: [1, 3])
    func parallel(_ most: Int) async throws {
        let counts = Mutex((now: 0, most: 0))
        let scene = scene(
            "max_parallel_tools: \(most)",
            SceneTool {
                counts.withLock {
                    $0.now += 1
                    $0.most = max($0.most, $0.now)
                }
                for _ in 1...50 { await Task.yield() }
                counts.withLock { $0.now -= 1 }
                return "x"
            })
        _ = try await scene.told(["a": [.calls(6), .text("ok")]])
        #expect(counts.withLock { $0.most } <= most)
        #expect(most == 1 || counts.withLock { $0.most } > 0)
    }

    @Test("max_tool_calls_per_round gives the rest an error", arguments: [2, 5])
    func calls(_ most: Int) async throws {
        let scene = scene("max_tool_calls_per_round: \(most)", SceneTool { "x" })
        let told = try await scene.told(["a": [.calls(4), .text("ok")]])
        #expect(told.results.count { $0.status == .success } == min(4, most))
        #expect(told.warnings == (most < 4 ? [.tooManyToolCalls] : []))
    }

    @Test("tool_approval waits for a person", arguments: ["never", "always"])
    func approval(_ word: String) async throws {
        let scene = scene("tool_approval: \(word)", SceneTool { "x" })
        let model = ScriptedModel(["a": [.calls(), .text("ok")]])
        let told = try await scene.told(model)
        #expect((told.result.outcome == .completed) == (word == "never"))
        #expect(model.requests.count == (word == "never" ? 2 : 1))
    }

    @Test("min_tool_timeout_millis raises shorter limits of tools and says so")
    func floor() throws {
        let crew = """
            settings: {min_tool_timeout_millis: 5000}
            tools:
              T: {description: d, command: [x], timeout_seconds: 0.5}
              U: {description: d, command: [x], timeout_seconds: 6}
            mcp_servers:
              s: {command: [x], call_timeout_seconds: 1}
            """
        let folder = try CrewFiles(oneAgent(crew: crew))
        let loaded = try folder.load()
        #expect(loaded.definition.tools.map(\.timeout) == [.seconds(5), .seconds(6)])
        #expect(loaded.definition.mcpServers.map(\.callTimeout) == [.seconds(5)])
        #expect(
            try folder.problems().filter { $0.contains("out_of_range") } == [
                "crew.yaml:4:54: warning out_of_range", "crew.yaml:7:43: warning out_of_range",
            ])
    }
}
