import CrewKit
import CrewTesting
import Synchronization
import Testing

@Suite("Tools that change while a run goes on")
struct ChangingToolTests {
    /// Has a tool only once it was told to.
    private final class LateSource: ToolSource {
        private let current = Mutex<[any Tool]>([])
        var tools: [any Tool] { current.withLock { $0 } }
        func add(_ tool: any Tool) { current.withLock { $0.append(tool) } }
    }

    @Test("A tool that was not there when its call was looked at is not called unasked")
    func appearing() async throws {
        let effects = EffectLedger()
        let source = LateSource()
        let pay = CountedTool(
            definition: ToolDefinition(
                name: "shop__pay", description: "", effect: .irreversible, approval: .always),
            effects: effects)
        var first = ToolDefinition(name: "first", description: "", effect: .read)
        first.isSequential = true
        var definition = CrewDefinition(
            name: "c", agents: [AgentDefinition(id: "a", tools: ["first", "shop__*"])])
        definition.mcpServers = [
            MCPServerDefinition(name: "shop", transport: .stdio(CommandTemplate(["shop"])))
        ]
        let crew = try definition.validated(tools: ["first"])
        let model = ScriptedModel([
            "a": [.calls(("first", [:]), ("shop__pay", [:])), .text("ok")]
        ])
        let runner = try CrewRunner(
            crew: crew, models: ModelSet(model, for: crew),
            tools: Toolbox(
                [Adding(definition: first, source: source.add, tool: pay)], sources: [source]))
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("x"))
            #expect(try await runner.result(of: run).outcome == .completed)
        }
        #expect(effects.totals.isEmpty)
        #expect(model.requests.last?.messages.last?.text.contains("has changed") == true)
    }

    /// Lets another tool appear when it is called.
    private struct Adding: Tool {
        let definition: ToolDefinition
        let source: @Sendable (any Tool) -> Void
        let tool: any Tool

        func call(_ call: ToolInvocation) async throws -> String {
            source(tool)
            return "added"
        }
    }

    @Test("A server's tool keeps its policy, and each call goes to the tool that there is then")
    func policed() async throws {
        let source = LateSource()
        source.add(ClosureTool("t") { _ in throw ToolFailure(.system, "down") })
        let policed = PolicedTools(source, timeout: .seconds(5), clock: ShortWaitClock()) { _ in
            ToolPolicy(
                retry: ToolPolicy.Retry(attempts: 2), breaker: ToolPolicy.Breaker(failures: 2))
        }
        let invocation = ToolInvocation(
            call: "c", arguments: [:], idempotencyKey: "k", run: "r", agent: "a")
        let tool = try #require(policed.tools.first)
        await #expect(throws: ToolFailure.self) { try await tool.call(invocation) }
        let again = try #require(policed.tools.first)
        let refusal = await #expect(throws: ToolFailure.self) { try await again.call(invocation) }
        #expect(refusal?.kind == .unavailable, "what was learnt of it stays")
    }
}
