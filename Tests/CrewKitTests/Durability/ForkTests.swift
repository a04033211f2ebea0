import CrewTesting
import Foundation
import Testing

@testable import CrewKit

@Suite("Forks and snapshots")
struct ForkTests {
    private func ended(_ store: any RunStore) async throws -> [StoredEvent] {
        let runner = try DurableScene().runner(store)
        return try await withRunning(runner) {
            let run = try await runner.start(RunRequest("go"))
            _ = try await runner.driveToEnd(run)
            return try await store.events(of: run, after: 0, limit: 1_000)
        }
    }

    @Test("A fork from any step comes to an end of its own and leaves the original as it was")
    func fromAnyStep() async throws {
        let store = InMemoryRunStore()
        let log = try await ended(store)
        for step in 1..<log.count {
            let scene = DurableScene()
            let runner = try scene.runner(store) { $0.makeRunID = { RunID("fork-\(step)") } }
            try await withRunning(runner) {
                let fork = try await runner.fork("run", from: step).run
                let outcome = try await runner.driveToEnd(fork)
                #expect(outcome == .terminated(by: "[DONE]"), "from step \(step)")
                let events = try await store.events(of: fork, after: 0, limit: 1_000)
                #expect(Array(events.prefix(step)) == Array(log.prefix(step)))
                #expect(events.map(\.sequence) == Array(1...events.count))
                #expect(try await runner.record(of: fork)?.parent == "run")
            }
            #expect(scene.prompts.problems.isEmpty && scene.effects.repeated.isEmpty)
        }
        #expect(try await store.events(of: "run", after: 0, limit: 1_000) == log)
    }

    @Test("A fork with an input continues the conversation of a run that is over")
    func withInput() async throws {
        let model = ScriptedModel(["a": [.text("one"), .text("two")]])
        let runner = try CrewFixture(AgentDefinition(id: "a")).runner(model)
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("1"))
            _ = try await runner.result(of: run)
            await #expect { try await runner.fork(run) } throws: { error in
                (error as? CrewError)?.code == .invalidInput
            }
            let fork = try await runner.fork(run, input: "2")
            #expect(try await runner.result(of: fork.run).text == "two")
        }
        #expect(model.requests.last?.messages.map(\.text).suffix(3) == ["1", "one", "2"])
    }

    @Test("A fork may use another model; a step that is not there, or a model, is refused")
    func otherModel() async throws {
        let crew = try CrewFixture(AgentDefinition(id: "a")).crew()
        let own = ScriptedModel(["a": [.text("own")]])
        let models = ModelSet(["a": own]) { agent, name in
            guard name == "other" else {
                throw CrewError(.invalidInput, "there is no model '\(name)'")
            }
            return ModelChain(ScriptedModel([agent: [.text("other")]]))
        }
        let runner = try CrewRunner(crew: crew, models: models)
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("1"))
            _ = try await runner.result(of: run)
            let fork = try await runner.fork(run, from: 1, model: "other")
            #expect(try await runner.result(of: fork.run).text == "other")
            await #expect { try await runner.fork(run, from: 1, model: "none") } throws: { error in
                (error as? CrewError)?.code == .invalidInput
            }
            await #expect { try await runner.fork(run, from: 99) } throws: { error in
                (error as? CrewError)?.code == .invalidInput
            }
        }
    }

    @Test("A state that was kept as a snapshot after any event decides as the log does")
    func snapshots() async throws {
        let log = try await ended(InMemoryRunStore())
        let crew = try DurableScene().crew()
        var state = RunState(crew: crew)
        for stored in log {
            state.apply(stored)
            let snapshot = try #require(RunSnapshot(of: state, at: stored.sequence))
            let kept = try #require(snapshot.state(of: crew))
            #expect("\(kept.nextStep())".count == "\(state.nextStep())".count)
            #expect(kept.entries == state.entries && kept.rest == state.rest)
            #expect(kept.usage == state.usage && kept.openApprovals == state.openApprovals)
            let again = try #require(RunSnapshot(of: kept, at: stored.sequence))
            #expect(again.state(of: crew)?.entries == kept.entries)
        }
    }

    @Test("A run that went on long is opened from a snapshot that says what its log says")
    func savesSnapshots() async throws {
        let store = InMemoryRunStore()
        var fixture = CrewFixture(AgentDefinition(id: "a", tools: ["t"]))
        fixture.tools = Toolbox([ClosureTool("t") { _ in "ok" }])
        fixture.definition.settings.maxRounds = 100
        let replies = (0..<90).map { _ in ScriptedModel.Reply.calls(("t", [:])) } + [.text("end")]
        let runner = try fixture.runner(ScriptedModel(["a": replies]), store: store)
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("x"))
            _ = try await runner.result(of: run)
            let snapshot = try #require(try await store.snapshot(of: run))
            let log = try await store.events(of: run, after: 0, limit: 1_000)
            let folded = RunState(
                crew: runner.crew, replaying: log.prefix(snapshot.sequence))
            let kept = try #require(snapshot.state(of: runner.crew))
            #expect(kept.entries == folded.entries)
            #expect(kept.nextStep().summary == folded.nextStep().summary)
        }
    }

    @Test("A long run is opened from its snapshot; one of another format is passed over")
    func opensFromSnapshot() async throws {
        let store = InMemoryRunStore()
        let warned = RunEvent.warned(RunWarning(code: .replyCut, message: "x"))
        let started = RunEvent.runStarted(
            RunStarted(crew: "test", input: "the beginning", agent: "a", history: []))
        try await store.begin([started] + Array(repeating: warned, count: 20))
        let runner = try CrewFixture(AgentDefinition(id: "a")).runner(
            ScriptedModel([:]), store: store)
        var other = RunState(crew: runner.crew)
        other.lastText = "from the snapshot"
        let snapshot = try #require(RunSnapshot(of: other, at: 21))
        try await store.save(snapshot, of: "run")
        #expect(try await runner.state(of: "run").state.lastText == "from the snapshot")
        try await store.save(
            RunSnapshot(sequence: 21, format: 99, bytes: snapshot.bytes), of: "run")
        let folded = try await runner.state(of: "run")
        #expect(folded.state.entries == [.user("the beginning")] && folded.sequence == 21)
    }
}
