import CrewTesting
import Foundation
import Testing

@testable import CrewKit

@Suite("Runs whose process died")
struct RecoveryTests {
    /// The events of an uninterrupted run.
    private static func wholeLog() async throws -> [StoredEvent] {
        let store = InMemoryRunStore()
        let runner = try DurableScene().runner(store)
        return try await withRunning(runner) {
            let run = try await runner.start(RunRequest("go"))
            #expect(try await runner.driveToEnd(run) == .terminated(by: "[DONE]"))
            return try await store.events(of: run, after: 0, limit: 1_000)
        }
    }

    @Test("A run goes on from any point of its log, and no effect happens twice unasked")
    func goesOnFromAnywhere() async throws {
        let log = try await Self.wholeLog()
        #expect(log.count > 40)
        for count in 1..<log.count {
            let scene = DurableScene()
            let store = InMemoryRunStore()
            let record = RunRecord(
                id: "run", crew: "durable", session: nil, createdAt: .distantPast)
            try await store.create(record, events: Array(log.prefix(count)))
            let runner = try scene.runner(store)
            try await withRunning(runner) {
                try await runner.recover()
                let outcome = try await runner.driveToEnd("run")
                #expect(outcome == .terminated(by: "[DONE]"), "after \(count) events")
                #expect(try await runner.result(of: "run").text == DurableScene.finalText)
            }
            #expect(scene.prompts.problems.isEmpty, "after \(count) events")
            let started = log.prefix(count).filter(\.isStartOfAWrite).count
            let returned = log.prefix(count).filter(\.isResultOfAWrite).count
            #expect(scene.effects.repeated.isEmpty, "after \(count) events")
            // What had been started and not returned is not done again: two notes, one shipment.
            let writes = (scene.effects.totals["note"] ?? 0) + (scene.effects.totals["ship"] ?? 0)
            #expect(writes == 3 - started, "after \(count) events, \(returned) returned")
        }
    }

    @Test("A call that only reads is made again with the same key")
    func readsAgain() async throws {
        let (told, effects) = try await recovered(effect: .read)
        #expect(effects.totals == ["t": 1])
        let keys = told.compactMap { stored -> String? in
            if case .toolStarted(let start) = stored.event { return start.idempotencyKey }
            return nil
        }
        #expect(keys == ["run/1/1"])
        #expect(told.results == [.success])
    }

    @Test("A call that writes is not made again; its model and the log are told")
    func leavesWrites() async throws {
        let (told, effects) = try await recovered(effect: .write)
        #expect(effects.totals.isEmpty)
        #expect(told.results == [.unknown])
        let warnings = told.compactMap { stored -> RunWarning.Code? in
            if case .warned(let warning) = stored.event { return warning.code }
            return nil
        }
        #expect(warnings == [.outcomeUnknown])
    }

    @Test(
        "A call that cannot be undone waits for a person",
        arguments: [
            (ApprovalDecision.approve, ToolResult.Status.success), (.refuse, .unknown),
        ])
    func asksAboutIrreversible(decision: ApprovalDecision, status: ToolResult.Status) async throws {
        let (told, effects) = try await recovered(effect: .irreversible, decision: decision)
        #expect(effects.totals == (decision == .approve ? ["t": 1] : [:]))
        #expect(told.results == [status])
        let reasons = told.compactMap { stored -> ApprovalRequested.Reason? in
            if case .approvalRequested(let request) = stored.event { return request.reason }
            return nil
        }
        #expect(reasons == [.unknownOutcome])
    }

    /// A run whose process died right after a call of that effect was announced.
    private func recovered(
        effect: ToolEffect, decision: ApprovalDecision = .approve
    ) async throws -> ([StoredEvent], EffectLedger) {
        let effects = EffectLedger()
        var fixture = CrewFixture(AgentDefinition(id: "a", tools: ["t"]))
        fixture.tools = Toolbox([
            CountedTool(
                definition: ToolDefinition(name: "t", description: "t", effect: effect),
                effects: effects)
        ])
        let store = InMemoryRunStore()
        let call = ToolCall(id: "c0", name: "t")
        let reply = Replied(
            agent: "a", round: 1, message: AgentMessage(agent: "a", text: "", toolCalls: [call]),
            finish: .toolCalls, model: "m")
        try await store.begin([
            .runStarted(RunStarted(crew: "test", input: "x", agent: "a", history: [])),
            .turnStarted(TurnStarted(agent: "a")),
            .roundStarted(RoundStarted(agent: "a", round: 1, model: "m")), .replied(reply),
            .toolStarted(
                ToolStarted(agent: "a", call: call, effect: effect, idempotencyKey: "run/1/1")),
        ])
        let runner = try fixture.runner(ScriptedModel(["a": [.text("done")]]), store: store)
        return try await withRunning(runner) {
            #expect(try await runner.recover() == 1)
            #expect(try await runner.driveToEnd("run", decision: decision) == .completed)
            return (try await store.events(of: "run", after: 0, limit: 100), effects)
        }
    }

