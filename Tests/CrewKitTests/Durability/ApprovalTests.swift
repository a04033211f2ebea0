import CrewTesting
import Foundation
import Synchronization
import Testing

@testable import CrewKit

@Suite("Calls that wait for permission")
struct ApprovalTests {
    private static func fixture(_ effects: EffectLedger) -> CrewFixture {
        var fixture = CrewFixture(AgentDefinition(id: "a", tools: ["look", "ship"]))
        fixture.tools = Toolbox([
            CountedTool(
                definition: ToolDefinition(name: "look", description: "looks", effect: .read),
                effects: effects),
            CountedTool(
                definition: ToolDefinition(
                    name: "ship", description: "ships", approval: .always), effects: effects),
        ])
        return fixture
    }

    private static func model() -> ScriptedModel {
        ScriptedModel(["a": [.calls(("ship", [:]), ("look", [:])), .text("done")]])
    }

    /// A runner whose calls wait a minute for permission.
    private static func expiring(
        _ effects: EffectLedger, at time: HandSetTime
    ) throws -> CrewRunner {
        var fixture = fixture(effects)
        fixture.definition.settings.approvalTimeout = .seconds(60)
        let crew = try fixture.crew()
        var options = RunnerOptions()
        options.now = { time.now }
        return try CrewRunner(
            crew: crew, models: ModelSet(model(), for: crew), tools: fixture.tools,
            options: options)
    }

