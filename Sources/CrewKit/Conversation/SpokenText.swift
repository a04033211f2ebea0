/// A stretch of a reply, at most one line long, that the agent itself said.
package struct SpokenLine: Sendable, Hashable {
    package let text: Substring
    /// Whether it stands in a fenced block that is marked as `tool`.
    package let isToolFence: Bool
}

/// Tells what an agent said from what it only shows: reasoning, code, quotations, tool output.
///
/// Signals and text tool calls are looked for nowhere else; otherwise a page that a tool fetched
/// could hand the run to another agent by being quoted.
package enum SpokenText {
    /// The spoken stretches in order; blank lines are among them, as they end things.
    package static func lines(of reply: String) -> [SpokenLine] {
        let lines = reply.utf8.split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var scan = SpokenScan()
        // Looked for once, and only when a block of results begins.
        var lastEnd: Int??
        for (position, line) in lines.enumerated() {
            scan.take(Substring(line)) {
                let known = lastEnd ?? lines.lastIndex { Echo.isEnd(Substring($0)) }
                lastEnd = .some(known)
                return known.map { $0 > position } ?? false
            }
        }
        return scan.spoken
    }
}

/// The state of one pass over a reply, line by line.
private struct SpokenScan {
    var spoken: [SpokenLine] = []
    private var fence: CodeFence?
    private var echo: Echo?
    private var isThinking = false
    private var hasThought = false

    /// - Parameter endFollows: whether a later line ends a block of echoed tool results.
    mutating func take(_ line: Substring, endFollows: () -> Bool) {
        var rest = line
        if rest.utf8.last == UInt8(ascii: "\r") { rest = Substring(rest.utf8.dropLast()) }
        if isThinking {
            guard let tag = ThinkTag.first(.closing, in: rest) else { return }
            isThinking = false
            rest = rest[tag.upperBound...]
            if rest.isBlank { return }
        }
        if let fence {
            if fence.isClosed(by: rest) {
                self.fence = nil
            } else if fence.isTool, echo == nil {
                spoken.append(SpokenLine(text: rest, isToolFence: true))
            }
            return
        }
        let trimmed = rest.trimmed
        if let fence = CodeFence(opening: trimmed) {
            self.fence = fence.isOneLine ? nil : fence
            return
        }
        if let echo {
            if echo.isOver(at: trimmed) { self.echo = nil }
            return
        }
        if trimmed.utf8.first == UInt8(ascii: ">") { return }
        if let echo = Echo(opening: trimmed, endFollows: endFollows) {
            self.echo = echo
            return
        }
        takeUnquoted(rest)
    }

    /// Adds a line without the reasoning in it.
    private mutating func takeUnquoted(_ line: Substring) {
        var rest = line
        while true {
            let opening = ThinkTag.first(.opening, in: rest)
            // Some models get the opening tag in their prompt and only write the closing one.
            if !hasThought, let closing = ThinkTag.first(.closing, in: rest),
                opening.map({ closing.lowerBound < $0.lowerBound }) ?? true
            {
                spoken = []
                hasThought = true
                rest = rest[closing.upperBound...]
                continue
            }
            guard let opening else { break }
            hasThought = true
            add(rest[..<opening.lowerBound], of: line)
            rest = rest[opening.upperBound...]
            guard let closing = ThinkTag.first(.closing, in: rest) else {
                isThinking = true
                return
            }
            rest = rest[closing.upperBound...]
        }
        add(rest, of: line)
    }

    private mutating func add(_ text: Substring, of line: Substring) {
        if text.isBlank, text.startIndex != line.startIndex || text.endIndex != line.endIndex {
            return
        }
        spoken.append(SpokenLine(text: text, isToolFence: false))
    }
}

/// A fenced code block, by the line that opened it.
private struct CodeFence {
    private let marker: UInt8
    private let length: Int
    let isTool: Bool
    /// Whether the line closes the block again, as in "```text```".
    let isOneLine: Bool

