import CrewKit
import CrewTesting
import Synchronization
import Testing

@Suite("Tool calls of a run")
struct ToolTests {
    private func results(_ told: CrewFixture.Told) -> [ToolResult] {
        told.events.compactMap {
            if case .toolReturned(let returned) = $0.event { return returned.result }
            return nil
        }
    }

    @Test("Results go back to the same agent as messages that answer their calls")
    func roundTrip() async throws {
        var crew = CrewFixture(AgentDefinition(id: "a", tools: ["t"]))
        crew.tools = Toolbox([ClosureTool("t") { _ in "42" }])
        let model = ScriptedModel(["a": [.calls(("t", [:])), .text("it is 42")]])
        let told = try await crew.run(RunRequest("hi"), model)
        #expect(told.result.text == "it is 42")
        let last = try #require(model.requests.last)
        guard case .assistant(_, let calls, _)? = last.messages.dropLast().last,
            case .tool(let id, "t", "42")? = last.messages.last
        else {
            Issue.record("unexpected messages: \(last.messages)")
            return
        }
        #expect(calls.map(\.id) == [id])
    }

    @Test("A throwing, an unknown and a good tool of one reply each give a result, in call order")
    func mixedBatch() async throws {
        var crew = CrewFixture(AgentDefinition(id: "a", tools: ["good", "bad"]))
        crew.tools = Toolbox([
            ClosureTool("good") { _ in "fine" },
            ClosureTool("bad") { _ in throw CrewError(.toolFailed, "disk on fire") },
        ])
        let told = try await crew.run(
            "hi",
            ["a": [.calls(("good", [:]), ("bad", [:]), ("god", [:])), .text("ok")]])
        #expect(results(told).map(\.status) == [.success, .error, .error])
        #expect(results(told)[1].output == "disk on fire")
        #expect(results(told)[2].output.contains("did you mean 'good'"))
        #expect(told.result.outcome == .completed)
    }

    @Test("A tool that ignores cancellation is left behind at its deadline and the run goes on")
    func hardDeadline() async throws {
        let clock = ManualClock()
        var crew = CrewFixture(AgentDefinition(id: "a", tools: ["stuck"]))
        crew.clock = clock
        let release = Gate()
        crew.tools = Toolbox([
            ClosureTool("stuck", timeout: .seconds(3)) { _ in
                await release.wait()
                return "too late"
            }
        ])
        let model = ScriptedModel(["a": [.calls(("stuck", [:])), .text("moving on")]])
        let runner = try crew.runner(model)
        let told = try await withRunning(runner) {
            let run = try await runner.start(RunRequest("hi"))
            await clock.waitForSleepers(of: .seconds(3))
            clock.advance(by: .seconds(3))
            await clock.waitForSleepers(of: .seconds(1))
            clock.advance(by: .seconds(1))
            return try await CrewFixture.follow(run, of: runner)
        }
        release.open()
        #expect(results(told).map(\.status) == [.timeout])
        #expect(told.result.text == "moving on")
    }

    @Test("When the time for a batch is over the remaining calls still get a result")
    func batchDeadline() async throws {
        let clock = ManualClock()
        var crew = CrewFixture(AgentDefinition(id: "a", tools: ["slow"]))
        crew.clock = clock
        crew.definition.settings.maxParallelTools = 1
        crew.definition.settings.toolTimeout = .seconds(5)
        crew.definition.settings.toolBatchTimeout = .seconds(5)
        let release = Gate()
        crew.tools = Toolbox([
            ClosureTool("slow") { _ in
                await release.wait()
                return ""
            }
        ])
        let runner = try crew.runner(
            ScriptedModel(["a": [.calls(("slow", [:]), ("slow", [:]), ("slow", [:])), .text("ok")]])
        )
        let told = try await withRunning(runner) {
            let run = try await runner.start(RunRequest("hi"))
            await clock.waitForSleepers(of: .seconds(5))
            clock.advance(by: .seconds(5))
            await clock.waitForSleepers(of: .seconds(1))
            clock.advance(by: .seconds(1))
            return try await CrewFixture.follow(run, of: runner)
        }
        release.open()
        #expect(results(told).map(\.status) == [.timeout, .timeout, .timeout])
        #expect(told.result.outcome == .completed)
    }

