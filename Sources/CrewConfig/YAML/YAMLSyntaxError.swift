import Yams

/// Text that is not YAML, or more of it than is read.
struct YAMLSyntaxError: Error {
    var problem: String
    var position: SourcePosition
    /// What to do, in a sentence for people.
    var advice: String

    init(_ problem: String, at position: SourcePosition, advice: String) {
        self.problem = problem
        self.position = position
        self.advice = advice
    }
}

extension YAMLSyntaxError {
    /// What Yams says, with the place and with what to do about it.
    init(_ error: YamlError, text: String) {
        switch error {
        case .scanner(let context, let problem, let mark, _),
            .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            self.init(problem, at: SourcePosition(mark), context: context, text: text)
        case .reader(let problem, let offset, _, _):
            self.init(
                problem, at: Self.position(of: offset ?? 0, in: text),
                advice: "remove the character, or write it as an escape in double quotes")
        case .duplicatedKeysInMapping(let keys, let context):
            self.init(
                "the key '\(keys.first ?? "")' is given twice", at: SourcePosition(context.mark),
                advice: "keep one of them")
        default:
            self.init("\(error)", at: .start, advice: "check that the file is YAML text")
        }
    }

    private init(
        _ problem: String, at position: SourcePosition, context: YamlError.Context?, text: String
    ) {
        let scalars = Array(text.unicodeScalars)
        let index = scalars.index(of: position) ?? scalars.count
        if index < scalars.count {
            let advice = Self.advice(for: problem, at: scalars[index])
            self.init(problem, at: position, advice: advice)
        } else if let context,
            scalars.index(of: SourcePosition(context.mark)) ?? .max < scalars.count
        {
            // Where the text ends nobody made the mistake; where it began to be open, perhaps.
            self.init(
                "the file ends \(context.text) that begins here",
                at: SourcePosition(context.mark), advice: "close the bracket or the quote")
        } else {
            self.init(
                "the file ends too early: \(problem)", at: Self.lastPosition(of: scalars),
                advice: "close the bracket or the quote")
        }
    }

    private static func lastPosition(of scalars: [Unicode.Scalar]) -> SourcePosition {
        let written = scalars.reversed().drop { $0.properties.isWhitespace }.count
        let lines = scalars[..<written].split(omittingEmptySubsequences: false) { $0 == "\n" }
        return SourcePosition(line: lines.count, column: max(1, lines.last?.count ?? 1))
    }

    private static func advice(for problem: String, at character: Unicode.Scalar) -> String {
        if character == "\t" { return "YAML does not allow tabs for indentation: use blanks" }
        if problem.contains("mapping values are not allowed") {
            return "put text that holds ': ' in quotes, and check the indentation"
        }
        if problem.contains("alias") { return "name an anchor that stands above, such as &name" }
        if problem.contains("cannot start any token") {
            return "put text that begins with this character in quotes"
        }
        if problem.contains("nesting level") { return "nest less deeply" }
        return "check quotes, brackets and the indentation of this and the line above"
    }

    private static func position(of offset: Int, in text: String) -> SourcePosition {
        var position = SourcePosition.start
        for character in text.prefix(offset) {
            if character.isNewline {
                position = SourcePosition(line: position.line + 1, column: 1)
            } else {
                position.column += character.unicodeScalars.count
            }
        }
        return position
    }
}

extension SourcePosition {
    init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }
}

extension [Unicode.Scalar] {
    /// The index of a place, counting line ends as YAML does.
    func index(of position: SourcePosition) -> Int? {
        var line = 1
        var index = 0
        while line < position.line, index < count {
            if endsLine(at: index) { line += 1 }
            index += 1
        }
        let found = index + position.column - 1
        return line == position.line && found <= count ? found : nil
    }

    func endsLine(at index: Int) -> Bool {
        switch self[index] {
        case "\n", "\u{85}", "\u{2028}", "\u{2029}": true
        case "\r": index + 1 == count || self[index + 1] != "\n"
        default: false
        }
    }
}