    init?(opening line: Substring) {
        guard let marker = line.utf8.first,
            marker == UInt8(ascii: "`") || marker == UInt8(ascii: "~")
        else { return nil }
        let run = line.utf8.prefix { $0 == marker }
        guard run.count >= 3 else { return nil }
        let info = line.utf8[run.endIndex...]
        self.marker = marker
        length = run.count
        isOneLine = marker == UInt8(ascii: "`") && info.contains(marker)
        isTool = Substring(info).trimmed == "tool"
    }

    func isClosed(by line: Substring) -> Bool {
        let line = line.trimmed.utf8
        return line.count >= length && line.allSatisfy { $0 == marker }
    }
}

/// Tool output that the agent repeats in the form in which it was given it.
private enum Echo {
    case untilBlankLine
    case untilEnd

    init?(opening line: Substring, endFollows: () -> Bool) {
        let line = line.utf8.drop { "*_-# `".utf8.contains($0) }
        if line.starts(with: "Output:".utf8) || Self.isStatus(line) {
            self = .untilBlankLine
        } else if line.starts(with: "[📊 TOOL EXECUTION RESULTS]".utf8) {
            // The block has blank lines inside. Without its end only the marked lines are known.
            self = endFollows() ? .untilEnd : .untilBlankLine
        } else {
            return nil
        }
    }

    func isOver(at line: Substring) -> Bool {
        switch self {
        case .untilBlankLine: line.isEmpty || Self.isEnd(line)
        case .untilEnd: Self.isEnd(line)
        }
    }

    static func isEnd(_ line: Substring) -> Bool {
        line.trimmed.utf8.starts(with: "[END RESULTS]".utf8)
    }

    /// A status as tool results have it; "Status: all servers answer" is the agent's own sentence.
    private static func isStatus(_ line: Substring.UTF8View) -> Bool {
        guard line.starts(with: "Status:".utf8) else { return false }
        let word = Substring(line.dropFirst("Status:".utf8.count)).trimmed
        return ["success", "error", "timeout", "cancelled"].contains { word == $0 }
    }
}

/// `<think>` and `<thinking>`, in any case, unless written as code.
private enum ThinkTag {
    enum Kind { case opening, closing }

    static func first(_ kind: Kind, in line: Substring) -> Range<Substring.Index>? {
        let bytes = line.utf8
        var start = bytes.startIndex
        while let bracket = bytes[start...].firstIndex(of: UInt8(ascii: "<")) {
            let isCode =
                bracket > bytes.startIndex
                && bytes[bytes.index(before: bracket)] == UInt8(ascii: "`")
            if !isCode, let end = end(of: kind, at: bracket, in: bytes) { return bracket..<end }
            start = bytes.index(after: bracket)
        }
        return nil
    }

    private static func end(
        of kind: Kind, at start: Substring.Index, in bytes: Substring.UTF8View
    ) -> Substring.Index? {
        let words: [StaticString] =
            switch kind {
            case .opening: ["<think>", "<thinking>"]
            case .closing: ["</think>", "</thinking>"]
            }
        for word in words {
            let candidate = bytes[start...].prefix(word.utf8CodeUnitCount)
            let pattern = UnsafeBufferPointer(
                start: word.utf8Start, count: word.utf8CodeUnitCount)
            if candidate.elementsEqual(pattern, by: { ($0 < 0x41 ? $0 : $0 | 0x20) == $1 }) {
                return candidate.endIndex
            }
        }
        return nil
    }
}

extension Substring {
    fileprivate var isBlank: Bool { trimmed.isEmpty }

    /// The text without blanks and tabs at its ends.
    fileprivate var trimmed: Substring {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
        var bytes = utf8.drop(while: isBlank)
        while let last = bytes.last, isBlank(last) { bytes.removeLast() }
        return Substring(bytes)
    }
}
