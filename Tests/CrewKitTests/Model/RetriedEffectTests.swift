import CrewKit
import CrewTesting
import Synchronization
import Testing

/// Speaks and is cut off, then asks for a tool, then ends.
private final class CutModel: LanguageModel {
    let name = "cut"
    private let calls = Mutex(0)

    func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        let number = calls.withLock { calls in
            calls += 1
            return calls
        }
        switch number {
        case 1:
            progress(.text("I pay "))
            throw CrewError(.modelStreamCut, "cut")
        case 2:
            progress(.text("I pay now"))
            let call = ToolCall(id: "c", name: "pay", arguments: [:])
            return ModelReply(text: "I pay now", toolCalls: [call], finish: .toolCalls)
        default: return ModelReply(text: "paid")
        }
    }
}

@Suite("Effects of attempts that failed")
struct RetriedEffectTests {
    @Test("A tool is called once, for the reply that came whole; what was shown before it is void")
    func cutReply() async throws {
        let paid = Mutex(0)
        var fixture = CrewFixture(AgentDefinition(id: "a", tools: ["pay"]))
        fixture.tools = Toolbox([
            ClosureTool("pay", effect: .irreversible) { _ in
                paid.withLock { $0 += 1 }
                return "ok"
            }
        ])
        let chain = ModelChain(
            [ModelLink(CutModel(), retry: ModelRetryPolicy())], clock: InstantClock())
        let told = try await fixture.run(RunRequest("pay"), chain)
        #expect(told.result.text == "paid")
        #expect(paid.withLock(\.self) == 1)
        #expect(told.names.filter { $0 == "tool_started" }.count == 1)
        let kinds = told.deltas.filter { $0.round == 1 }.map(\.kind)
        #expect(
            kinds == [
                .text("I pay "), .abandoned(because: .modelStreamCut), .text("I pay now"),
            ])
    }
}
