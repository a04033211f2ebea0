/// Reads the signals that an agent gave in a reply.
///
/// Only what the agent itself said counts: nothing in reasoning, code fences, quoted lines or
/// quotation marks. A signal in backticks counts when it stands alone on its line, as small models
/// write it; within a sentence it is a mention.
struct SignalReader {
    let routes: [ResolvedRoute]
    let settings: CrewSettings

    /// A route whose signal stands in a reply.
    struct Match: Sendable, Hashable {
        let route: ResolvedRoute
        let level: SignalMatchLevel
    }

    /// Longer bracketed text is prose.
    static let maximumLength = 100

    /// All signals of a reply that have a route, in the order of the text.
    func matches(in reply: String) -> [Match] {
        guard !routes.isEmpty, reply.contains(where: { "[［".contains($0) }) else { return [] }
        return SpokenText.lines(of: reply).filter { !$0.isToolFence }
            .flatMap { Self.bracketed(in: $0.text) }
            .compactMap(bestMatch(for:))
    }

    private func bestMatch(for token: String) -> Match? {
        let spelling = SignalSpelling(token)
        let candidates = routes.compactMap { route in
            SignalSpelling(route.signal)
                .matches(spelling, foldingDiacritics: settings.foldsDiacritics)
                .map { Match(route: route, level: $0) }
        }
        // `min` keeps the first of equals, which is the order of the configuration.
        return candidates.min {
            ($0.level, -$0.route.priority) < ($1.level, -$1.route.priority)
        }
    }
}

extension SignalReader {
    /// The bracketed texts of a line that are not quoted, with plain brackets.
    static func bracketed(in line: Substring) -> [String] {
        let line = unwrapped(line)
        var found: [String] = []
        var quote: Character?
        var open: Substring.Index?
        for index in line.indices {
            let character = line[index]
            if let closing = quote {
                if character == closing { quote = nil }
                continue
            }
            switch character {
            case "[", "［": open = line.index(after: index)
            case "]", "］":
                if let start = open, line.distance(from: start, to: index) <= maximumLength,
                    start < index
                {
                    found.append("[\(line[start..<index])]")
                }
                open = nil
            default:
                quote = closingQuote(for: character, at: index, in: line)
            }
        }
        return found
    }

    /// The mark that ends a quotation which begins here, when one does and it is closed.
    private static func closingQuote(
        for character: Character, at index: Substring.Index, in line: Substring
    ) -> Character? {
        let pairs: [Character: Character] = [
            "\"": "\"", "“": "”", "„": "“", "«": "»", "‘": "’", "'": "'", "`": "`", "「": "」",
        ]
        guard let closing = pairs[character] else { return nil }
        let rest = line[line.index(after: index)...]
        guard rest.contains(closing) else { return nil }
        guard character == "'" || character == "‘" else { return closing }
        // An apostrophe within a word opens nothing.
        let isWordInside = index > line.startIndex && line[line.index(before: index)].isLetter
        return isWordInside ? nil : closing
    }

    /// The signal of a line that holds nothing else but marks around it, else the line.
    private static func unwrapped(_ line: Substring) -> Substring {
        let bare = line.trimming { $0.isWhitespace || "*-+_`\"'“”".contains($0) }
        let isOneSignal =
            bare.first == "[" && bare.last == "]" && !bare.dropFirst().dropLast().contains("]")
        return isOneSignal ? bare : line
    }
}

extension Substring {
    fileprivate func trimming(_ isSurplus: (Character) -> Bool) -> Substring {
        var text = drop(while: isSurplus)
        while let last = text.last, isSurplus(last) { text.removeLast() }
        return text
    }
}
