import CrewTesting
import Foundation
import Synchronization
import Testing

@testable import CrewKit

@Suite("Ways to the same log")
struct ParityTests {
    @Test("A run that is followed live and one that nobody watches store the same events")
    func streamedOrNot() async throws {
        let scene = Scene()
        let live = try await scene.log(isStreaming: true, isFollowed: true)
        let quiet = try await scene.log(isStreaming: false, isFollowed: false)
        #expect(live.byBranch == quiet.byBranch)
        #expect(live.byBranch.count == 3)
        #expect(live.events.last?.event.name == "run_ended")
    }

    @Test("A follower sees the stored events, all of them, in the order of the log")
    func followed() async throws {
        let log = try await Scene().log(isStreaming: true, isFollowed: true)
        #expect(log.seen == log.events)
        #expect(log.events.map(\.sequence) == Array(1...log.events.count))
    }

    @Test("A log that was cut after any append goes on to the same end")
    func everyPrefix() async throws {
        let scene = Scene()
        let whole = try await scene.log(isStreaming: false, isFollowed: false)
        #expect(whole.batches.count > 20)
        for count in 1..<whole.batches.count {
            let prefix = Array(whole.batches.prefix(count).joined())
            let resumed = try await scene.goOn(from: prefix)
            #expect(Array(resumed.events.prefix(prefix.count)) == prefix)
            #expect(resumed.byBranch == whole.byBranch, "after \(count) appends")
        }
    }

    @Test("A log that was written as JSON and read again folds to the same run")
    func throughJSON() async throws {
        let scene = Scene()
        let log = try await scene.log(isStreaming: false, isFollowed: false)
        let read = try JSONDecoder().decode(
            [StoredEvent].self, from: try JSONEncoder().encode(log.events))
        #expect(read == log.events)
        let crew = try scene.fixture.crew()
        let (left, right) = (
            RunState(crew: crew, replaying: log.events), RunState(crew: crew, replaying: read)
        )
        #expect(left.entries == right.entries)
        #expect(left.rest == right.rest)
        #expect(left.usage == right.usage)
    }

    @Test("The next step depends on the log alone and asking for it changes nothing")
    func nextStep() async throws {
        let scene = Scene()
        let crew = try scene.fixture.crew()
        let log = try await scene.log(isStreaming: false, isFollowed: false)
        var state = RunState(crew: crew)
        for (index, event) in log.events.enumerated() {
            state.apply(event)
            let folded = RunState(crew: crew, replaying: log.events.prefix(index + 1))
            let step = state.nextStep().summary
            #expect(state.nextStep().summary == step)
            #expect(folded.nextStep().summary == step)
            #expect(folded.entries == state.entries)
        }
        #expect(state.nextStep().summary == "rest terminated")
    }

    @Test("A run that is stopped after any append rests, and every call in it has its result")
    func stoppedAnywhere() async throws {
        let scene = Scene()
        let crew = try scene.fixture.crew()
        let log = try await scene.log(isStreaming: false, isFollowed: false)
        for count in 1..<log.batches.count {
            var state = RunState(crew: crew, replaying: log.batches.prefix(count).joined())
            while state.rest == nil { Scene.stop(&state) }
            #expect(state.rest == .cancelled)
            let calls = state.entries.flatMap { entry -> [ToolCallID] in
                if case .agent(let message) = entry { return message.toolCalls.map(\.id) }
                return []
            }
            let results = state.entries.compactMap { entry -> ToolCallID? in
                if case .toolResult(let result) = entry { return result.call }
                return nil
            }
            #expect(calls == results, "after \(count) appends")
        }
    }
}

/// A crew in whose run most things happen: tools, two signals, a group whose member uses a tool, a
/// next agent, an end by signal. Its model answers by what it is sent, so it can go on anywhere.
private struct Scene {
    let fixture: CrewFixture

    struct Log {
        let batches: [[StoredEvent]]
        var seen: [StoredEvent] = []
        var events: [StoredEvent] { Array(batches.joined()) }

        /// Members work at the same time: only the order within a branch is told.
        var byBranch: [BranchID?: [RunEvent]] {
            Dictionary(grouping: events, by: \.branch).mapValues { $0.map(\.event) }
        }
    }

    init() {
        var fixture = CrewFixture(
            AgentDefinition(id: "a", tools: ["t"]), AgentDefinition(id: "b", tools: ["t"]),
            AgentDefinition(id: "c"), AgentDefinition(id: "d"),
            routing: RoutingDefinition(
                signals: ["a": [SignalRoute("[ALL]", to: "g"), SignalRoute("[B]", to: "b")]],
                groups: ["g": ParallelGroup(agents: ["b", "c"], nextAgent: "d")]))
        fixture.definition.settings.contextWindow = 60
        fixture.tools = Toolbox([
            ClosureTool("t", parameters: ["type": "object", "properties": ["n": [:]]]) { call in
                "result \(call.arguments["n"]?.text ?? "none")"
            }
        ])
        self.fixture = fixture
    }

