import CrewKit

/// The lines of a crew's files, read again when a problem has to be shown with its words.
struct SourceLines {
    private var files: [String: [[Unicode.Scalar]]] = [:]

    /// The lines of a file; none when it cannot be read any more.
    mutating func lines(of file: String) -> [[Unicode.Scalar]] {
        if let lines = files[file] { return lines }
        // What cannot be read is told as a problem of its own; it is only not quoted.
        let text = try? SourceFile.text(at: file)  // see above
        let lines = text.map { $0.isEmpty ? [] : Self.split($0) } ?? []
        files[file] = lines
        return lines
    }

    /// The problem with its end and its line; moved to the words that it is about, where it has some.
    mutating func quoting(_ found: LocatedProblem) -> LocatedProblem {
        let lines = lines(of: found.file)
        guard lines.indices.contains(found.line - 1) else { return found }
        var found = found
        if let words = found.problem.words, let place = Self.find(words, from: found, in: lines) {
            found.line = place.line
            found.column = place.column
            return Self.marked(found, in: lines, width: words.unicodeScalars.count)
        }
        let start = found.column - 1
        let width = TokenSpan.width(in: lines[found.line - 1], from: start)
        return Self.marked(found, in: lines, width: width)
    }

    private static func marked(
        _ found: LocatedProblem, in lines: [[Unicode.Scalar]], width: Int
    ) -> LocatedProblem {
        var found = found
        let line = lines[found.line - 1]
        guard found.column <= line.count + 1 else { return found }
        let end = min(line.count, found.column - 1 + width)
        found.endColumn = max(end + 1, found.column)
        let masked = MaskedLine(lines, at: found.line - 1)
        found.quote = masked.quote(from: found.column - 1, to: end)
        return found
    }

    /// Where the words stand in a value that begins at the problem's place; they stay within a line.
    private static func find(
        _ words: String, from found: LocatedProblem, in lines: [[Unicode.Scalar]]
    ) -> SourcePosition? {
        let wanted = Array(words.unicodeScalars)
        guard !wanted.isEmpty else { return nil }
        let indent = lines[found.line - 1].prefix { $0 == " " || $0 == "-" }.count
        for index in (found.line - 1)..<lines.count {
            let line = lines[index]
            let isFirst = index == found.line - 1
            let isBlank = !line.contains { $0 != " " }
            // A line that is indented less begins another value.
            if !isFirst, !isBlank, line.prefix(while: { $0 == " " }).count <= indent { break }
            let start = isFirst ? min(found.column - 1, line.count) : 0
            guard line.count >= wanted.count, start <= line.count - wanted.count else { continue }
            for column in start...(line.count - wanted.count)
            where line[column] == wanted[0]
                && line[column..<column + wanted.count].elementsEqual(wanted)
            {
                return SourcePosition(line: index + 1, column: column + 1)
            }
        }
        return nil
    }

    /// Lines as YAML counts them.
    private static func split(_ text: String) -> [[Unicode.Scalar]] {
        var lines: [[Unicode.Scalar]] = []
        var line: [Unicode.Scalar] = []
        var isAfterReturn = false
        for scalar in text.unicodeScalars {
            defer { isAfterReturn = scalar == "\r" }
            switch scalar {
            case "\n" where isAfterReturn: break
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}":
                lines.append(line)
                line = []
            default: line.append(scalar)
            }
        }
        return lines + [line]
    }
}

/// How long a key or a value is on its line.
enum TokenSpan {
    /// Unicode scalars from there to the end of what begins there, at least 1.
    static func width(in line: [Unicode.Scalar], from start: Int) -> Int {
        guard line.indices.contains(start) else { return 1 }
        let first = line[start]
        if first == "\"" || first == "'" {
            let close = closing(first, in: line, after: start)
            return close.map { $0 - start + 1 } ?? line.count - start
        }
        if "[{]}|>".unicodeScalars.contains(first) { return 1 }
        let isFlow = isInFlow(line, at: start)
        var end = start
        while end < line.count, !endsPlain(line, at: end, isFlow: isFlow) { end += 1 }
        while end > start + 1, line[end - 1] == " " || line[end - 1] == "\t" { end -= 1 }
        return max(1, end - start)
    }

    private static func closing(
        _ quote: Unicode.Scalar, in line: [Unicode.Scalar], after start: Int
    ) -> Int? {
        var index = start + 1
        while index < line.count {
            if line[index] == "\\", quote == "\"" {
                index += 1
            } else if line[index] == quote {
                guard quote == "'", index + 1 < line.count, line[index + 1] == "'" else {
                    return index
                }
                index += 1
            }
            index += 1
        }
        return nil
    }

    private static func endsPlain(_ line: [Unicode.Scalar], at index: Int, isFlow: Bool) -> Bool {
        let isLast = index + 1 == line.count
        switch line[index] {
        case ":":
            return isLast || line[index + 1] == " " || line[index + 1] == "\t"
                || (isFlow && ",]}[{".unicodeScalars.contains(line[index + 1]))
        case "#": return index > 0 && (line[index - 1] == " " || line[index - 1] == "\t")
        case ",", "]", "}", "[", "{": return isFlow
        default: return false
        }
    }

    /// Whether a bracket is open on the line before that place.
    private static func isInFlow(_ line: [Unicode.Scalar], at place: Int) -> Bool {
        var depth = 0
        var index = 0
        while index < place {
            switch line[index] {
            case "\"", "'": index = closing(line[index], in: line, after: index) ?? place
            case "[", "{": depth += 1
            case "]", "}": depth -= 1
            default: break
            }
            index += 1
        }
        return depth > 0
    }
}
