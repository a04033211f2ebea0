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

    @Test("A reply that was cut off has at most one call that the whole one has not")
    func cutOff() {
        for reply in WrittenReply.prose + WrittenReply.places + WrittenReply.values
            + WrittenReply.forms
        {
            // Of a block of results without its end only the first part is known to be one.
            guard !reply.text.contains("[END RESULTS]") else { continue }
            let whole = Set(read(reply.text).calls.map(\.arguments.canonicalText))
            for length in stride(from: 1, to: reply.text.unicodeScalars.count, by: 7) {
                let part = String(
                    String.UnicodeScalarView(reply.text.unicodeScalars.prefix(length)))
                let strange = read(part).calls.filter {
                    !whole.contains($0.arguments.canonicalText)
                }
                #expect(strange.count <= 1, "\(reply.about): \(part)")
            }
        }
    }

    @Test("Words around a reply do not change its calls", arguments: WrittenReply.values)
    func surroundings(_ reply: WrittenReply) {
        let found = read("I look at it.\n\n\(reply.text)\n\nThat was all (for now).")
        #expect(found.calls.map { "\($0.name)\($0.arguments.text)" } == reply.calls)
    }
}
