/// Parts `<think>…</think>` at the very start of a streamed reply from what follows it.
///
/// Some servers leave the reasoning of a model in its text. Only a tag that opens the reply counts,
/// so that a reply may speak of the tag; one that is never closed makes all of it reasoning.
struct ThinkTagSplitter: Sendable {
    enum Part: Hashable {
        case text(String)
        case reasoning(String)
    }

    private enum State {
        /// Nothing but blanks and the start of an opening tag so far, which is held back.
        case undecided(String)
        /// Inside the tag; holds back what may be the start of a closing tag.
        case thinking(String)
        /// Behind the tag, dropping the blanks that part it from the reply.
        case closed
        case speaking
    }

    private static let opening = "<think>"
    private static let closing = "</think>"

    private var state = State.undecided("")

    /// True when whatever comes next is said aloud, so that the caller need not ask.
    var isSpeaking: Bool {
        if case .speaking = state { return true }
        return false
    }

    mutating func split(_ piece: String) -> [Part] {
        switch state {
        case .speaking:
            return piece.isEmpty ? [] : [.text(piece)]
        case .undecided(let held):
            return decide(held + piece)
        case .thinking(let held):
            return think(held + piece)
        case .closed:
            let text = Self.withoutLeadingBlanks(piece)
            guard !text.isEmpty else { return [] }
            state = .speaking
            return [.text(text)]
        }
    }

    /// What was held back when the reply ended.
    mutating func finish() -> [Part] {
        defer { state = .speaking }
        switch state {
        case .undecided(let held): return held.isEmpty ? [] : [.text(held)]
        case .thinking(let held): return held.isEmpty ? [] : [.reasoning(held)]
        case .closed, .speaking: return []
        }
    }

    private mutating func decide(_ text: String) -> [Part] {
        let start = Self.withoutLeadingBlanks(text)
        if start.utf8.starts(with: Self.opening.utf8) {
            state = .thinking("")
            return think(String(start.unicodeScalars.dropFirst(Self.opening.utf8.count)))
        }
        if Self.opening.utf8.starts(with: start.utf8) {
            state = .undecided(text)
            return []
        }
        state = .speaking
        return [.text(text)]
    }

    private mutating func think(_ text: String) -> [Part] {
        if let tag = Self.range(of: Self.closing, in: text) {
            state = .closed
            let reasoning = String(text[..<tag.lowerBound])
            let rest = String(text[tag.upperBound...])
            return (reasoning.isEmpty ? [] : [.reasoning(reasoning)]) + split(rest)
        }
        let held = Self.lengthOfStart(of: Self.closing, endingIn: text)
        let cut = text.utf8.index(text.endIndex, offsetBy: -held)
        state = .thinking(String(text[cut...]))
        return cut == text.startIndex ? [] : [.reasoning(String(text[..<cut]))]
    }

    private static func withoutLeadingBlanks(_ text: String) -> String {
        let blanks = text.utf8.prefix { $0 == 0x20 || (0x09...0x0D).contains($0) }
        return blanks.isEmpty ? text : String(text[blanks.endIndex...])
    }

    /// Where the ASCII word `tag` first stands in `text`.
    private static func range(of tag: String, in text: String) -> Range<String.Index>? {
        var start = text.startIndex
        while let candidate = text.utf8[start...].firstIndex(of: UInt8(ascii: "<")) {
            if text.utf8[candidate...].starts(with: tag.utf8) {
                return candidate..<text.utf8.index(candidate, offsetBy: tag.utf8.count)
            }
            start = text.utf8.index(after: candidate)
        }
        return nil
    }

    /// How many bytes at the end of `text` could be the start of `tag`.
    private static func lengthOfStart(of tag: String, endingIn text: String) -> Int {
        let longest = min(tag.utf8.count - 1, text.utf8.count)
        return (0...longest).reversed().first {
            text.utf8.suffix($0).elementsEqual(tag.utf8.prefix($0))
        } ?? 0
    }
}
