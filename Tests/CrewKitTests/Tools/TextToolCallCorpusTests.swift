import CrewKit
import Testing

@Suite("Corpus of text tool calls")
struct TextToolCallCorpusTests {
    private func read(_ text: String) -> TextToolCalls {
        TextToolCallParser.calls(in: text, tools: WrittenReply.tools)
    }

    @Test(
        "The calls in a reply are those that its author meant",
        arguments: WrittenReply.prose + WrittenReply.places + WrittenReply.values
            + WrittenReply.forms)
    func calls(_ reply: WrittenReply) {
        let found = read(reply.text)
        #expect(found.calls.map { "\($0.name)\($0.arguments.text)" } == reply.calls)
        #expect(found.warnings.count == reply.warnings, "\(found.warnings)")
    }

    @Test("Wherever a reply is cut off, what is read is a beginning of its calls")
    func cutOff() {
        for reply in WrittenReply.prose + WrittenReply.places + WrittenReply.values
            + WrittenReply.forms
        {
            let whole = read(reply.text).calls
            var end = reply.text.startIndex
            while end < reply.text.endIndex {
                end = reply.text.unicodeScalars.index(after: end)
                let found = read(String(reply.text[..<end])).calls
                #expect(found.count <= whole.count + 1, "\(reply.about)")
            }
        }
    }

    @Test("Words around a reply do not change its calls", arguments: WrittenReply.values)
    func surroundings(_ reply: WrittenReply) {
        let found = read("I look at it.\n\n\(reply.text)\n\nThat was all (for now).")
        #expect(found.calls.map { "\($0.name)\($0.arguments.text)" } == reply.calls)
    }
}