    @Test("No more tools than the bound run at the same time")
    func boundedConcurrency() async throws {
        var crew = CrewFixture(AgentDefinition(id: "a", tools: ["t"]))
        crew.definition.settings.maxParallelTools = 2
        let active = Crowd()
        crew.tools = Toolbox([
            ClosureTool("t") { _ in
                active.change(by: 1)
                for _ in 0..<10 { await Task.yield() }
                active.change(by: -1)
                return "x"
            }
        ])
        let calls: [(ToolName, JSONValue)] = Array(repeating: ("t", [:]), count: 6)
        let reply = ModelReply(
            toolCalls: calls.enumerated().map {
                ToolCall(id: ToolCallID("\($0.offset)"), name: $0.element.0)
            })
        let told = try await crew.run("hi", ["a": [.reply(reply), .text("ok")]])
        #expect(results(told).count == 6)
        #expect(active.most <= 2)
    }

    @Test("Starts are stored before the first tool runs, each with a key of its own")
    func startsFirst() async throws {
        var crew = CrewFixture(AgentDefinition(id: "a", tools: ["t"]))
        let keys = Notes()
        crew.tools = Toolbox([
            ClosureTool("t") { call in
                keys.add(call.idempotencyKey)
                return "x"
            }
        ])
        let told = try await crew.run(
            "hi", ["a": [.calls(("t", [:]), ("t", [:])), .calls(("t", [:])), .text("ok")]])
        let tools = told.names.filter { $0.hasPrefix("tool_") }
        #expect(
            tools == [
                "tool_started", "tool_started", "tool_returned", "tool_returned", "tool_started",
                "tool_returned",
            ])
        #expect(Set(keys.all).count == 3)
    }

    @Test("Calls with empty or repeated ids are told apart")
    func uniqueIDs() async throws {
        var crew = CrewFixture(AgentDefinition(id: "a", tools: ["t"]))
        crew.tools = Toolbox([ClosureTool("t") { _ in "x" }])
        let reply = ModelReply(toolCalls: [
            ToolCall(id: "", name: "t"), ToolCall(id: "same", name: "t"),
            ToolCall(id: "same", name: "t"),
        ])
        let told = try await crew.run("hi", ["a": [.reply(reply), .text("ok")]])
        #expect(Set(results(told).map(\.call)).count == 3)
    }

    @Test("Output is cut on a character boundary for the model, and the log has more of it")
    func outputCaps() async throws {
        var crew = CrewFixture(AgentDefinition(id: "a", tools: ["t"]))
        crew.definition.settings.maxToolOutput = 5
        let output = String(repeating: "ệ", count: 9)
        crew.tools = Toolbox([ClosureTool("t") { _ in output }])
        let model = ScriptedModel(["a": [.calls(("t", [:])), .text("ok")]])
        let told = try await crew.run(RunRequest("hi"), model)
        #expect(results(told).first?.output == output)
        let shown = model.requests.last?.messages.last?.text ?? ""
        #expect(shown.hasPrefix("ệệệệệ\n\n[⚠️ OUTPUT TRUNCATED - Original size: 9 characters; "))
    }

    @Test("A native transfer tool hands over like a signal and its call has a result")
    func nativeHandoff() async throws {
        var first = AgentDefinition(id: "a", handoffTargets: ["b"])
        first.routing = .tools
        let crew = CrewFixture(first, AgentDefinition(id: "b"))
        let model = ScriptedModel(["a": [.calls(("transfer_to_b", [:]))], "b": [.text("hello")]])
        let told = try await crew.run(RunRequest("hi"), model)
        #expect(told.path == ["a", "b"])
        #expect(model.requests.first?.tools.map(\.name) == ["transfer_to_b"])
        #expect(results(told).map(\.status) == [.success])
    }

    @Test("A tool sees the conversation of its own run")
    func conversation() async throws {
        var crew = CrewFixture(AgentDefinition(id: "a", tools: ["count"]))
        crew.tools = Toolbox([ClosureTool("count") { "\($0.conversation.count)" }])
        let told = try await crew.run(
            RunRequest("hi", history: [.user("earlier")]),
            ScriptedModel(["a": [.calls(("count", [:])), .text("ok")]]))
        #expect(results(told).first?.output == "3")
    }
}

/// Holds tasks back until it is opened; it does not listen to cancellation.
final class Gate: Sendable {
    private let state = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>(
        (false, []))

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// Counts how many are somewhere at once.
final class Crowd: Sendable {
    private let state = Mutex((now: 0, most: 0))

    var most: Int { state.withLock { $0.most } }

    func change(by count: Int) {
        state.withLock { state in
            state.now += count
            state.most = max(state.most, state.now)
        }
    }
}

/// Texts that tasks leave for the test.
final class Notes: Sendable {
    private let state = Mutex<[String]>([])

    var all: [String] { state.withLock { $0 } }

    func add(_ text: String) { state.withLock { $0.append(text) } }
}
