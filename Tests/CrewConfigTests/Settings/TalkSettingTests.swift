import CrewConfig
import CrewKit
import CrewTesting
import Testing

@Suite(
    "Settings of prompts, signals, waiting and models, shown at run time", .timeLimit(.minutes(2)))
struct TalkSettingTests {
    @Test(
        "language and organization stand in the prompt",
        arguments: [("organization: Acme", "Acme"), ("pause_answer: x", "")])
    func prompt(_ line: String, _ word: String) async throws {
        let model = ScriptedModel(["a": [.text("ok")]])
        _ = try await SettingScene(line).told(model)
        let sent = "\(model.requests.map(\.messages))"
        #expect(sent.contains("Acme") == !word.isEmpty)
        let crew = try CrewFiles(oneAgent("role: r\n", crew: "settings: {language: vi}\n"))
            .load().validated(tools: [])
        #expect(crew.agent("a")?.systemPrompt.contains("code 'vi'") == true)
    }

    @Test(
        "suspicious_inputs says what is warned of",
        arguments: [
            ("suspicious_inputs: {phrases: [\"open sesame\"]}", true),
            ("suspicious_inputs: {enabled: false, phrases: [\"open sesame\"]}", false),
            ("max_rounds: 5", false),
        ])
    func suspicion(_ line: String, _ isWarned: Bool) async throws {
        let runner = try SettingScene(line).runner(ScriptedModel(["a": [.text("ok")]]))
        let events = try await runner.workingRuns {
            let run = try await runner.start(RunRequest("Now open sesame, please"))
            _ = try await runner.result(of: run)
            return try await runner.store.events(of: run, after: 0, limit: 100)
        }
        #expect(events.contains { "\($0.event)".contains("suspicious_input") } == isWarned)
    }

    @Test(
        "max_context_window and context_trim_percent leave older words out",
        arguments: [
            ("max_context_window: 100000", false), ("max_context_window: 300", true),
            ("max_context_window: 300\ncontext_trim_percent: 50", true),
        ])
    func window(_ settings: String, _ trims: Bool) async throws {
        let words = String(repeating: "many words ", count: 60)
        let scene = SettingScene(settings)
        let model = ScriptedModel(["a": [.text("ok")]])
        let runner = try scene.runner(model)
        _ = try await runner.workingRuns {
            var request = RunRequest("hi")
            request.history = (1...6).map { _ in .user(words) }
            return try await runner.result(of: try await runner.start(request))
        }
        let sent = try #require(model.requests.first).messages.count
        #expect(trims ? sent < 7 : sent >= 7)
    }

    /// A setting of signals, a reply, and the agents that spoke.
    static let signals: [(String, String, [String])] = [
        ("signal_choice: last", "[B] [C]", ["a", "c"]),
        ("signal_choice: first", "[B] [C]", ["a", "b"]),
        ("signal_choice: priority", "[C] [B]", ["a", "b"]),
        ("fold_diacritics: true", "[KET]", ["a", "b"]),
        ("fold_diacritics: false", "[KET]", ["a"]),
    ]

    @Test("signal_choice and fold_diacritics decide who goes on", arguments: signals)
    func signal(_ settings: String, _ reply: String, _ path: [String]) async throws {
        var scene = SettingScene(settings)
        scene.crew = """
            routing:
              signals:
                a:
                  - {signal: "[B]", target: b, priority: 90}
                  - {signal: "[C]", target: c}
                  - {signal: "[KẾT]", target: b}
            """
        scene.agents = [("a", ""), ("b", ""), ("c", "")]
        let told = try await scene.told([
            "a": [.text(reply)], "b": [.text("x")], "c": [.text("x")],
        ])
        let spoke = told.events.compactMap { event -> String? in
            if case .turnStarted(let turn) = event { return turn.agent.rawValue }
            return nil
        }
        #expect(spoke == path)
    }

    @Test("builtin_signals lets [WAIT] pause the run", arguments: [true, false])
    func builtIn(_ isOn: Bool) async throws {
        let scene = SettingScene("builtin_signals: \(isOn)")
        let told = try await scene.told(["a": [.text("[WAIT]")]])
        #expect((told.result.outcome == .completed) == !isOn)
    }

    @Test(
        "slow_call_threshold_seconds warns of a slow model call",
        arguments: [("2", true), ("5", false)])
    func slowCall(_ seconds: String, _ warns: Bool) async throws {
        let clock = ManualClock()
        var scene = SettingScene("slow_call_threshold_seconds: \(seconds)")
        scene.clock = clock
        let model = ScriptedModel([
            "a": [
                .make { _ in
                    try await clock.elapse(.seconds(3))
                    return ModelReply(text: "ok")
                }
            ]
        ])
        let told = try await scene.told(model) {
            await clock.waitForSleepers(of: .seconds(3))
            clock.advance(by: .seconds(3))
        }
        #expect(told.warnings == (warns ? [.slowCall] : []))
    }

    @Test("max_input_size_kb refuses a longer input", arguments: [(1, true), (2, false)])
    func input(_ kilobytes: Int, _ refuses: Bool) async throws {
        let runner = try SettingScene("max_input_size_kb: \(kilobytes)").runner(
            ScriptedModel(["a": [.text("ok")]]))
        let text = String(repeating: "x", count: 1_500)
        let isRefused = try await runner.workingRuns {
            do {
                _ = try await runner.result(of: try await runner.start(RunRequest(text)))
                return false
            } catch let error as CrewError {
                return error.code == .invalidInput
            }
        }
        #expect(isRefused == refuses)
    }
}
