import CrewTesting
import Testing

@testable import CrewKit

@Suite("Crews that are taken out")
struct RetiringTests {
    @Test(
        "One is not idle while an input waits for its session, and whoever waits sleeps till then")
    func queued() async throws {
        let scene = VersionScene()
        let versions = CrewVersions(try scene.version("1", ScriptedModel([:])))
        let live = LiveRuns(limit: 2, versions: versions)
        let order = Notes()
        try live.enqueue("r", in: "s", feed: EventFeed(after: 0, capacity: 8), limit: 5)
        #expect(!live.closeIfIdle())
        try await withThrowingTaskGroup { group in
            group.addTask {
                try await versions.idle()
                order.add("idle")
            }
            for _ in 0..<50 { await Task.yield() }
            order.add("taken")
            live.dequeue("r", in: "s")
            try await group.waitForAll()
        }
        #expect(order.all == ["taken", "idle"])
        #expect(live.closeIfIdle())
    }

    @Test("What is refused in a queue keeps nothing waiting")
    func fullQueue() async throws {
        let scene = VersionScene()
        let versions = CrewVersions(try scene.version("1", ScriptedModel([:])))
        let live = LiveRuns(limit: 2, versions: versions)
        let feed = EventFeed(after: 0, capacity: 8)
        try live.enqueue("r", in: "s", feed: feed, limit: 1)
        #expect(throws: CrewError.self) {
            try live.enqueue("q", in: "s", feed: feed, limit: 1)
        }
        live.dequeue("r", in: "s")
        try await versions.idle()
    }

    @Test("Of a crew that is taken out it is not said that the server ends")
    func refusal() async throws {
        let scene = VersionScene()
        let runner = try scene.runner(try scene.version("1", ScriptedModel([:])))
        let runners = try CrewRunners([runner])
        try await runners.retire(runner)
        #expect(runners.all.isEmpty)
        // Nor later, when it does.
        runner.handBack()
        let error = await #expect(throws: CrewError.self) {
            try await runner.start(RunRequest("x"))
        }
        #expect(error?.code == .crewRetired)
        #expect(error?.message == "this crew is not served any more")
    }

    @Test("One with a run under way stays when it is to be taken out at once")
    func busy() async throws {
        let scene = VersionScene()
        let gate = Gate()
        let model = ScriptedModel([
            "a": [
                .make { _ in
                    await gate.wait()
                    return ModelReply(text: "done")
                }
            ]
        ])
        let runner = try scene.runner(try scene.version("1", model))
        let runners = try CrewRunners([runner])
        try await withThrowingTaskGroup { group in
            group.addTask { await runners.run() }
            let run = try await runner.start(RunRequest("x"))
            await model.waitForRequests(1)
            #expect(!runners.retireIfIdle(runner) && runners.all.count == 1)
            gate.open()
            #expect(try await runner.result(of: run).text == "done")
            try await runners.retire(runner)
            #expect(runners.all.isEmpty)
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}
