import Testing

@testable import CrewKit

@Suite("Tool output that a model is shown")
struct ToolOutputCapsTests {
    private func caps(each: Int = 5, total: Int = 12) -> ToolOutputCaps {
        var settings = CrewSettings()
        settings.maxToolOutput = each
        settings.maxTotalToolOutput = total
        return ToolOutputCaps(settings: settings)
    }

    private func result(_ name: ToolName, _ output: String) -> ToolResult {
        ToolResult(call: "1", name: name, status: .success, output: output)
    }

    @Test("Output up to the bound is shown whole, also when its characters are many bytes")
    func whole() {
        #expect(caps().shown([result("t", "ệệệệệ")]).map(\.output) == ["ệệệệệ"])
        #expect(caps().shown([result("t", "")]).map(\.output) == [""])
    }

    @Test(
        "Longer output is cut between characters and says how long it was",
        arguments: ["ệệệệệệ", "e\u{302}\u{323}ệệệệx", "👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦!", "🇻🇳🇻🇳🇻🇳🇻🇳🇻🇳🇻🇳"])
    func cut(output: String) {
        let shown = caps().shown([result("t", output)]).map(\.output)
        let rest = "\n\n[⚠️ OUTPUT TRUNCATED - Original size: 6 characters]"
        #expect(shown == [String(output.prefix(5)) + rest])
    }

    @Test("Once a reply's outputs are used up the remaining ones are omitted, each with a result")
    func batch() {
        let results = (1...4).map { result(ToolName("t\($0)"), "12345") }
        let shown = caps(total: 10).shown(results).map(\.output)
        let omitted = "(output omitted: the results of one reply may take 10 characters together)"
        #expect(shown == ["12345", "12345", omitted, omitted])
    }

    @Test("The original's block lists what it has no room for")
    func block() {
        let results = [
            result("one", "12345678"), result("two", "12345"), result("three", "x"),
            ToolResult(call: "4", name: "four", status: .error, output: "y"),
        ]
        let block = """

            [📊 TOOL EXECUTION RESULTS]

            one:
              Status: success
              Output: 12345

            [⚠️ OUTPUT TRUNCATED - Original size: 8 characters]

            two:
              Status: success
              Output: 12345

            [⚠️ 2 additional tool(s) summarized to save context - total output limit: 10 chars]
              • three: success (output omitted)
              • four: error (output omitted)
            [END RESULTS]
            """
        #expect(caps(total: 10).textBlock(for: results) == block)
    }

    @Test("Only what is shown counts: a cut output leaves room for the next")
    func budget() {
        let results = [result("long", String(repeating: "x", count: 5_000)), result("short", "ok")]
        #expect(caps(each: 5, total: 6).shown(results).last?.output == "ok")
        #expect(
            caps(each: 5, total: 5).shown(results).last?.output.hasPrefix("(output omitted") == true
        )
    }
}
