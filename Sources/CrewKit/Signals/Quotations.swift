/// The quotations of one line: where each begins and where it ends.
///
/// A mark that nothing closes opens nothing, and an apostrophe is no mark. The ends are found in
/// one pass from the back, so that a line of a million marks costs no more than one of letters.
struct Quotations {
    /// The position after each quotation, by the position of its opening mark.
    private var ends: [Int: Int] = [:]

    init(in line: [Unicode.Scalar]) {
        let marks = line.indices.filter { Self.isMark(line[$0]) }
        guard !marks.isEmpty else { return }
        var nextEnd: [Mark: Int] = [:]
        var position = marks.count - 1
        while position >= 0 {
            let last = marks[position]
            var first = last
            if line[last] == "`" {
                while position > 0, marks[position - 1] == first - 1, line[first - 1] == "`" {
                    position -= 1
                    first -= 1
                }
            }
            position -= 1
            let length = last - first + 1
            if let closing = Self.closing(at: first, length: length, in: line),
                let end = nextEnd[closing]
            {
                ends[first] = end
            }
            if Self.canClose(at: first, in: line) {
                nextEnd[Mark(scalar: line[first], length: length)] = last + 1
            }
        }
    }

    /// The position after the quotation that begins there, when one does.
    func end(ofQuotationAt position: Int) -> Int? { ends[position] }

    private struct Mark: Hashable {
        let scalar: Unicode.Scalar
        /// How many backticks stand together; a span of code ends with as many as it began with.
        let length: Int
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\"", "“", "”", "„", "«", "»", "‘", "’", "'", "`", "「", "」": true
        default: false
        }
    }

    /// The mark that ends a quotation which this one begins.
    private static func closing(at index: Int, length: Int, in line: [Unicode.Scalar]) -> Mark? {
        let before = index > 0 ? line[index - 1] : nil
        func mark(_ scalar: Unicode.Scalar) -> Mark { Mark(scalar: scalar, length: length) }
        switch line[index] {
        case "`": return mark("`")
        // After a digit it is a unit: 5" or 5'.
        case "\"": return before?.properties.numericType == nil ? mark("\"") : nil
        case "'": return isWordPart(before) ? nil : mark("'")
        case "‘": return isWordPart(before) ? nil : mark("’")
        case "“": return mark("”")
        case "„": return mark("“")
        case "«": return mark("»")
        case "「": return mark("」")
        default: return nil
        }
    }

    /// False for an apostrophe inside a word.
    private static func canClose(at index: Int, in line: [Unicode.Scalar]) -> Bool {
        guard line[index] == "'" || line[index] == "’" else { return true }
        let before = index > 0 ? line[index - 1] : nil
        let after = index + 1 < line.count ? line[index + 1] : nil
        return !isWordPart(before) || !isWordPart(after)
    }

    private static func isWordPart(_ scalar: Unicode.Scalar?) -> Bool {
        guard let scalar else { return false }
        return scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
}
