import CrewKit
import CrewTesting
import Synchronization
import Testing

@Suite("Calls of one reply")
struct SequentialToolTests {
    private final class Overlap: Sendable {
        private let state = Mutex<(now: Int, most: Int, order: [String])>((0, 0, []))

        func enter(_ name: String) {
            state.withLock { state in
                state.now += 1
                state.most = max(state.most, state.now)
                state.order.append(name)
            }
        }
        func leave() { state.withLock { $0.now -= 1 } }
        var order: [String] { state.withLock { $0.order } }
        var most: Int { state.withLock { $0.most } }
    }

    private struct Watched: Tool {
        let definition: ToolDefinition
        let overlap: Overlap

        init(_ name: ToolName, isSequential: Bool, _ overlap: Overlap) {
            var definition = ToolDefinition(name: name, description: "", effect: .read)
            definition.isSequential = isSequential
            self.definition = definition
            self.overlap = overlap
        }

        func call(_ call: ToolInvocation) async throws -> String {
            overlap.enter(definition.name.rawValue)
            for _ in 0..<100 { await Task.yield() }
            overlap.leave()
            return "done"
        }
    }

    @Test("A sequential tool's calls run alone, after those before them and before those behind")
    func alone() async throws {
        let overlap = Overlap()
        var crew = CrewFixture(AgentDefinition(id: "a", tools: ["one"]))
        crew.tools = Toolbox([Watched("one", isSequential: true, overlap)])
        let told = try await crew.run(
            "hi", ["a": [.calls(("one", [:]), ("one", [:]), ("one", [:])), .text("ok")]])
        #expect(told.result.outcome == .completed)
        #expect(overlap.most == 1)
    }

    @Test("Others keep their place around it")
    func barrier() async throws {
        let overlap = Overlap()
        var crew = CrewFixture(AgentDefinition(id: "a", tools: ["many", "one"]))
        crew.tools = Toolbox([
            Watched("many", isSequential: false, overlap),
            Watched("one", isSequential: true, overlap),
        ])
        _ = try await crew.run(
            "hi",
            [
                "a": [
                    .calls(("many", [:]), ("many", [:]), ("one", [:]), ("many", [:])), .text("ok"),
                ]
            ])
        #expect(overlap.order == ["many", "many", "one", "many"])
    }

    @Test("A tool with a longer time of its own extends the time for all calls of its reply")
    func batchLimit() async throws {
        let clock = ManualClock()
        let release = Gate()
        var crew = CrewFixture(AgentDefinition(id: "a", tools: ["slow"]))
        crew.clock = clock
        crew.definition.settings.toolBatchTimeout = .seconds(30)
        crew.tools = Toolbox([
            ClosureTool("slow", timeout: .seconds(90)) { _ in
                await release.wait()
                return "at last"
            }
        ])
        let model = ScriptedModel(["a": [.calls(("slow", [:])), .text("ok")]])
        let runner = try crew.runner(model)
        _ = try await withRunning(runner) {
            let run = try await runner.start(RunRequest("hi"))
            await clock.waitForSleepers(of: .seconds(90))
            release.open()
            return try await runner.result(of: run)
        }
        #expect(model.requests.last?.messages.last?.text == "at last")
    }
}
