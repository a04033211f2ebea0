import CrewKit
import CrewTesting
import Foundation
import Testing

@Suite("Runs, sessions, pauses and cancellation")
struct SessionTests {
    private func waiting() -> CrewFixture {
        var routing = RoutingDefinition(signals: ["a": [SignalRoute("[B]", to: "b")]])
        routing.behaviors = ["a": AgentBehavior(waitForSignal: true)]
        return CrewFixture(
            AgentDefinition(id: "a"), AgentDefinition(id: "b", isTerminal: true), routing: routing)
    }

    @Test("A paused run goes on with its agent, in the same log, with the answer said once")
    func resume() async throws {
        let model = ScriptedModel(["a": [.text("which?"), .text("[B]")], "b": [.text("done")]])
        let runner = try waiting().runner(model)
        let told = try await withRunning(runner) {
            let run = try await runner.start(RunRequest("help", session: "s"))
            #expect(try await runner.result(of: run).outcome == .paused(at: "a"))
            #expect(try await runner.pausedRun(in: "s") == run)
            try await runner.resume(run, with: "the red one")
            return try await CrewFixture.follow(run, of: runner)
        }
        #expect(told.path == ["a", "a", "b"])
        #expect(told.result.outcome == .completed)
        #expect(told.events.map(\.sequence) == Array(1...told.events.count))
        let texts = model.requests[1].messages.map(\.text)
        #expect(texts.filter { $0 == "help" }.count == 1)
        #expect(texts.filter { $0 == "the red one" }.count == 1)
    }

