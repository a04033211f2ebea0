import CrewTesting
import Foundation
import Testing

@testable import CrewKit

@Suite("Runs that pass from one process to the next")
struct HandBackTests {
    private static func runner(
        _ model: ScriptedModel, _ store: any RunStore
    ) throws -> CrewRunner {
        var fixture = CrewFixture(AgentDefinition(id: "a", tools: ["t"]))
        fixture.tools = Toolbox([ClosureTool("t") { _ in "ok" }])
        let crew = try fixture.crew()
        var options = RunnerOptions()
        options.makeRunID = { "run" }
        options.leavesRunsUnfinished = true
        return try CrewRunner(
            crew: crew, models: ModelSet(model, for: crew), tools: fixture.tools, store: store,
            options: options)
    }

    @Test("After a hand back the runner ends by itself, once each round is over")
    func handBack() async throws {
        let store = InMemoryRunStore()
        let (gate, open) = AsyncStream<Void>.makeStream()
        let model = ScriptedModel([
            "a": [
                .make { _ in
                    for await _ in gate { break }
                    return ModelReply(
                        toolCalls: [ToolCall(id: "c", name: "t")], finish: .toolCalls)
                }
            ]
        ])
        let runner = try Self.runner(model, store)
        async let working: Void = runner.run()
        try await runner.start(RunRequest("x"))
        await model.waitForRequests(1)
        runner.handBack()
        open.finish()
        await working
        let names = try await store.events(of: "run", after: 0, limit: 100).map(\.event.name)
        #expect(names.suffix(3) == ["replied", "tool_started", "tool_returned"])
        #expect(try await store.record(of: "run")?.status == .running)
        await #expect { try await runner.start(RunRequest("y")) } throws: {
            ($0 as? CrewError)?.code == .shuttingDown
        }
    }

    @Test("One run can be taken up alone, whatever the policy; one at rest cannot")
    func recoverOne() async throws {
        let store = InMemoryRunStore()
        let model = ScriptedModel(["a": [.hang(after: "half"), .text("whole")]])
        let first = try Self.runner(model, store)
        try await withRunning(first) {
            try await first.start(RunRequest("x"))
            await model.waitForRequests(1)
        }
        let second = try Self.runner(model, store)
        try await withRunning(second) {
            var names: [String] = []
            for try await item in try await second.recoverFollowing("run") {
                if case .event(let stored) = item { names.append(stored.event.name) }
            }
            #expect(names.first == "recovered" && names.last == "run_ended")
            await #expect { try await second.recoverFollowing("run") } throws: {
                ($0 as? CrewError)?.code == .conflict
            }
        }
    }
}
