/// The line of a file that a problem points at, without the secrets in it.
public struct QuotedLine: Sendable, Hashable {
    public var text: String
    /// Where the offending part begins, counted from 1 in Unicode scalars of `text`.
    public var column: Int
    /// Unicode scalars of the offending part, at least 1.
    public var width: Int

    /// Scalars of a line that are shown; of a longer one the part around the offending text.
    private static let longest = 160
    private static let lead = 60

    init(text: String, column: Int, width: Int) {
        self.text = text
        self.column = column
        self.width = width
    }

    /// Marks a part of a line; what could steer a terminal is shown as a dot.
    init(_ line: [Unicode.Scalar], from start: Int, to end: Int) {
        var shown = line.map { Self.isShown($0) ? $0 : $0 == "\t" ? " " : "·" }
        var start = start
        var end = end
        if shown.count > Self.longest {
            let first = min(max(0, start - Self.lead), shown.count - Self.longest)
            let isCut = first + Self.longest < shown.count
            shown = Array(shown[first..<first + Self.longest]) + (isCut ? ["…"] : [])
            if first > 0 { shown[0] = "…" }
            start = max(start - first, 0)
            end = min(end - first, shown.count)
        }
        text = String(String.UnicodeScalarView(shown))
        column = start + 1
        width = max(1, end - start)
    }

    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate: false
        default: true
        }
    }

    /// A line with a caret and waves where the offending text stands in a font of fixed width.
    public var mark: String {
        let scalars = Array(text.unicodeScalars)
        let before = scalars.prefix(column - 1).reduce(0) { $0 + Self.cells($1) }
        let marked = scalars.dropFirst(column - 1).prefix(width).reduce(0) { $0 + Self.cells($1) }
        return String(repeating: " ", count: before) + "^"
            + String(repeating: "~", count: max(0, marked - 1))
    }

    /// Cells of a terminal that a scalar takes.
    private static func cells(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}