    @Test("A run that does not wait cannot be resumed, an unknown one neither")
    func resumeRefused() async throws {
        let runner = try waiting().runner(ScriptedModel(["a": [.text("[B]")], "b": [.text("x")]]))
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("help"))
            _ = try await runner.result(of: run)
            await #expect(throws: CrewError.self) { try await runner.resume(run, with: "x") }
            await #expect(throws: CrewError.self) { try await runner.resume("nobody", with: "x") }
        }
    }

    @Test("Of two answers to one pause exactly one is taken")
    func oneAnswer() async throws {
        let model = ScriptedModel(["a": [.text("which?"), .text("[B]")], "b": [.text("done")]])
        let runner = try waiting().runner(model)
        let taken = try await withRunning(runner) {
            let run = try await runner.start(RunRequest("help"))
            _ = try await runner.result(of: run)
            return await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask { (try? await runner.resume(run, with: "x")) != nil }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
        }
        #expect(taken == 1)
    }

    @Test("A session's next run remembers what was said, other agents' words as context")
    func sessionMemory() async throws {
        let crew = CrewFixture(
            AgentDefinition(id: "a", name: "My"), AgentDefinition(id: "b", name: "Trang"),
            routing: RoutingDefinition(signals: ["a": [SignalRoute("[B]", to: "b")]]))
        let model = ScriptedModel([
            "a": [.text("go [B]"), .text("again")], "b": [.text("I am Trang")],
        ])
        let runner = try crew.runner(model)
        try await withRunning(runner) {
            let first = try await runner.start(RunRequest("one", session: "s"))
            _ = try await runner.result(of: first)
            let second = try await runner.start(RunRequest("two", session: "s"))
            _ = try await runner.result(of: second)
        }
        #expect(
            model.requests.last?.messages.dropFirst() == [
                .user("one"), .assistant(text: "go [B]", toolCalls: []),
                .user("[Context from Trang]\nI am Trang"), .user("two"),
            ])
    }

    @Test("A session has one run at a time; another session is not held up")
    func sessionBusy() async throws {
        let crew = CrewFixture(AgentDefinition(id: "a"))
        let model = ScriptedModel(["a": [.hang(after: ""), .text("other")]])
        let runner = try crew.runner(model)
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("one", session: "s"))
            await model.waitForRequests(1)
            await #expect { try await runner.start(RunRequest("two", session: "s")) } throws: {
                ($0 as? CrewError)?.code == .sessionBusy
            }
            let other = try await runner.start(RunRequest("two", session: "t"))
            #expect(try await runner.result(of: other).outcome == .completed)
            runner.cancelLive(run)
            #expect(try await runner.result(of: run).outcome == .cancelled)
        }
    }

    @Test("What came of a run is told at once, and only when it is at rest")
    func settledResult() async throws {
        let model = ScriptedModel(["a": [.hang(after: "")]])
        let runner = try CrewFixture(AgentDefinition(id: "a")).runner(model)
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("one"))
            await model.waitForRequests(1)
            #expect(try await runner.settledResult(of: run) == nil)
            runner.cancelLive(run)
            let result = try await runner.result(of: run)
            #expect(try await runner.settledResult(of: run) == result)
            await #expect(throws: CrewError.self) { try await runner.settledResult(of: "none") }
        }
    }

    @Test("Runs that wait for their session are counted")
    func queuedRuns() async throws {
        let model = ScriptedModel(["a": [.hang(after: ""), .text("second")]])
        let runner = try CrewFixture(AgentDefinition(id: "a")).runner(model)
        try await withRunning(runner) {
            let first = try await runner.start(RunRequest("one", session: "s"))
            var waiting = RunRequest("two", session: "s")
            waiting.ifBusy = .enqueue
            let second = try await runner.start(waiting)
            #expect(runner.queuedRuns == 1)
            await model.waitForRequests(1)
            runner.cancelLive(first)
            #expect(try await runner.result(of: second).text == "second")
            #expect(runner.queuedRuns == 0)
        }
    }

    @Test("Concurrent runs share nothing: each sees its own input and history only")
    func isolation() async throws {
        let crew = CrewFixture(AgentDefinition(id: "a"))
        let echo = ScriptedModel([
            "a": Array(
                repeating: .make { request in
                    ModelReply(text: request.messages.map(\.text).joined(separator: "|"))
                }, count: 50)
        ])
        let runner = try crew.runner(echo)
        let texts = try await withRunning(runner) {
            try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for number in 0..<50 {
                    group.addTask {
                        let run = try await runner.start(
                            RunRequest("in\(number)", history: [.user("past\(number)")]))
                        return (number, try await runner.result(of: run).text)
                    }
                }
                return try await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
            }
        }
        for number in 0..<50 {
            #expect(texts[number]?.hasSuffix("past\(number)|in\(number)") == true)
            #expect(texts[number]?.components(separatedBy: "past").count == 2)
        }
    }

    @Test("Cancelling in the middle of tools leaves every call with a result")
    func cancelDuringTools() async throws {
        var crew = CrewFixture(AgentDefinition(id: "a", tools: ["stuck", "quick"]))
        let begun = Gate()
        crew.tools = Toolbox([
            ClosureTool("quick") { _ in "done" },
            ClosureTool("stuck") { _ in
                begun.open()
                return try await neverAnswer()
            },
        ])
        let runner = try crew.runner(
            ScriptedModel(["a": [.calls(("quick", [:]), ("stuck", [:]))]]))
        let told = try await withRunning(runner) {
            let run = try await runner.start(RunRequest("hi"))
            await begun.wait()
            runner.cancelLive(run)
            return try await CrewFixture.follow(run, of: runner)
        }
        #expect(told.result.outcome == .cancelled)
        #expect(told.names.filter { $0 == "tool_started" }.count == 2)
        #expect(told.names.filter { $0 == "tool_returned" }.count == 2)
    }

    @Test("When the runner stops, its runs end as cancelled, also those it never began")
    func runnerStops() async throws {
        let crew = CrewFixture(AgentDefinition(id: "a"))
        let runner = try crew.runner(ScriptedModel([:]))
        let run = try await runner.start(RunRequest("hi"))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await runner.run() }
            group.cancelAll()
        }
        #expect(try await runner.result(of: run).outcome == .cancelled)
        await #expect { try await runner.start(RunRequest("hi")) } throws: {
            ($0 as? CrewError)?.code == .shuttingDown
        }
    }

    @Test("Empty and oversized inputs are refused, counted in bytes of UTF-8")
    func inputs() async throws {
        var crew = CrewFixture(AgentDefinition(id: "a"))
        crew.definition.settings.maxInputBytes = 6
        let runner = try crew.runner(ScriptedModel([:]))
        await #expect(throws: CrewError.self) { try await runner.start(RunRequest("")) }
        await #expect(throws: CrewError.self) { try await runner.start(RunRequest("ệệệ")) }
        _ = try await runner.start(RunRequest("ệệ"))
    }

    @Test("More runs than the runner's limit are refused and say when to come back")
    func admission() async throws {
        let crew = try CrewFixture(AgentDefinition(id: "a")).crew()
        var options = RunnerOptions()
        options.maxActiveRuns = 1
        let runner = try CrewRunner(
            crew: crew, models: ModelSet(ScriptedModel([:]), for: crew), options: options)
        _ = try await runner.start(RunRequest("hi"))
        await #expect { try await runner.start(RunRequest("hi")) } throws: {
            ($0 as? CrewError)?.code == .tooManyRuns && ($0 as? CrewError)?.retryAfter != nil
        }
    }
}
