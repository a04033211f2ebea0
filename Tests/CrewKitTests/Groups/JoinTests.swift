import CrewKit
import CrewTesting
import Foundation
import Testing

@Suite("When a group has enough")
struct JoinTests {
    private static let best = GroupJoin(.bestEffort(minimum: 2, deadline: .seconds(10)))
    private static let valid = GroupJoin(.firstValid(.pattern("^yes")))
    private static let shaped = GroupJoin(
        .firstValid(
            .schema([
                "type": "object", "required": ["ok"], "properties": ["ok": ["type": "boolean"]],
            ])))

    private static func scene(
        _ name: String, _ join: GroupJoin, _ steps: JoinScene.Step..., joined: [AgentID] = [],
        cut: [AgentID] = [], outcome: String = "completed", failure: String? = nil
    ) -> JoinScene {
        JoinScene(
            name: name, join: join, steps: steps,
            outcome: failure == nil ? outcome : "failed", joined: joined, cut: cut, failure: failure
        )
    }

    static let all: [JoinScene] = {
        let join = GroupJoin(.all)
        return [
            scene(
                "all: everybody is joined", join, .says("d", "3"), .says("b", "1"), .says("c", "2"),
                joined: ["b", "c", "d"]),
            scene(
                "all: a failure is left out", join, .fails("b"), .says("c", "2"), .says("d", "3"),
                joined: ["c", "d"]),
            scene(
                "all: only failures fail the run", join, .fails("b"), .fails("c"), .fails("d"),
                failure: "parallel execution failed: b: boom"),
            scene(
                "all: members out of time are left out", join, .says("b", "1"), .time(.seconds(60)),
                joined: ["b"]),
            scene(
                "all: cancelled", join, .says("b", "1"), .cancel, cut: ["c", "d"],
                outcome: "cancelled"),
        ]
    }()

    static let first: [JoinScene] = {
        let join = GroupJoin(.first)
        let patient = GroupJoin(.first, cancelsSiblings: false)
        return [
            scene("first: one success", join, .says("c", "2"), joined: ["c"], cut: ["b", "d"]),
            scene(
                "first: a failure does not count", join, .fails("b"), .says("c", "2"),
                joined: ["c"], cut: ["d"]),
            scene(
                "first: only failures", join, .fails("d"), .fails("c"), .fails("b"),
                failure: "0 of 1 results that are needed in group 'g'; b: boom"),
            scene(
                "first: out of time", join, .time(.seconds(60)),
                failure: "0 of 1 results that are needed in group 'g'; b: reached timeout"),
            scene("first: cancelled", join, .cancel, cut: ["b", "c", "d"], outcome: "cancelled"),
            scene(
                "first, siblings go on: all that succeed are joined", patient, .says("c", "2"),
                .fails("d"), .says("b", "1"), joined: ["b", "c"]),
        ]
    }()

    static let quorum: [JoinScene] = {
        let join = GroupJoin(.quorum(2))
        let patient = GroupJoin(.quorum(2), cancelsSiblings: false)
        return [
            scene(
                "quorum: two of three", join, .says("d", "3"), .says("b", "1"),
                joined: ["b", "d"], cut: ["c"]),
            scene(
                "quorum: one failure is borne", join, .fails("b"), .says("c", "2"),
                .says("d", "3"), joined: ["c", "d"]),
            scene(
                "quorum: two failures end it at once", join, .fails("b"), .fails("c"), cut: ["d"],
                failure: "0 of 2"),
            scene(
                "quorum: out of time", join, .says("b", "1"), .time(.seconds(60)),
                failure: "1 of 2 results that are needed in group 'g'; c: reached timeout"),
            scene(
                "quorum: cancelled", join, .says("b", "1"), .cancel, cut: ["c", "d"],
                outcome: "cancelled"),
            scene(
                "quorum, siblings go on: the third is heard too", patient, .says("b", "1"),
                .says("c", "2"), .says("d", "3"), joined: ["b", "c", "d"]),
            scene(
                "quorum, siblings go on: it fails when all have ended", patient, .fails("b"),
                .fails("c"), .says("d", "3"), failure: "1 of 2"),
        ]
    }()

    static let firstValid: [JoinScene] = [
        scene(
            "first valid: what is not valid is not joined", valid, .says("b", "no"),
            .says("c", "yes, 2"), joined: ["c"], cut: ["d"]),
        scene(
            "first valid: nothing is", valid, .says("b", "no"), .says("c", "no"), .fails("d"),
            failure: "no valid result in group 'g'; d: boom"),
        scene(
            "first valid: out of time", valid, .says("b", "no"), .time(.seconds(60)),
            failure: "no valid result in group 'g'; c: reached timeout"),
        scene(
            "first valid: cancelled", valid, .says("b", "no"), .cancel, cut: ["c", "d"],
            outcome: "cancelled"),
        scene(
            "first valid: a shape", shaped, .says("d", "{\"ok\": 3}"),
            .says("c", "```json\n{\"ok\": true}\n```"), joined: ["c"], cut: ["b"]),
    ]

    static let bestEffort: [JoinScene] = [
        scene(
            "best effort: all in time", best, .says("b", "1"), .says("c", "2"), .says("d", "3"),
            joined: ["b", "c", "d"]),
        scene(
            "best effort: the deadline cuts what is late", best, .says("b", "1"), .says("d", "3"),
            .time(.seconds(10)), joined: ["b", "d"], cut: ["c"]),
        scene(
            "best effort: too few at the deadline", best, .says("b", "1"), .time(.seconds(10)),
            cut: ["c", "d"], failure: "1 of 2 results that are needed in group 'g'"),
        scene(
            "best effort: too many failures end it at once", best, .fails("b"), .fails("c"),
            cut: ["d"], failure: "0 of 2"),
        scene(
            "best effort: cancelled", best, .says("b", "1"), .cancel, cut: ["c", "d"],
            outcome: "cancelled"),
    ]

