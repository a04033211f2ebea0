import CrewTesting
import Foundation
import Testing

@testable import CrewKit

@Suite("Following a run")
struct FeedTests {
    private func told(_ events: RunEvents) async throws -> (sequences: [Int], text: String) {
        var sequences: [Int] = []
        var text = ""
        for try await item in events {
            switch item {
            case .event(let stored): sequences.append(stored.sequence)
            case .delta(let delta):
                if case .text(let piece) = delta.kind { text += piece }
            }
        }
        return (sequences, text)
    }

    @Test("A reader that comes at any point sees each event after it once, in order")
    func anyPoint() async throws {
        let crew = CrewFixture(
            AgentDefinition(id: "a", handoffTargets: ["b"]), AgentDefinition(id: "b"))
        let runner = try crew.runner(
            ScriptedModel(["a": [.text("one two")], "b": [.text("three")]]))
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("hi"))
            let last = try await told(try await runner.events(of: run)).sequences.count
            for start in 0...last {
                let later = try await told(try await runner.events(of: run, after: start))
                #expect(later.sequences == Array(start..<last).map { $0 + 1 })
            }
        }
    }

    @Test("Tokens arrive before their message, numbered, and together they are its text")
    func deltas() async throws {
        let crew = CrewFixture(AgentDefinition(id: "a"))
        let told = try await crew.run("hi", ["a": [.text("one two three")]])
        #expect(told.deltas.map(\.index) == [0, 1, 2])
        #expect(told.deltas.allSatisfy { $0.round == 1 && $0.agent == "a" })
    }

    @Test("A reader that is ahead of the feed is shown no event twice, and no message that is over")
    func aheadOfTheFeed() async throws {
        let store = InMemoryRunStore()
        let feed = EventFeed(after: 0, capacity: 4)
        func turn(_ sequence: Int) -> StoredEvent {
            StoredEvent(
                sequence: sequence, time: Date(timeIntervalSince1970: 0),
                event: .turnStarted(TurnStarted(agent: "a")))
        }
        try await store.create(
            RunRecord(id: "r", crew: "c", session: nil, createdAt: Date()),
            events: [turn(1), turn(2)])
        let delta = MessageDelta(branch: nil, agent: "a", round: 1, index: 0, kind: .text("over"))
        feed.publish([turn(1)])
        feed.publish(delta)
        #expect(feed.join(after: 2)?.items.isEmpty == true)
        var reader = RunEvents(
            run: "r", start: 2, store: store, feed: feed, isFirstReader: true
        ).makeAsyncIterator()
        #expect(try await reader.next() == .delta(delta))
        feed.publish([turn(2), turn(3)])
        #expect(try await reader.next() == .event(turn(3)))
    }

    @Test("A reader that fell out of the window gets every event from the store")
    func slowReader() async throws {
        let store = InMemoryRunStore()
        let feed = EventFeed(after: 0, capacity: 4)
        let journal = RunJournal(
            run: "r", after: 0, store: store, feed: feed, now: { Date(timeIntervalSince1970: 0) })
        try await store.create(
            RunRecord(id: "r", crew: "c", session: nil, createdAt: Date()), events: [])
        var reader = RunEvents(
            run: "r", start: 0, store: store, feed: feed, isFirstReader: true
        ).makeAsyncIterator()
        _ = try await journal.append([.turnStarted(TurnStarted(agent: "a"))], branch: nil)
        let first = try await reader.next()
        for _ in 0..<500 {
            _ = try await journal.append([.turnStarted(TurnStarted(agent: "a"))], branch: nil)
            feed.publish(
                MessageDelta(branch: nil, agent: "a", round: 1, index: 0, kind: .text("x")))
        }
        feed.finish()
        var sequences: [Int] = []
        if case .event(let stored)? = first { sequences.append(stored.sequence) }
        while let item = try await reader.next() {
            if case .event(let stored) = item { sequences.append(stored.sequence) }
        }
        #expect(sequences == Array(1...501))
    }

    @Test("A window never holds much more than its capacity, whoever does not read")
    func bounded() {
        let feed = EventFeed(after: 0, capacity: 10)
        for index in 0..<10_000 {
            feed.publish(
                MessageDelta(branch: nil, agent: "a", round: 1, index: index, kind: .text("x")))
        }
        guard case .items(let items, _) = feed.look(at: 9_990, limit: 100) else {
            Issue.record("the newest items must be there")
            return
        }
        #expect(items.count == 10)
        guard case .behind = feed.look(at: 9_900, limit: 1) else {
            Issue.record("old items must be gone")
            return
        }
    }

    @Test("A reader that leaves while it waits costs the run nothing")
    func vanishedReader() async throws {
        let crew = CrewFixture(AgentDefinition(id: "a"))
        let model = ScriptedModel(["a": [.hang(after: "x")]])
        let runner = try crew.runner(model)
        let outcome = try await withRunning(runner) {
            let run = try await runner.start(RunRequest("hi"))
            await model.waitForRequests(1)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    // A cancelled reader throws, which is what is meant here.
                    group.addTask { _ = try? await told(try await runner.events(of: run)) }
                }
                group.cancelAll()
            }
            runner.cancelLive(run)
            return try await runner.result(of: run).outcome
        }
        #expect(outcome == .cancelled)
    }

    @Test("Events survive their JSON form")
    func codable() async throws {
        let crew = CrewFixture(AgentDefinition(id: "a", tools: ["t"]))
        var fixture = crew
        fixture.tools = Toolbox([ClosureTool("t") { _ in "x" }])
        let told = try await fixture.run(
            "hi", ["a": [.calls(("t", ["n": 1])), .text("bye [DONE]")]])
        let data = try JSONEncoder().encode(told.events)
        #expect(try JSONDecoder().decode([StoredEvent].self, from: data) == told.events)
    }

    @Test("A run folded from its stored events is the run: every prefix can go on")
    func replay() async throws {
        let fixture = CrewFixture(
            AgentDefinition(id: "a", handoffTargets: ["b"]), AgentDefinition(id: "b"))
        let told = try await fixture.run("hi", ["a": [.text("x")], "b": [.text("y")]])
        let crew = try fixture.crew()
        let state = RunState(crew: crew, replaying: told.events)
        #expect(state.rest == .completed)
        #expect(state.lastText == "y")
        for count in 1..<told.events.count {
            let prefix = RunState(crew: crew, replaying: told.events.prefix(count))
            if case .rest = prefix.nextStep() { Issue.record("prefix \(count) cannot go on") }
        }
    }

    @Test("A store that fails ends the run's feed with its error instead of a hang")
    func failingStore() async throws {
        let crew = CrewFixture(AgentDefinition(id: "a"))
        let runner = try crew.runner(ScriptedModel(["a": [.text("x")]]), store: fullStore())
        await #expect {
            try await withRunning(runner) {
                let run = try await runner.start(RunRequest("hi"))
                _ = try await told(try await runner.events(of: run))
            }
        } throws: { ($0 as? CrewError)?.code == .storeFailed }
    }

    @Test("Keeps the RunStore contract")
    func contract() async throws {
        try await RunStoreContract { InMemoryRunStore() }.check()
    }

    @Test("A memory store forgets the oldest finished runs and their sessions")
    func retention() async throws {
        let store = InMemoryRunStore(maximumRestingRuns: 2)
        for number in 1...3 {
            let run = RunID("r\(number)")
            try await store.create(
                RunRecord(id: run, crew: "c", session: "s", createdAt: Date()), events: [])
            try await store.append(
                [
                    StoredEvent(
                        sequence: 1, time: Date(), event: .runEnded(RunEnded(outcome: .completed)))
                ], to: run)
        }
        #expect(try await store.record(of: "r1") == nil)
        #expect(try await store.runs(in: "s").map(\.id) == ["r2", "r3"])
    }

    @Test("A memory store keeps a paused run when others end, and counts those that begin at rest")
    func pausedRunsStay() async throws {
        let store = InMemoryRunStore(maximumRestingRuns: 2)
        let pause = RunEvent.paused(RunPaused(agent: "a", kind: .approval))
        for (id, last) in [("waits", pause)]
            + (1...5).map({ ("r\($0)", RunEvent.runEnded(RunEnded(outcome: .completed))) })
        {
            try await store.create(
                RunRecord(id: RunID(id), crew: "c", session: nil, createdAt: Date()),
                events: [StoredEvent(sequence: 1, time: Date(), event: last)])
        }
        let left = try await store.runs(matching: RunQuery()).runs.map(\.id)
        #expect(left == ["r5", "r4", "waits"])
    }
}

/// Takes the beginning of a run and nothing more.
private func fullStore() -> InterceptedRunStore {
    InterceptedRunStore { events, _ in
        guard events.first?.sequence == 1 else {
            throw CrewError(.storeFailed, "no space is left")
        }
    }
}
