import CrewTesting
import Testing

@testable import CrewKit

@Suite("Ids of tool calls")
struct UniqueCallIDTests {
    private func ids(
        _ given: [ToolCallID], branch: BranchID? = nil, after earlier: ToolCallID...
    ) -> [ToolCallID] {
        let calls = given.map { ToolCall(id: $0, name: "t") }
        let entries = earlier.map {
            ConversationEntry.said("a", "", calls: ToolCall(id: $0, name: "t"))
        }
        return UniqueCallIDs.made(for: calls, round: 2, branch: branch, after: entries).map(\.id)
    }

    @Test("Good ids stay, empty, repeated and overlong ones are replaced")
    func replaced() {
        let long = ToolCallID(String(repeating: "x", count: 65))
        #expect(
            ids(["x", "", "x", long, "y"]) == ["x", "call_2_2", "call_2_3", "call_2_4", "y"])
    }

    @Test("An id that an earlier reply used is replaced")
    func earlier() {
        #expect(ids(["x", "y"], after: "x") == ["call_2_1", "y"])
    }

    @Test("A made id is never one that is taken, by this reply or an earlier one")
    func taken() {
        #expect(ids(["", "call_2_1"]) == ["call_2_1", "call_2_2"])
        #expect(ids([""], after: "call_2_1", "call_2_2") == ["call_2_3"])
    }

    @Test("Ids made for members of groups hold only what endpoints take")
    func members() {
        #expect(ids([""], branch: "1.nhóm.b") == ["call_1-nh-m-b-2_1"])
    }

    @Test("An endpoint that numbers its calls from nothing in every reply is understood")
    func everyReply() async throws {
        var crew = CrewFixture(AgentDefinition(id: "a", tools: ["t"]))
        crew.tools = Toolbox([ClosureTool("t") { _ in "x" }])
        let told = try await crew.run(
            "hi", ["a": [.calls(("t", [:])), .calls(("t", [:])), .text("ok")]])
        let results = told.events.compactMap { stored -> ToolCallID? in
            if case .toolReturned(let returned) = stored.event { return returned.result.call }
            return nil
        }
        #expect(results == ["c0", "call_2_1"])
    }
}
