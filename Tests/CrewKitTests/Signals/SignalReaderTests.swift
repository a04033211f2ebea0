import Testing

@testable import CrewKit

@Suite("Signals in a reply")
struct SignalReaderTests {
    private func reader(_ signals: String..., folding: Bool = false) -> SignalReader {
        var settings = CrewSettings()
        settings.foldsDiacritics = folding
        let routes = signals.map {
            ResolvedRoute(signal: $0, target: .end, priority: 50, maxOccurs: nil)
        }
        return SignalReader(routes: routes, settings: settings)
    }

    private func levels(
        of signal: String, in reply: String, folding: Bool = false
    ) -> [SignalMatchLevel] {
        reader(signal, folding: folding).matches(in: reply).map(\.level)
    }

    struct Spelling: Sendable, CustomTestStringConvertible {
        let signal: String
        let reply: String
        let level: SignalMatchLevel?
        init(_ signal: String, _ reply: String, _ level: SignalMatchLevel?) {
            self.signal = signal
            self.reply = reply
            self.level = level
        }
        var testDescription: String { "\(signal) in \(reply.debugDescription)" }
    }

    /// `[KẾT THÚC]` with each accent as a scalar of its own.
    private static let decomposed = "[KE\u{302}\u{301}T THU\u{301}C]"

    @Test(
        "A spelling is found, and the level says how loosely it was read",
        arguments: [
            Spelling("[KẾT THÚC]", "xong rồi [KẾT THÚC]", .exact),
            Spelling("[KẾT THÚC]", "xong \(decomposed)", .exact),
            Spelling(decomposed, "xong [KẾT THÚC]", .exact),
            Spelling("[KẾT THÚC]", "xong [kết Thúc]", .caseFolded),
            Spelling("[KẾT THÚC]", "[  Kết   thúc ]", .normalized),
            Spelling("[KẾT THÚC]", "[KẾT\u{A0}THÚC]", .normalized),
            Spelling("[KẾT THÚC]", "[KẾT_THÚC]", .normalized),
            Spelling("[KẾT_THÚC]", "[ Kết-Thúc ]", .normalized),
            Spelling("[ROUTE_EXECUTOR]", "[route executor]", .normalized),
            Spelling("[ROUTE_EXECUTOR]", "[ROUTE__EXECUTOR]", .normalized),
            Spelling("[ROUTE_EXECUTOR]", "[ROUTEEXECUTOR]", nil),
            Spelling("[KẾT THÚC]", "［KẾT THÚC］", .exact),
            Spelling("[KẾT THÚC]", "`［KẾT THÚC］`", .exact),
            Spelling("[KẾT THÚC]", "［KẾT THÚC]", .exact),
            Spelling("[KẾT THÚC]", "(KẾT THÚC)", nil),
            Spelling("[KẾT THÚC]", "KẾT THÚC", nil),
            Spelling("[OK]", "[[OK]]", .exact),
            Spelling("[OK]", "[a [OK] b]", .exact),
            Spelling("[OK]", "[O[K]", nil),
            Spelling("[OK]", "[]", nil),
            Spelling("[OK]", "[OK", nil),
            Spelling("[OK]", "OK]", nil),
            Spelling("[KẾT THÚC]", "[KẾT\nTHÚC]", nil),
            Spelling("[A B]", "line one [A\r\nB]", nil),
        ])
    func spellings(_ spelling: Spelling) {
        let expected = spelling.level.map { [$0] } ?? []
        #expect(levels(of: spelling.signal, in: spelling.reply) == expected)
    }

    @Test("Diacritics, and đ for d, are left out only where the crew allows it")
    func diacritics() {
        for reply in ["[KET THUC]", "[ket_thuc]", "[KÊT THUC]"] {
            #expect(levels(of: "[KẾT THÚC]", in: reply).isEmpty)
            #expect(levels(of: "[KẾT THÚC]", in: reply, folding: true) == [.withoutDiacritics])
        }
        #expect(levels(of: "[ĐỒNG Ý]", in: "[DONG Y]").isEmpty)
        #expect(levels(of: "[ĐỒNG Ý]", in: "[DONG Y]", folding: true) == [.withoutDiacritics])
        #expect(levels(of: "[DONG Y]", in: "[đồng ý]", folding: true) == [.withoutDiacritics])
        #expect(levels(of: "[KẾT THÚC]", in: "[kết thúc]", folding: true) == [.caseFolded])
    }

    @Test("Of two signals that differ in their accents alone the one that was written is taken")
    func closestSpelling() {
        let reader = reader("[MA]", "[MÁ]", folding: true)
        #expect(reader.matches(in: "[MÁ]").map(\.route.signal) == ["[MÁ]"])
        #expect(reader.matches(in: "[ma]").map(\.route.signal) == ["[MA]"])
        #expect(reader.matches(in: "[mà]").map(\.route.signal) == ["[MA]"])
    }

