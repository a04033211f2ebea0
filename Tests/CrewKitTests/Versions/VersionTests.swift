import CrewTesting
import Testing

@testable import CrewKit

@Suite("Versions of a crew")
struct VersionTests {
    @Test("A run under way keeps its version, and the next one gets the new one")
    func keeps() async throws {
        let scene = VersionScene()
        let gate = Gate()
        let calls = ToolCall(id: "c", name: "t")
        let old = ScriptedModel([
            "a": [
                .make { _ in
                    await gate.wait()
                    return ModelReply(toolCalls: [calls], finish: .toolCalls)
                }, .text("old"),
            ]
        ])
        let tool = { (text: String) in ClosureTool("t") { _ in text } }
        let agents = [AgentDefinition(id: "a", tools: ["t"])]
        let first = try scene.version("1", old, agents: agents, tools: [tool("old tool")])
        let second = try scene.version(
            "2", ScriptedModel(["a": [.text("new")]]), agents: agents, tools: [tool("new tool")])
        let runner = try scene.runner(first)
        try await withRunning(runner) {
            let slow = try await runner.start(RunRequest("one"))
            await old.waitForRequests(1)
            try runner.replace(with: second)
            let quick = try await runner.start(RunRequest("two"))
            #expect(try await runner.result(of: quick).text == "new")
            gate.open()
            #expect(try await runner.result(of: slow).text == "old")
            let told = try await scene.store.events(of: slow, after: 0, limit: 100)
            let outputs = told.compactMap { stored -> String? in
                if case .toolReturned(let returned) = stored.event { return returned.result.output }
                return nil
            }
            #expect(outputs == ["old tool"])
        }
        let starts = try await [scene.start(of: runner, "one"), scene.start(of: runner, "two")]
        #expect(starts == ["1", "2"])
    }

    @Test("A version is drained when another one took its place and its last run rests")
    func drains() async throws {
        let scene = VersionScene()
        let gate = Gate()
        let old = ScriptedModel([
            "a": [
                .make { _ in
                    await gate.wait()
                    return ModelReply(text: "old")
                }
            ]
        ])
        let first = try scene.version("1", old)
        let second = try scene.version("2", ScriptedModel([:]))
        let runner = try scene.runner(first)
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("one"))
            await old.waitForRequests(1)
            let order = Notes()
            try await withThrowingTaskGroup { group in
                group.addTask {
                    try await runner.drained(first)
                    order.add("drained")
                }
                try runner.replace(with: second)
                order.add("replaced")
                gate.open()
                _ = try await runner.result(of: run)
                try await group.waitForAll()
            }
            #expect(order.all == ["replaced", "drained"])
            // Of what nothing uses nobody has to wait.
            try runner.replace(with: first)
            try await runner.drained(second)
        }
    }

    @Test("Waiting for a version to be drained can be cancelled")
    func cancelledWait() async throws {
        let scene = VersionScene()
        let runner = try scene.runner(try scene.version("1", ScriptedModel([:])))
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup { group in
                group.addTask { try await runner.drained(runner.version) }
                group.cancelAll()
                try await group.waitForAll()
            }
        }
    }

    @Test("What was refused before it began uses no version")
    func refused() async throws {
        let scene = VersionScene()
        let first = try scene.version("1", ScriptedModel([:]))
        let runner = try scene.runner(first)
        await #expect(throws: CrewError.self) { try await runner.resume("nobody", with: "x") }
        await #expect(throws: CrewError.self) {
            try await runner.start(RunRequest("x", startAgent: "z"))
        }
        try runner.replace(with: try scene.version("2", ScriptedModel([:])))
        try await runner.drained(first)
    }

    @Test("A version of another crew is refused")
    func otherName() throws {
        let scene = VersionScene()
        let runner = try scene.runner(try scene.version("1", ScriptedModel([:])))
        let other = try scene.version("2", ScriptedModel([:]), name: "other")
        let error = #expect(throws: CrewError.self) { try runner.replace(with: other) }
        #expect(error?.code == .invalidDefinition && error?.message.contains("name") == true)
        #expect(runner.version.digest == "1")
    }

    @Test("An agent that works for a run's call is of the version of that run")
    func subrunKeepsVersion() async throws {
        let scene = VersionScene()
        let gate = Gate()
        let ask = DeclaredTool(name: "ask", description: "Asks.", work: .agent("b"))
        let old = ScriptedModel([
            "a": [
                .make { _ in
                    await gate.wait()
                    let call = ToolCall(id: "c", name: "ask", arguments: ["input": "why?"])
                    return ModelReply(toolCalls: [call], finish: .toolCalls)
                }, .text("so it is"),
            ], "b": [.text("because")],
        ])
        let agents = [AgentDefinition(id: "a", tools: ["ask"]), AgentDefinition(id: "b")]
        let first = try scene.version(
            "1", old, agents: agents, tools: [try AgentTool(ask, timeout: .seconds(60))])
        let runner = try scene.runner(first)
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("one"))
            await old.waitForRequests(1)
            // Without the agent that is asked.
            try runner.replace(with: try scene.version("2", ScriptedModel([:])))
            gate.open()
            #expect(try await runner.result(of: run).text == "so it is")
            try await runner.drained(first)
        }
        #expect(old.unusedReplies.isEmpty)
    }
}

