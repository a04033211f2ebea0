import CrewKit
import Testing

@Suite("Spoken text")
struct SpokenTextTests {
    private func spoken(_ reply: String) -> [String] {
        SpokenText.lines(of: reply).map { String($0.text) }
    }

    @Test("Plain lines are spoken, blank ones included")
    func plain() {
        #expect(spoken("Xin chào\n\n[COMPLETE]") == ["Xin chào", "", "[COMPLETE]"])
        #expect(spoken("") == [""])
    }

    @Test("A carriage return before the line end is not part of the line")
    func carriageReturn() {
        #expect(spoken("one\r\n\r\ntwo") == ["one", "", "two"])
    }

    @Test(
        "Code is not spoken, whatever the fence",
        arguments: [
            "a\n```\n[X]\n```\nb", "a\n```swift\n[X]\n```\nb", "a\n~~~~\n```\n[X]\n~~~~\nb",
            "a\n  ````\n```\n[X]\n````\nb", "a\n```[X]```\nb",
        ])
    func fences(reply: String) {
        #expect(spoken(reply) == ["a", "b"])
    }

    @Test("A fence that is never closed runs to the end")
    func openFence() {
        #expect(spoken("a\n```\n[X]") == ["a"])
    }

    @Test("A fence marked as tool is spoken and says so")
    func toolFence() {
        let lines = SpokenText.lines(of: "a\n```tool\nPing(x)\n```\nb\n```toolbox\nPing(y)\n```")
        #expect(lines.map { String($0.text) } == ["a", "Ping(x)", "b"])
        #expect(lines.map(\.isToolFence) == [false, true, false])
    }

    @Test("Quoted lines are not spoken")
    func quotes() {
        #expect(spoken("> [X]\n  > [Y]\na > b") == ["a > b"])
    }

    @Test(
        "Reasoning is not spoken",
        arguments: [
            "<think>[X]</think>b", "<think>\n[X]\n```\n</think>\nb", "[X]\n</think>\nb",
            "<Thinking>[X]\n> c</THINKING>b", "[X]</think>b", "b<think>[X]",
            "<think>[X]</think>b<think>\n[Y]",
        ])
    func reasoning(reply: String) {
        #expect(spoken(reply) == ["b"])
    }

    @Test("A tag written as code is only text")
    func tagAsCode() {
        #expect(spoken("Use `<think>` here\n[X]") == ["Use `<think>` here", "[X]"])
        #expect(spoken("a\n```\n<think>\n```\nb") == ["a", "b"])
    }

    @Test("Reasoning in the middle of a line leaves both ends")
    func reasoningInside() {
        #expect(spoken("a <think>[X]</think> b") == ["a ", " b"])
    }

    @Test(
        "Repeated tool output is not spoken until a blank line",
        arguments: ["Output: [X]\n[Y]", "  Status: success\n  Output: ok\n[X]", "**Output:**\n[X]"])
    func echo(block: String) {
        #expect(spoken("a\n\(block)\n\nb") == ["a", "b"])
    }

    @Test("A block of repeated results ends at its own end")
    func resultBlock() {
        let block = """
            [📊 TOOL EXECUTION RESULTS]

            PingHost:
              Status: success
              Output: one

            [X]

            [END RESULTS]
            b
            """
        #expect(spoken(block) == ["b"])
    }

    @Test("A block of repeated results without an end hides only its marked parts")
    func cutResultBlock() {
        let block = "[📊 TOOL EXECUTION RESULTS]\n\nPingHost:\n  Output: one\n[X]\n\nb"
        #expect(spoken(block) == ["PingHost:", "b"])
    }

    @Test("A fence in repeated output may hold blank lines")
    func fenceInEcho() {
        #expect(spoken("Output:\n```\none\n\n[X]\n```\n\nb") == ["b"])
    }

    @Test("A sentence that begins with Status is the agent's own")
    func statusSentence() {
        #expect(spoken("Status: all is well\n[X]") == ["Status: all is well", "[X]"])
    }
}