    @Test(
        "By policy a run waits for a person, or fails, and says so",
        arguments: RecoveryPolicy.allCases)
    func policies(policy: RecoveryPolicy) async throws {
        let store = InMemoryRunStore()
        try await store.begin([
            .runStarted(RunStarted(crew: "test", input: "x", agent: "a", history: [])),
            .turnStarted(TurnStarted(agent: "a")),
            .roundStarted(RoundStarted(agent: "a", round: 1, model: "m")),
        ])
        let crew = try CrewFixture(AgentDefinition(id: "a")).crew()
        var options = RunnerOptions()
        options.recovery = policy
        let runner = try CrewRunner(
            crew: crew, models: ModelSet(ScriptedModel(["a": [.text("done")]]), for: crew),
            store: store, options: options)
        try await withRunning(runner) {
            #expect(try await runner.recover() == 1)
            let result = try await runner.result(of: "run")
            switch policy {
            case .resume: #expect(result.outcome == .completed)
            case .fail:
                guard case .failed(let failure) = result.outcome else {
                    Issue.record("\(result.outcome)")
                    return
                }
                #expect(failure.code == "interrupted")
            case .pause:
                #expect(result.outcome == .paused(at: "a"))
                #expect(try await runner.recover() == 0)
                try await runner.resume("run")
                #expect(try await runner.result(of: "run").outcome == .completed)
            }
        }
    }

    @Test("Runs of another crew are not taken up, and nothing is taken up twice")
    func onlyItsOwn() async throws {
        let store = InMemoryRunStore()
        try await store.begin(
            [.runStarted(RunStarted(crew: "other", input: "x", agent: "a", history: []))],
            crew: "other")
        let runner = try CrewFixture(AgentDefinition(id: "a")).runner(
            ScriptedModel([:]), store: store)
        let count = try await withRunning(runner) { try await runner.recover() }
        #expect(count == 0)
        #expect(try await store.record(of: "run")?.status == .running)
    }

    @Test("A runner that leaves runs unfinished stores no end; the next one goes on")
    func handsBack() async throws {
        let store = InMemoryRunStore()
        let fixture = CrewFixture(AgentDefinition(id: "a"))
        let crew = try fixture.crew()
        var options = RunnerOptions()
        options.leavesRunsUnfinished = true
        let first = try CrewRunner(
            crew: crew, models: ModelSet(ScriptedModel(["a": [.hang(after: "half")]]), for: crew),
            store: store, options: options)
        let run = try await withRunning(first) {
            let events = try await first.startFollowing(RunRequest("x"))
            for try await item in events { if case .delta = item { break } }
            return events.run
        }
        #expect(try await store.record(of: run)?.status == .running)
        let second = try fixture.runner(ScriptedModel(["a": [.text("whole")]]), store: store)
        try await withRunning(second) {
            try await second.recover()
            #expect(try await second.result(of: run).text == "whole")
        }
    }
}

extension StoredEvent {
    fileprivate var isStartOfAWrite: Bool {
        if case .toolStarted(let start) = event { return start.effect == .write }
        return false
    }

    fileprivate var isResultOfAWrite: Bool {
        if case .toolReturned(let returned) = event {
            return returned.result.name != "look" && returned.result.name != "pay"
        }
        return false
    }
}

extension [StoredEvent] {
    fileprivate var results: [ToolResult.Status] {
        compactMap { stored in
            if case .toolReturned(let returned) = stored.event { return returned.result.status }
            return nil
        }
    }
}

extension RunStore {
    /// Begins a run `run` with these events.
    func begin(_ events: [RunEvent], crew: String = "test") async throws {
        let record = RunRecord(id: "run", crew: crew, session: nil, createdAt: .distantPast)
        let stored = events.enumerated().map {
            StoredEvent(sequence: $0 + 1, time: .distantPast, event: $1)
        }
        try await create(record, events: stored)
    }
}
