/// Finds the bracketed texts of a line that are not quoted, in one pass over it.
struct BracketScan {
    private let scalars: [Unicode.Scalar]
    private let quotations: Quotations

    /// The bracketed texts, with plain brackets.
    static func tokens(in line: Substring) -> [String] {
        guard line.unicodeScalars.contains(where: isOpening) else { return [] }
        let line = Array(line.unicodeScalars)
        if let alone = signalAlone(in: line) { return [alone] }
        return BracketScan(scalars: line, quotations: Quotations(in: line)).tokens()
    }

    static func isOpening(_ scalar: Unicode.Scalar) -> Bool { scalar == "[" || scalar == "［" }
    static func isClosing(_ scalar: Unicode.Scalar) -> Bool { scalar == "]" || scalar == "］" }

    private func tokens() -> [String] {
        var found: [String] = []
        var open: Int?
        var index = 0
        while index < scalars.count {
            if let end = quotations.end(ofQuotationAt: index) {
                // What is half inside and half outside of a quotation is no signal.
                open = nil
                index = end
                continue
            }
            let scalar = scalars[index]
            if Self.isOpening(scalar) {
                open = index + 1
            } else if Self.isClosing(scalar) {
                if let start = open, let token = Self.token(scalars[start..<index]) {
                    found.append(token)
                }
                open = nil
            }
            index += 1
        }
        return found
    }

    private static func token(_ inner: ArraySlice<Unicode.Scalar>) -> String? {
        // A character has few scalars; this keeps long prose from being counted as characters.
        guard !inner.isEmpty, inner.count <= SignalReader.maximumLength * 8 else { return nil }
        let text = String(String.UnicodeScalarView(inner))
        return text.count <= SignalReader.maximumLength ? "[\(text)]" : nil
    }

    /// The signal of a line that holds nothing else but marks around it.
    private static func signalAlone(in line: [Unicode.Scalar]) -> String? {
        let marks: Set<Unicode.Scalar> = [
            "*", "-", "+", "_", "#", "`", "\"", "'", "“", "”", "‘", "’", ".", "!",
        ]
        func isMark(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.isWhitespace || marks.contains(scalar)
        }
        guard let first = line.firstIndex(where: { !isMark($0) }),
            let last = line.lastIndex(where: { !isMark($0) }),
            first < last, isOpening(line[first]), isClosing(line[last])
        else { return nil }
        let inner = line[(first + 1)..<last]
        guard !inner.contains(where: { isOpening($0) || isClosing($0) }) else { return nil }
        return token(inner)
    }
}