    @Test(
        "A group is joined, cut or failed as its policy says",
        arguments: all + first + quorum + firstValid + bestEffort)
    func policies(_ scene: JoinScene) async throws {
        let told = try await scene.play()
        #expect(told.result.outcome.name == scene.outcome)
        let joined = told.events.compactMap { stored -> GroupJoined? in
            if case .groupJoined(let joined) = stored.event { return joined }
            return nil
        }
        let names = ["b", "c", "d"].filter { joined.first?.text.contains("[\($0)]\n") == true }
        #expect(names == scene.joined.map(\.rawValue))
        #expect(joined.isEmpty == (scene.outcome != "completed"))
        let ends = told.events.compactMap { stored -> MemberEnded? in
            if case .memberEnded(let member) = stored.event { return member }
            return nil
        }
        #expect(ends.count == 3)
        #expect(ends.filter { $0.outcome == .cancelled }.map(\.agent).sorted() == scene.cut)
        guard let failure = scene.failure else { return }
        guard case .failed(let failed) = told.result.outcome else {
            Issue.record("the run has not failed")
            return
        }
        #expect(failed.code == "group_failed" && failed.message.contains(failure), "\(failed)")
    }

    @Test("What members had finished is read by whoever asks again after the group failed")
    func kept() async throws {
        let join = GroupJoin(.quorum(2))
        let crew = CrewFixture(
            AgentDefinition(id: "a"), AgentDefinition(id: "b"), AgentDefinition(id: "c"),
            routing: RoutingDefinition(
                signals: ["a": [SignalRoute("[ALL]", to: "g")]],
                groups: ["g": ParallelGroup(agents: ["b", "c"], join: join)]))
        let model = ScriptedModel([
            "a": [.text("[ALL]"), .text("then with one")], "b": [.text("found")],
            "c": [.failure(CrewError(.modelServerError, "boom"))],
        ])
        let runner = try crew.runner(model)
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("hi"))
            #expect(try await runner.result(of: run).outcome.name == "failed")
            try await runner.resume(run)
            #expect(try await runner.result(of: run).text == "then with one")
        }
        #expect(model.requests.last?.messages.contains { $0.text.contains("[b]\nfound") } == true)
    }

    @Test(
        "The deadline of a group that does its best counts from its beginning, also after a restart"
    )
    func deadlineAfterRestart() async throws {
        let begun = Date(timeIntervalSince1970: 1_000)
        let clock = ManualClock()
        var group = ParallelGroup(agents: ["b", "c"])
        group.join = GroupJoin(.bestEffort(minimum: 1, deadline: .seconds(10)))
        var crew = CrewFixture(
            AgentDefinition(id: "a"), AgentDefinition(id: "b"), AgentDefinition(id: "c"),
            routing: RoutingDefinition(
                signals: ["a": [SignalRoute("[ALL]", to: "g")]], groups: ["g": group]))
        (crew.clock, crew.time) = (clock, begun + 7)
        let members = ["b", "c"].map {
            GroupStarted.Member(branch: BranchID("1.g.\($0)"), agent: AgentID($0))
        }
        let events: [RunEvent] = [
            .runStarted(RunStarted(crew: "test", input: "hi", agent: "a", history: [])),
            .groupStarted(GroupStarted(group: "g", from: "a", members: members)),
        ]
        let stored = events.enumerated().map {
            StoredEvent(sequence: $0 + 1, time: begun, event: $1)
        }
        let store = InMemoryRunStore()
        try await store.create(
            RunRecord(id: "r", crew: "test", session: nil, createdAt: begun), events: stored)
        let model = ScriptedModel(["b": [.text("in time")], "c": [.hang(after: "")]])
        let runner = try crew.runner(model, store: store)
        let told = try await withRunning(runner) {
            try await runner.recover()
            await model.waitForRequests(2)
            await clock.waitForSleepers(of: .seconds(3))
            clock.advance(by: .seconds(3))
            return try await CrewFixture.follow("r", of: runner)
        }
        #expect(told.result.text.contains("[b]\nin time") && told.result.outcome == .completed)
    }

    @Test("A log that was cut off within a group goes on to the same end", arguments: all + quorum)
    func resumed(_ scene: JoinScene) async throws {
        guard scene.outcome == "completed" else { return }
        let told = try await scene.play()
        guard let end = told.events.lastIndex(where: { $0.event.name == "member_ended" }) else {
            Issue.record("no member ended")
            return
        }
        var group = ParallelGroup(agents: ["b", "c", "d"], join: scene.join)
        group.timeout = JoinScene.memberTimeout
        let crew = CrewFixture(
            AgentDefinition(id: "a"), AgentDefinition(id: "b"), AgentDefinition(id: "c"),
            AgentDefinition(id: "d"),
            routing: RoutingDefinition(
                signals: ["a": [SignalRoute("[ALL]", to: "g")]], groups: ["g": group]))
        let store = InMemoryRunStore()
        let kept = Array(told.events[...end])
        try await store.create(
            RunRecord(id: "r", crew: "test", session: nil, createdAt: kept[0].time), events: kept)
        let runner = try crew.runner(ScriptedModel([:]), store: store)
        let again = try await withRunning(runner) {
            try await runner.recover()
            return try await CrewFixture.follow("r", of: runner)
        }
        #expect(again.result.text == told.result.text)
    }
}
