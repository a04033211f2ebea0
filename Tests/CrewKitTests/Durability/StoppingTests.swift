import CrewTesting
import Foundation
import Synchronization
import Testing

@testable import CrewKit

@Suite("Runs that are stopped, queued, forked")
struct StoppingTests {
    /// Two agents; the first calls a tool, speaks again, and hands over.
    private static func fixture(_ tool: @escaping @Sendable () async -> Void) -> CrewFixture {
        var fixture = CrewFixture(
            AgentDefinition(id: "a", tools: ["t"]), AgentDefinition(id: "b"),
            routing: RoutingDefinition(signals: ["a": [SignalRoute("[B]", to: "b")]]))
        fixture.tools = Toolbox([
            ClosureTool("t") { _ in
                await tool()
                return "ok"
            }
        ])
        return fixture
    }

    private static func model() -> ScriptedModel {
        ScriptedModel([
            "a": [.calls(("t", [:])), .text("go [B]"), .text("go [B]")],
            "b": [.text("end"), .text("end")],
        ])
    }

    @Test(
        "A cancelled run finishes what its depth allows and no more",
        arguments: [
            (StopDepth.afterRound, ["a"], 1), (.afterTurn, ["a"], 2),
        ])
    func depths(depth: StopDepth, path: [AgentID], rounds: Int) async throws {
        let runnerBox = Mutex<CrewRunner?>(nil)
        let fixture = Self.fixture {
            // Cancelled while the tool is under way.
            guard let runner = runnerBox.withLock({ $0 }) else { return }
            try? await runner.cancel("run", depth)
        }
        let crew = try fixture.crew()
        var options = RunnerOptions()
        options.makeRunID = { "run" }
        let runner = try CrewRunner(
            crew: crew, models: ModelSet(Self.model(), for: crew), tools: fixture.tools,
            options: options)
        runnerBox.withLock { $0 = runner }
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("x"))
            let told = try await CrewFixture.follow(run, of: runner)
            #expect(told.result.outcome == .cancelled)
            #expect(told.path == path && told.result.rounds == rounds)
            #expect(told.events.openCalls.isEmpty)
            // It goes on where it stood.
            try await runner.resume(run)
            let whole = try await CrewFixture.follow(run, of: runner)
            #expect(whole.result.outcome == .completed && whole.result.text == "end")
            #expect(whole.events.openCalls.isEmpty)
        }
    }

    @Test("A wish to end outlives the process that took it")
    func wishSurvives() async throws {
        let store = InMemoryRunStore()
        try await store.begin([
            .runStarted(RunStarted(crew: "test", input: "x", agent: "a", history: [])),
            .turnStarted(TurnStarted(agent: "a")),
            .roundStarted(RoundStarted(agent: "a", round: 1, model: "m")),
            .cancelRequested(CancelRequested(depth: .afterTurn)),
        ])
        let runner = try Self.fixture {}.runner(
            ScriptedModel(["a": [.text("go [B]")]]), store: store)
        try await withRunning(runner) {
            try await runner.recover()
            let told = try await CrewFixture.follow("run", of: runner)
            #expect(told.result.outcome == .cancelled && told.result.text == "go [B]")
        }
    }

    @Test(
        "A run that was cancelled at once can be resumed, with an answer or without",
        arguments: [nil, "hello"])
    func resumeCancelled(input: String?) async throws {
        let model = ScriptedModel(["a": [.hang(after: "half"), .text("whole")]])
        let runner = try CrewFixture(AgentDefinition(id: "a")).runner(model)
        try await withRunning(runner) {
            let events = try await runner.startFollowing(RunRequest("x"))
            for try await item in events { if case .delta = item { break } }
            try await runner.cancel(events.run)
            #expect(try await runner.result(of: events.run).outcome == .cancelled)
            try await runner.resume(events.run, with: input)
            let result = try await runner.result(of: events.run)
            #expect(result.outcome == .completed && result.text == "whole")
        }
        #expect(model.requests.last?.messages.map(\.text).last == input ?? "x")
    }

    @Test("A failed run can be tried again; one that completed cannot")
    func resumeFailed() async throws {
        let model = ScriptedModel([
            "a": [.failure(CrewError(.modelRejectedKey, "no")), .text("fine")]
        ])
        let runner = try CrewFixture(AgentDefinition(id: "a")).runner(model)
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("x"))
            guard case .failed = try await runner.result(of: run).outcome else {
                Issue.record("it did not fail")
                return
            }
            try await runner.resume(run)
            #expect(try await runner.result(of: run).outcome == .completed)
            await #expect { try await runner.resume(run) } throws: { error in
                (error as? CrewError)?.code == .runNotPaused
            }
        }
    }

    @Test("Who knows an older state of a run does not resume it")
    func expectedSequence() async throws {
        let model = ScriptedModel(["a": [.hang(after: "x"), .text("fine")]])
        let runner = try CrewFixture(AgentDefinition(id: "a")).runner(model)
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("x"))
            await model.waitForRequests(1)
            try await runner.cancel(run)
            _ = try await runner.result(of: run)
            let last = try #require(try await runner.record(of: run)?.lastSequence)
            await #expect { try await runner.resume(run, expecting: last - 1) } throws: { error in
                (error as? CrewError)?.code == .conflict
            }
            try await runner.resume(run, expecting: last)
            #expect(try await runner.result(of: run).outcome == .completed)
        }
    }

    @Test("An input for a busy session waits, is worked after the other, and knows what was said")
    func enqueue() async throws {
        let (gate, open) = AsyncStream<Void>.makeStream()
        let fixture = Self.fixture { for await _ in gate { break } }
        let model = ScriptedModel([
            "a": [.calls(("t", [:])), .text("one"), .text("two"), .text("three")]
        ])
        let runner = try fixture.runner(model)
        try await withRunning(runner) {
            let first = try await runner.start(RunRequest("1", session: "s"))
            var request = RunRequest("2", session: "s")
            request.ifBusy = .enqueue
            let second = try await runner.startFollowing(request)
            request.input = "3"
            let third = try await runner.start(request)
            #expect(try await runner.record(of: second.run)?.status == .queued)
            open.finish()
            var names: [String] = []
            for try await item in second {
                if case .event(let stored) = item { names.append(stored.event.name) }
            }
            #expect(names.prefix(2) == ["queued", "run_started"] && names.last == "run_ended")
            #expect(try await runner.result(of: third).text == "three")
            #expect(try await runner.result(of: first).text == "one")
        }
        #expect(model.requests.last?.messages.map(\.text).suffix(4) == ["one", "2", "two", "3"])
    }

    @Test("A queued input survives its process and keeps its place")
    func queueSurvives() async throws {
        let store = InMemoryRunStore()
        try await store.begin(
            [
                .runStarted(
                    RunStarted(crew: "test", input: "1", agent: "a", session: "s", history: []))
            ], session: "s")
        let queued = RunQueued(crew: "test", input: "2", agent: "a", session: "s")
        for (id, second) in [("q1", 1.0), ("q2", 2.0)] {
            try await store.create(
                RunRecord(
                    id: RunID(id), crew: "test", session: "s",
                    createdAt: Date(timeIntervalSince1970: second)),
                events: [StoredEvent(sequence: 1, time: .distantPast, event: .queued(queued))])
        }
        let model = ScriptedModel(["a": [.text("one"), .text("two"), .text("three")]])
        let runner = try CrewFixture(AgentDefinition(id: "a")).runner(model, store: store)
        try await withRunning(runner) {
            try await runner.recover()
            #expect(try await runner.result(of: "q2").text == "three")
            #expect(try await runner.result(of: "q1").text == "two")
        }
    }

    @Test("A queued input can be cancelled, and its follower sees the end")
    func cancelQueued() async throws {
        let (gate, open) = AsyncStream<Void>.makeStream()
        let runner = try Self.fixture { for await _ in gate { break } }.runner(Self.model())
        try await withRunning(runner) {
            let first = try await runner.start(RunRequest("1", session: "s"))
            var request = RunRequest("2", session: "s")
            request.ifBusy = .enqueue
            let second = try await runner.startFollowing(request)
            try await runner.cancel(second.run)
            var last: RunEvent?
            for try await item in second {
                if case .event(let stored) = item { last = stored.event }
            }
            #expect(last == .runEnded(RunEnded(outcome: .cancelled)))
            open.finish()
            #expect(try await runner.result(of: first).outcome == .completed)
        }
    }

    @Test("An input may take the place of what its session is doing")
    func interrupt() async throws {
        let model = ScriptedModel(["a": [.hang(after: "half"), .text("second")]])
        let runner = try CrewFixture(AgentDefinition(id: "a")).runner(model)
        try await withRunning(runner) {
            let first = try await runner.start(RunRequest("1", session: "s"))
            await model.waitForRequests(1)
            var request = RunRequest("2", session: "s")
            request.ifBusy = .interrupt
            let second = try await runner.start(request)
            #expect(try await runner.result(of: first).outcome == .cancelled)
            #expect(try await runner.result(of: second).text == "second")
        }
    }

    @Test("Of several inputs that interrupt each other none is refused, and the last one stays")
    func interruptTogether() async throws {
        let replies = Array(repeating: ScriptedModel.Reply.text("x"), count: 40)
        let runner = try CrewFixture(AgentDefinition(id: "a")).runner(ScriptedModel(["a": replies]))
        try await withRunning(runner) {
            var request = RunRequest("1", session: "s")
            request.ifBusy = .interrupt
            let input = request
            let runs = try await withThrowingTaskGroup(of: RunID.self) { group in
                for _ in 0..<8 { group.addTask { try await runner.start(input) } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(runs.count == 8)
            for run in runs {
                let outcome = try await runner.result(of: run).outcome
                #expect(outcome == .completed || outcome == .cancelled)
            }
        }
    }

    @Test("A repeated request that may interrupt does not interrupt itself")
    func repeatedInterrupt() async throws {
        let runner = try CrewFixture(AgentDefinition(id: "a")).runner(
            ScriptedModel(["a": [.text("x")]]))
        try await withRunning(runner) {
            var request = RunRequest("1", session: "s")
            request.ifBusy = .interrupt
            request.idempotencyKey = IdempotencyKey(text: "k", requestDigest: "1")
            let input = request
            let runs = try await withThrowingTaskGroup(of: RunID.self) { group in
                for _ in 0..<8 { group.addTask { try await runner.start(input) } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(runs.count == 1)
            for run in runs {
                #expect(try await runner.result(of: run).outcome == .completed)
            }
        }
    }

    @Test("A repeated request is the same run; another request with its key is refused")
    func idempotencyKey() async throws {
        let runner = try CrewFixture(AgentDefinition(id: "a")).runner(
            ScriptedModel(["a": [.text("x")]]))
        try await withRunning(runner) {
            var request = RunRequest("1")
            request.idempotencyKey = IdempotencyKey(text: "k", requestDigest: "1")
            let runs = try await withThrowingTaskGroup(of: RunID.self) { [request] group in
                for _ in 0..<8 { group.addTask { try await runner.start(request) } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(runs.count == 1)
            request.idempotencyKey = IdempotencyKey(text: "k", requestDigest: "2")
            let other = request
            await #expect { try await runner.start(other) } throws: { error in
                (error as? CrewError)?.code == .idempotencyConflict
            }
        }
    }
}

extension RunStore {
    func begin(_ events: [RunEvent], session: SessionID) async throws {
        let record = RunRecord(
            id: "run", crew: "test", session: session, createdAt: .distantPast)
        let stored = events.enumerated().map {
            StoredEvent(sequence: $0 + 1, time: .distantPast, event: $1)
        }
        try await create(record, events: stored)
    }
}
