import CrewTesting
import Testing

@testable import CrewKit

@Suite("Runs that go on under another definition")
struct DefinitionChangeTests {
    private typealias Policy = CrewSettings.ChangedDefinition

    private func changed(
        _ scene: VersionScene, _ policy: Policy, says text: String = "done",
        agents: [AgentDefinition] = [.init(id: "a")]
    ) throws -> CrewRunner {
        let model = ScriptedModel([agents[0].id: [.text(text), .text(text)]])
        return try scene.runner(
            try scene.version("2", model, agents: agents) {
                $0.settings.changedDefinition = policy
            })
    }

    @Test("A run that was left unfinished goes on and says so; once")
    func recovered() async throws {
        let scene = VersionScene()
        try await scene.unfinished("1")
        let runner = try changed(scene, .goOn)
        try await withRunning(runner) {
            try await runner.recover()
            #expect(try await runner.result(of: "left").outcome == .completed)
        }
        let (warnings, _) = try await scene.rest(of: "left")
        #expect(warnings.map(\.code) == [.definitionChanged])
        #expect(warnings[0].definition == DefinitionChange(from: "1", to: "2"))
        #expect(try await runner.state(of: "left").state.definition == "2")
    }

    @Test(
        "Where nothing has changed, or nobody knows, nothing is said",
        arguments: ["2", nil])
    func unchanged(digest: String?) async throws {
        let scene = VersionScene()
        try await scene.unfinished(digest)
        let runner = try changed(scene, .fail)
        try await withRunning(runner) {
            try await runner.recover()
            #expect(try await runner.result(of: "left").outcome == .completed)
        }
        #expect(try await scene.rest(of: "left").warnings.isEmpty)
    }

    @Test("With pause it waits for a person, who lets it go on")
    func paused() async throws {
        let scene = VersionScene()
        try await scene.unfinished("1")
        let runner = try changed(scene, .pause)
        try await withRunning(runner) {
            try await runner.recover()
            let record = try #require(try await runner.record(of: "left"))
            #expect(record.pause?.kind == .recovery)
            try await runner.resume("left")
            #expect(try await runner.result(of: "left").outcome == .completed)
        }
        #expect(try await scene.rest(of: "left").warnings.map(\.code) == [.definitionChanged])
    }

    @Test("With fail it ends as failed, and a person who wakes it is refused")
    func failed() async throws {
        let scene = VersionScene()
        try await scene.unfinished("1")
        let runner = try changed(scene, .fail)
        try await withRunning(runner) {
            try await runner.recover()
            let result = try await runner.result(of: "left")
            guard case .failed(let failure) = result.outcome else {
                Issue.record("it did not fail: \(result.outcome)")
                return
            }
            #expect(failure.code == "definition_changed")
            #expect(failure.message.contains("1") && failure.message.contains("2"))
            let error = await #expect(throws: CrewError.self) { try await runner.resume("left") }
            #expect(error?.code == .definitionChanged)
            #expect(runner.activeRuns == 0)
        }
        #expect(try await scene.rest(of: "left").warnings.isEmpty)
    }