    @Test("A call is made only after it was allowed; the others of its reply do not wait")
    func allowed() async throws {
        let effects = EffectLedger()
        let runner = try Self.fixture(effects).runner(Self.model())
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("x"))
            #expect(try await runner.result(of: run).outcome == .paused(at: "a"))
            #expect(effects.totals == ["look": 1])
            let record = try #require(try await runner.record(of: run))
            #expect(record.pause?.kind == .approval)
            let approval = try #require(record.approvals.first)
            #expect(record.approvals.count == 1 && approval.request.call.name == "ship")
            try await runner.decide(approval.id, of: run, .approve)
            let told = try await CrewFixture.follow(run, of: runner)
            #expect(told.result.outcome == .completed && effects.totals == ["look": 1, "ship": 1])
            #expect(told.events.map(\.sequence) == Array(1...told.events.count))
            #expect(try await runner.record(of: run)?.approvals.isEmpty == true)
        }
    }

    @Test("A refused call is not made, and its model reads the reason")
    func refused() async throws {
        let effects = EffectLedger()
        let model = Self.model()
        let runner = try Self.fixture(effects).runner(model)
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("x"))
            _ = try await runner.result(of: run)
            let record = try #require(try await runner.record(of: run))
            try await runner.decide(record.approvals[0].id, of: run, .refuse, reason: "too dear")
            #expect(try await runner.result(of: run).outcome == .completed)
        }
        #expect(effects.totals == ["look": 1])
        let texts = model.requests.last?.messages.map(\.text) ?? []
        #expect(texts.contains { $0.contains("too dear") })
    }

    @Test("Of several decisions about one call exactly one counts")
    func oneDecision() async throws {
        let effects = EffectLedger()
        let runner = try Self.fixture(effects).runner(Self.model())
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("x"))
            _ = try await runner.result(of: run)
            let approval = try #require(try await runner.record(of: run)?.approvals.first)
            let taken = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        (try? await runner.decide(approval.id, of: run, .approve)) != nil
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(taken == 1)
            #expect(try await runner.driveToEnd(run) == .completed)
            #expect(effects.totals["ship"] == 1)
        }
    }

    @Test("A run that waits for permission takes no answer, and says for what it waits")
    func takesNoAnswer() async throws {
        let runner = try Self.fixture(EffectLedger()).runner(Self.model())
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("x", session: "s"))
            _ = try await runner.result(of: run)
            await #expect { try await runner.resume(run, with: "y") } throws: { error in
                (error as? CrewError)?.code == .runNotPaused
            }
            await #expect { try await runner.start(RunRequest("y", session: "s")) } throws: {
                error in
                (error as? CrewError)?.code == .sessionBusy
            }
            await #expect {
                try await runner.decide(ApprovalID(rawValue: 1), of: run, .approve)
            } throws: { error in
                (error as? CrewError)?.code == .unknownApproval
            }
            #expect(try await runner.pausedRun(in: "s") == nil)
        }
    }

    @Test("A member of a group asks while the others go on; a decision before they end is taken")
    func decidedWhileLive() async throws {
        let effects = EffectLedger()
        let (gate, open) = AsyncStream<Void>.makeStream()
        var routing = RoutingDefinition(signals: ["a": [SignalRoute("[ALL]", to: "all")]])
        routing.groups = ["all": ParallelGroup(agents: ["c", "d"])]
        var fixture = CrewFixture(
            AgentDefinition(id: "a"), AgentDefinition(id: "c", tools: ["ship"]),
            AgentDefinition(id: "d", tools: ["wait"]), routing: routing)
        fixture.tools = Toolbox([
            CountedTool(
                definition: ToolDefinition(name: "ship", description: "ships", approval: .always),
                effects: effects),
            ClosureTool("wait") { _ in
                for await _ in gate { break }
                return "waited"
            },
        ])
        let model = ScriptedModel([
            "a": [.text("[ALL]")], "c": [.calls(("ship", [:])), .text("shipped")],
            "d": [.calls(("wait", [:])), .text("waited")],
        ])
        let runner = try fixture.runner(model)
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("go"))
            for try await item in try await runner.events(of: run) {
                guard case .event(let stored) = item, case .approvalRequested = stored.event
                else { continue }
                try await runner.decide(ApprovalID(rawValue: stored.sequence), of: run, .approve)
                open.finish()
            }
            let told = try await CrewFixture.follow(run, of: runner)
            #expect(told.result.outcome == .completed && effects.totals == ["ship": 1])
            #expect(!told.names.contains("paused"))
        }
    }

    @Test("Nobody decides in time: the default decision is taken once, and the log says so")
    func expires() async throws {
        let effects = EffectLedger()
        let time = HandSetTime()
        let runner = try Self.expiring(effects, at: time)
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("x"))
            _ = try await runner.result(of: run)
            time.set(60)
            try await runner.settleOverdue()
            #expect(try await runner.record(of: run)?.approvals.count == 1)
            time.set(61)
            try await runner.settleOverdue()
            try await runner.settleOverdue()
            let told = try await CrewFixture.follow(run, of: runner)
            #expect(told.result.outcome == .completed && effects.totals == ["look": 1])
            let sources = told.events.compactMap { stored -> ApprovalDecided.Source? in
                if case .approvalDecided(let decided) = stored.event { return decided.source }
                return nil
            }
            #expect(sources == [.expiry])
        }
    }

    @Test("A decision that comes too late does not count, though nobody has looked yet")
    func tooLate() async throws {
        let effects = EffectLedger()
        let time = HandSetTime()
        let runner = try Self.expiring(effects, at: time)
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("x"))
            _ = try await runner.result(of: run)
            let approval = try #require(try await runner.record(of: run)?.approvals.first)
            time.set(61)
            await #expect { try await runner.decide(approval.id, of: run, .approve) } throws: {
                ($0 as? CrewError)?.code == .unknownApproval
            }
            #expect(try await runner.result(of: run).outcome == .completed)
            #expect(effects.totals == ["look": 1])
        }
    }

    @Test("An unanswered pause ends the run, or takes its default answer", arguments: [nil, "yes"])
    func pauseExpires(answer: String?) async throws {
        let time = Mutex(0.0)
        var routing = RoutingDefinition(signals: ["a": [SignalRoute("[DONE]", to: "")]])
        routing.behaviors = ["a": AgentBehavior(waitForSignal: true)]
        var fixture = CrewFixture(AgentDefinition(id: "a"), routing: routing)
        fixture.definition.settings.pauseTimeout = .seconds(60)
        fixture.definition.settings.pauseAnswer = answer
        let crew = try fixture.crew()
        var options = RunnerOptions()
        options.now = { Date(timeIntervalSince1970: time.withLock { $0 }) }
        let model = ScriptedModel(["a": [.text("well?"), .text("[DONE]")]])
        let runner = try CrewRunner(
            crew: crew, models: ModelSet(model, for: crew), options: options)
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("x"))
            _ = try await runner.result(of: run)
            time.withLock { $0 = 61 }
            try await runner.settleOverdue()
            let outcome = try await runner.result(of: run).outcome
            #expect(outcome == (answer == nil ? .limitReached(.pause) : .terminated(by: "[DONE]")))
        }
    }

    @Test("A paused run can be cancelled; each of its calls has a result then")
    func cancelledWhileWaiting() async throws {
        let scene = DurableScene()
        let store = InMemoryRunStore()
        let runner = try scene.runner(store)
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("go"))
            #expect(try await runner.result(of: run).outcome == .paused(at: "b"))
            try await runner.cancel(run)
            #expect(try await runner.result(of: run).outcome == .cancelled)
            #expect(try await runner.record(of: run)?.approvals.isEmpty == true)
            let events = try await store.events(of: run, after: 0, limit: 1_000)
            #expect(events.openCalls.isEmpty)
            try await runner.cancel(run)
            let same = try await store.events(of: run, after: 0, limit: 1_000)
            #expect(same.count == events.count)
        }
    }
}

/// The time of day as a test sets it.
private final class HandSetTime: Sendable {
    private let seconds = Mutex(0.0)

    var now: Date { Date(timeIntervalSince1970: seconds.withLock { $0 }) }

    func set(_ time: Double) { seconds.withLock { $0 = time } }
}

extension [StoredEvent] {
    /// Calls that a model made and that have no result, or more than one.
    var openCalls: [String] {
        var results: [String: Int] = [:]
        for stored in self {
            let place = stored.branch?.rawValue ?? ""
            switch stored.event {
            case .replied(let reply):
                for call in reply.message.toolCalls {
                    results["\(place)/\(call.id)", default: 0] += 0
                }
            case .toolReturned(let returned):
                results["\(place)/\(returned.result.call)", default: 0] += 1
            default: break
            }
        }
        return results.filter { $0.value != 1 }.keys.sorted()
    }
}