    func log(isStreaming: Bool, isFollowed: Bool) async throws -> Log {
        let log = BatchLog()
        let crew = try fixture.crew()
        var options = RunnerOptions()
        options.makeRunID = { "run" }
        options.now = { Date(timeIntervalSince1970: 0) }
        let runner = try CrewRunner(
            crew: crew, models: ModelSet(SceneModel(isStreaming: isStreaming), for: crew),
            tools: fixture.tools, store: log.store(), options: options)
        let seen = try await withRunning(runner) {
            let run = try await runner.start(RunRequest("look into it"))
            guard isFollowed else {
                _ = try await runner.result(of: run)
                return [StoredEvent]()
            }
            return try await CrewFixture.follow(run, of: runner).events
        }
        return Log(batches: log.batches, seen: seen)
    }

    /// Works the rest of a run as after a crash.
    func goOn(from prefix: [StoredEvent]) async throws -> Log {
        let log = BatchLog()
        let crew = try fixture.crew()
        let record = RunRecord(
            id: "run", crew: crew.name, session: nil, createdAt: Date(timeIntervalSince1970: 0))
        let store = log.store()
        try await store.create(record, events: prefix)
        let feed = EventFeed(after: prefix.count, capacity: 256)
        let journal = RunJournal(
            run: "run", after: prefix.count, store: store, feed: feed,
            now: { Date(timeIntervalSince1970: 0) })
        let performer = TurnPerformer(
            crew: crew, models: ModelSet(SceneModel(isStreaming: false), for: crew),
            tools: fixture.tools, run: "run", store: store, feed: feed,
            clock: RunClock(ContinuousClock()), now: { Date(timeIntervalSince1970: 0) },
            toolExecutor: ToolExecutor())
        var loop = RunLoop(
            state: RunState(crew: crew, replaying: prefix), journal: journal,
            performer: performer, control: RunControl())
        _ = try await loop.run()
        return Log(batches: log.batches)
    }

    /// Does what a run does that has to stop, its members first.
    static func stop(_ state: inout RunState) {
        switch state.nextStep(stop: .cancelled) {
        case .record(let events):
            for event in events {
                state.apply(StoredEvent(sequence: 0, time: .distantPast, event: event))
            }
        case .runMembers(let progress, let isStopping):
            #expect(isStopping)
            for member in progress.unfinished {
                guard
                    case .record(let events)? = progress.states[member.branch]?
                        .nextStep(stop: .cancelled)
                else {
                    Issue.record("member \(member.branch) does not end")
                    return
                }
                for event in events {
                    state.apply(
                        StoredEvent(
                            sequence: 0, time: .distantPast, branch: member.branch, event: event))
                }
            }
        case let step: Issue.record("\(step.summary) ends nothing")
        }
    }
}

/// Answers by what it is sent.
private struct SceneModel: LanguageModel {
    let name = "scene"
    let isStreaming: Bool

    func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        var reply = answer(to: request)
        reply.usage = Usage(inputTokens: request.messages.count, outputTokens: 1)
        if isStreaming {
            for character in reply.text { progress(.text(String(character))) }
        }
        return reply
    }

    private func answer(to request: ModelRequest) -> ModelReply {
        let hasResults = request.messages.contains { if case .tool = $0 { true } else { false } }
        switch (request.agent, hasResults) {
        case ("a", false):
            return ModelReply(
                text: "let me see",
                toolCalls: [
                    ToolCall(id: "x", name: "t", arguments: ["n": 1.0]),
                    ToolCall(id: "x", name: "t", arguments: ["n": .number(2)]),
                    ToolCall(id: "", name: "unknown"),
                ], finish: .toolCalls)
        case ("a", true): return ModelReply(text: "first [B], no: [ALL]")
        case ("b", false):
            return ModelReply(
                toolCalls: [ToolCall(id: "x", name: "t", arguments: ["n": "3"])],
                finish: .toolCalls)
        case ("b", true): return ModelReply(text: "b is done")
        case ("c", _): return ModelReply(text: "c is done", finish: .length)
        default: return ModelReply(text: "all is done [DONE]")
        }
    }
}

/// Remembers what was appended together.
private final class BatchLog: Sendable {
    private let appended = Mutex<[[StoredEvent]]>([])

    var batches: [[StoredEvent]] { appended.withLock { $0 } }

    /// A store whose writes are remembered here.
    func store() -> InterceptedRunStore {
        InterceptedRunStore { [self] events, _ in
            if batches.count > 200 {
                throw CrewError(.storeFailed, "the run goes round in circles")
            }
            appended.withLock { $0.append(events) }
        }
    }
}