    @Test(
        "A pause whose time is over follows the setting too",
        arguments: [
            (Policy.goOn, RunRecord.Status.Name.ended), (.pause, .paused), (.fail, .ended),
        ])
    private func expired(policy: Policy, status: RunRecord.Status.Name) async throws {
        let scene = VersionScene()
        let waiting = { (definition: inout CrewDefinition) in
            definition.routing.behaviors = ["a": AgentBehavior(waitForSignal: true)]
            definition.routing.signals = ["a": [SignalRoute("[X]", to: "")]]
            definition.settings.pauseAnswer = "go on"
            definition.settings.pauseTimeout = .seconds(10)
            definition.settings.changedDefinition = policy
        }
        let first = try scene.version("1", ScriptedModel(["a": [.text("which?")]]), waiting)
        let second = try scene.version("2", ScriptedModel(["a": [.text("well [X]")]]), waiting)
        let runner = try scene.runner(first)
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("go"))
            #expect(try await runner.result(of: run).outcome == .paused(at: "a"))
            try runner.replace(with: second)
            scene.time.pass(20)
            try await runner.settleOverdue()
            let outcome = try await runner.result(of: run).outcome
            let record = try #require(try await runner.record(of: run))
            #expect(record.status.name == status)
            switch policy {
            case .goOn: #expect(outcome == .terminated(by: "[X]"))
            case .pause: #expect(record.pause?.kind == .recovery)
            case .fail: #expect(outcome.name == "failed")
            }
        }
    }

    @Test("What waited for its session says so when it begins", arguments: Policy.allCases)
    private func queued(policy: Policy) async throws {
        let scene = VersionScene()
        let gate = Gate()
        let first = try scene.version(
            "1",
            ScriptedModel([
                "a": [
                    .make { _ in
                        await gate.wait()
                        return ModelReply(text: "first")
                    }
                ]
            ]))
        let runner = try scene.runner(first)
        let second = try scene.version("2", ScriptedModel(["a": [.text("second")]])) {
            $0.settings.changedDefinition = policy
        }
        try await withRunning(runner) {
            _ = try await runner.start(RunRequest("1", session: "s"))
            var request = RunRequest("2", session: "s")
            request.ifBusy = .enqueue
            let run = try await runner.start(request)
            try runner.replace(with: second)
            gate.open()
            let outcome = try await runner.result(of: run).outcome
            let (warnings, _) = try await scene.rest(of: run)
            switch policy {
            case .goOn: #expect(outcome == .completed)
            case .pause: #expect(outcome == .paused(at: "a"))
            case .fail: #expect(outcome.name == "failed")
            }
            #expect(warnings.map(\.code) == (policy == .fail ? [] : [.definitionChanged]))
        }
    }

    @Test("A run at an agent that is gone fails, and a person who wakes it is refused")
    func agentGone() async throws {
        let scene = VersionScene()
        try await scene.unfinished("1")
        let runner = try changed(scene, .goOn, agents: [.init(id: "b")])
        try await withRunning(runner) {
            let error = await #expect(throws: CrewError.self) {
                _ = try await runner.recoverFollowing("left")
            }
            #expect(error?.code == .definitionChanged && error?.message.contains("'a'") == true)
            try await runner.recover()
            guard case .failed(let failure) = try await runner.result(of: "left").outcome else {
                Issue.record("it did not fail")
                return
            }
            #expect(failure.code == "unknown_agent" && failure.message.contains("'a'"))
        }
    }

    @Test("A fork under another definition says so, and follows the setting")
    func forked() async throws {
        for policy in Policy.allCases {
            let scene = VersionScene()
            try await scene.unfinished("1")
            let runner = try changed(scene, policy)
            try await withRunning(runner) {
                guard policy != .fail else {
                    let error = await #expect(throws: CrewError.self) {
                        _ = try await runner.fork("left", from: 1)
                    }
                    #expect(error?.code == .definitionChanged && runner.activeRuns == 0)
                    return
                }
                let fork = try await runner.fork("left", from: 1).run
                #expect(try await runner.result(of: fork).outcome == .completed)
                #expect(try await scene.rest(of: fork).warnings.map(\.code) == [.definitionChanged])
            }
        }
    }

    @Test("A snapshot of another definition does not count for a run that goes on")
    func snapshots() async throws {
        let scene = VersionScene()
        try await scene.unfinished("1")
        let runner = try changed(scene, .goOn)
        var wrong = RunState(crew: runner.crew)
        wrong.definition = "1"
        wrong.lastText = "from the snapshot"
        try await scene.store.save(try #require(RunSnapshot(of: wrong, at: 3)), of: "left")
        #expect(try await runner.state(of: "left").state.lastText == "from the snapshot")
        let folded = try await runner.state(of: "left", toBeWorkedWith: runner.crew)
        #expect(folded.state.lastText.isEmpty && folded.snapshotSequence == 0)
    }

    @Test("The warning is read again as it was written; older logs have none of it")
    func codable() throws {
        let change = DefinitionChange(from: "1", to: "2")
        let event = StoredEvent(
            sequence: 2, time: TestTime().now, event: .warned(change.warning))
        let text = try RunJSON.text(of: event)
        #expect(text.contains(#""definition":{"from":"1","to":"2"}"#))
        #expect(try RunJSON.value(StoredEvent.self, from: text) == event)
        let start = try RunJSON.value(
            StoredEvent.self,
            from: #"{"type":"run_started","sequence":1,"time":"2026-11-21T00:00:00Z","crew":"c","#
                + #""input":"x","agent":"a","history":[]}"#)
        guard case .runStarted(let started) = start.event else {
            Issue.record("another event")
            return
        }
        #expect(started.definition == nil)
    }
}
