import CrewTesting
import Testing

@testable import CrewKit

@Suite("A run that outgrows its window")
struct TrimmedRunTests {
    @Test("A trimmed prompt is answered once: its reply counts, and an event tells of the trimming")
    func repliesCount() async throws {
        var crew = CrewFixture(
            AgentDefinition(id: "a", handoffTargets: ["b"]), AgentDefinition(id: "b"))
        crew.definition.settings.contextWindow = 40
        let history = (1...6).map { ConversationEntry.user("an earlier text, number \($0)") }
        let model = ScriptedModel(["a": [.text("one")], "b": [.text("two")]])
        let told = try await crew.run(RunRequest("hi", history: history), model)
        #expect(told.result.outcome == .completed)
        #expect(told.result.text == "two")
        #expect(model.requests.count == 2)
        #expect(told.names.filter { $0 == "context_trimmed" }.count == 2)
        let last = try #require(model.requests.last)
        #expect(last.messages.contains { $0.text.contains("messages trimmed to fit") })
        #expect(last.messages.contains(.user("hi")))
    }
}