    @Test("A bracketed text of 100 characters is a signal, one of 101 is prose")
    func longest() {
        for (count, isFound) in [(99, true), (100, true), (101, false)] {
            let signal = "[\(String(repeating: "Ế", count: count))]"
            #expect(levels(of: signal, in: "so \(signal)").isEmpty != isFound)
            #expect(levels(of: signal, in: signal).isEmpty != isFound)
        }
        let decomposed = "[" + String(repeating: "E\u{302}\u{301}", count: 100) + "]"
        #expect(levels(of: decomposed, in: "so \(decomposed)") == [.exact])
    }

    @Test("Signals come in the order of the text, on one line or on several")
    func order() {
        let found = reader("[A]", "[B]").matches(in: "[B] x [A] y [B]\nand [A]")
        #expect(found.map(\.route.signal) == ["[B]", "[A]", "[B]", "[A]"])
    }

    @Test("No routes and no brackets find nothing")
    func nothing() {
        #expect(reader().matches(in: "[A]").isEmpty)
        #expect(reader("[A]").matches(in: "").isEmpty)
        #expect(reader("[A]").matches(in: "A").isEmpty)
    }
}

@Suite("Signals that an agent only mentions")
struct MentionedSignalTests {
    private func count(in reply: String) -> Int {
        let route = ResolvedRoute(signal: "[X]", target: .end, priority: 50, maxOccurs: nil)
        return SignalReader(routes: [route], settings: CrewSettings()).matches(in: reply).count
    }

    @Test(
        "A signal in quotation marks or code is a mention",
        arguments: [
            #"I could say "[X]" here"#, "I could say `[X]` here", "I could say ``[X]`` here",
            "I could say “[X]” here", "Ich sage „[X]“ nie", "« [X] » veut dire fin",
            "I could say ‘[X]’ here", "I could say '[X]' here", "说「[X]」就结束",
            #"说"[X]"就结束"#, "`a` and `[X]` and `b`", #"she said "never [X] now", he agreed"#,
            "don't say '[X]', it's wrong", "'It's [X] here' is a quotation",
            "``a ` [X] b`` is one span", "```\n[X]\n```", "~~~text\n[X]\n~~~", "> [X]",
            "so:\n  > say [X]\n", "<think>[X]</think> no", "<think>\n[X]\n</think>\nno",
            "[X]\n</think>\nno", "the docs:\n```\nsay [X]",
        ])
    func mentions(reply: String) {
        #expect(count(in: reply) == 0)
    }

    @Test(
        "A signal is no mention because of marks that quote nothing",
        arguments: [
            "I don't mind [X] and it's fine", "Don't. [X] Isn't it?", "the agents' turn [X] ends",
            "'tis done [X] and it's good", "the ’90s were [X] and don’t forget",
            "‘tis [X] and it’s good", "5' [X] and 6'", "a 5\" disk [X] and a 3\" disk",
            "an open \" mark [X]", "an open “ mark [X]", "an open ` mark [X]", "`` and ` [X]",
            "“quoted” [X] “again”", "„quoted“ [X]", "`code` [X] `code`", "''[X]''",
            "\"a\" [X] \"b\"", "thế 'này' thì [X]", "a > b [X]", "<think>hm</think>[X]",
            "```\ncode\n```\n[X]", "> quoted\n[X]",
        ])
    func apostrophes(reply: String) {
        #expect(count(in: reply) == 1)
    }

    @Test(
        "A signal alone on its line counts, whatever marks stand around it",
        arguments: [
            "`[X]`", "**[X]**", "- [X]", "* `[X]`", "  [X]  ", "_[X]_", "### [X]", "- **`[X]`**",
            "\"[X]\"", "“[X]”", "`[X]`.", "**[X]**!", "so long.\n\n`[X]`\n",
        ])
    func alone(reply: String) {
        #expect(count(in: reply) == 1)
    }

    @Test("A line with two quoted signals is a mention of both")
    func twoQuoted() {
        #expect(count(in: "`[X]` `[X]`") == 0)
        #expect(count(in: "\"[X]\" or \"[X]\"") == 0)
    }

    @Test("A signal outside of a quotation on the same line counts")
    func besideQuotation() {
        #expect(count(in: "I say \"[X]\" and mean it: [X]") == 1)
    }

    @Test(
        "A megabyte of anything is read in one pass",
        arguments: [
            "[", "]", "[[", "“", "„[", "‘", "'[X", "`", "`` ` ", "[x]", "«[", "<", "```\n", "> \n",
        ])
    func hugeReplies(piece: String) {
        // A scanner that looks ahead from every mark takes hours for this, not a second.
        let reply = String(repeating: piece, count: 1_000_000 / piece.utf8.count)
        let other = ResolvedRoute(signal: "[OTHER]", target: .end, priority: 50, maxOccurs: nil)
        let reader = SignalReader(routes: [other], settings: CrewSettings())
        #expect(reader.matches(in: reply).isEmpty)
    }
}