@Suite("Several crews over one store")
struct CrewRunnersTests {
    private func runner(_ scene: VersionScene, _ name: String, _ text: String) throws -> CrewRunner
    {
        try scene.runner(
            try scene.version(nil, ScriptedModel(["a": [.text(text), .text(text)]]), name: name))
    }

    @Test("Each works its own runs, and any of them tells of all")
    func together() async throws {
        let scene = VersionScene()
        let (one, two) = (try runner(scene, "one", "1"), try runner(scene, "two", "2"))
        let runners = try CrewRunners([one])
        try runners.add([two])
        try await withThrowingTaskGroup { group in
            group.addTask { await runners.run() }
            let (a, b) = (
                try await one.start(RunRequest("x")), try await two.start(RunRequest("x"))
            )
            #expect(try await two.result(of: a).text == "1")
            #expect(try await one.result(of: b).text == "2")
            #expect(one.works("two") && two.works("one") && !one.works("three"))
            runners.handBack()
            try await group.waitForAll()
        }
        #expect(throws: CrewError.self) { try runners.add([try self.runner(scene, "one", "1")]) }
        #expect(runners.all.count == 2)
    }

    @Test("A session belongs to one crew")
    func sessions() async throws {
        let scene = VersionScene()
        let (one, two) = (try runner(scene, "one", "1"), try runner(scene, "two", "2"))
        let runners = try CrewRunners([one, two])
        try await withThrowingTaskGroup { group in
            group.addTask { await runners.run() }
            _ = try await one.result(of: try await one.start(RunRequest("x", session: "s")))
            for policy in RunRequest.BusyPolicy.allCases {
                var request = RunRequest("y", session: "s")
                request.ifBusy = policy
                let error = await #expect(throws: CrewError.self) { try await two.start(request) }
                #expect(error?.code == .foreignSession)
            }
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    @Test("A crew that nobody asks any more is taken out when its last run rests")
    func retires() async throws {
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
        let one = try runner(scene, "one", "1")
        let two = try scene.runner(try scene.version(nil, model, name: "two"))
        let runners = try CrewRunners([one, two])
        try await withThrowingTaskGroup { group in
            group.addTask { await runners.run() }
            let run = try await two.start(RunRequest("x"))
            await model.waitForRequests(1)
            group.addTask { try await runners.retire(two) }
            gate.open()
            _ = try await one.result(of: run)
            while one.works("two") { await Task.yield() }
            await #expect(throws: CrewError.self) { try await two.start(RunRequest("x")) }
            // Its name is free again.
            try runners.add([try self.runner(scene, "two", "2")])
            #expect(one.works("two"))
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}
