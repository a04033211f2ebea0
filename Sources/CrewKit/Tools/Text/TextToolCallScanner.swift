/// A cursor over a passage that knows where names, arguments and lines end.
struct TextToolCallScanner {
    private let bytes: [UInt8]
    private(set) var position = 0

    init(_ text: Substring) { bytes = Array(text.utf8) }

    var isAtEnd: Bool { position >= bytes.count }
    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }
    private var isAtLineEnd: Bool { current == nil || current == 0x0A }

    mutating func skipLine() {
        while !isAtLineEnd { position += 1 }
        position += 1
    }

    /// Skips what may stand before a call: blanks, a list marker, code and bold marks.
    mutating func skipLineMarkers() {
        skip(" \t\r")
        skipListMarker()
        skip(" \t`*")
    }

    mutating func skipBetweenCalls() { skip(" \t\r`*,;.&|+") }

    private mutating func skip(_ set: StaticString) {
        let set = UnsafeBufferPointer(start: set.utf8Start, count: set.utf8CodeUnitCount)
        while let byte = current, set.contains(byte) { position += 1 }
    }

    private mutating func skipListMarker() {
        var end = position
        let bullet = Array("•".utf8)
        if let byte = current, "-*+".utf8.contains(byte) {
            end += 1
        } else if bytes[position...].starts(with: bullet) {
            end += bullet.count
        } else {
            while end < bytes.count, (0x30...0x39).contains(bytes[end]) { end += 1 }
            guard end > position, end < bytes.count, ".)".utf8.contains(bytes[end]) else { return }
            end += 1
        }
        guard end < bytes.count, bytes[end] == 0x20 || bytes[end] == 0x09 else { return }
        position = end
    }

    /// The name of a call that begins here; moves behind its opening parenthesis.
    mutating func callName() -> String? {
        var end = position
        while end < bytes.count, Self.isNameByte(bytes[end]) { end += 1 }
        guard end > position, end < bytes.count, bytes[end] == UInt8(ascii: "("),
            !(0x2D...0x39).contains(bytes[position])
        else { return nil }
        let name = String(decoding: bytes[position..<end], as: UTF8.self)
        position = end + 1
        return name
    }

    /// Moves to the next place on this line where a call begins.
    mutating func skipToName() {
        while !isAtLineEnd {
            var ahead = self
            if ahead.callName() != nil { return }
            repeat { position += 1 } while !isAtLineEnd && Self.isWordByte(bytes[position - 1])
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte | 0x20 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): true
        default: byte == 0x5F || byte == 0x2D || byte == 0x2E || (0x30...0x39).contains(byte)
        }
    }

    /// A name that follows such a byte is only the end of a longer word.
    private static func isWordByte(_ byte: UInt8) -> Bool { isNameByte(byte) || byte >= 0x80 }

    /// The text up to the parenthesis that closes the call; moves behind it.
    ///
    /// A blank line or the next call ends the search, so that a call that was never closed does
    /// not swallow what comes after it.
    mutating func arguments(isTool: (String) -> Bool) -> String? {
        let start = position
        var walk = NestingWalk()
        for index in start..<bytes.count {
            if walk.isOutside, bytes[index] == UInt8(ascii: ")") {
                position = index + 1
                return String(decoding: bytes[start..<index], as: UTF8.self)
            }
            if bytes[index] == 0x0A, startsAfresh(after: index, isQuoted: walk.isQuoted, isTool) {
                return nil
            }
            walk.take(bytes, at: index)
        }
        return nil
    }

    private func startsAfresh(
        after index: Int, isQuoted: Bool, _ isTool: (String) -> Bool
    ) -> Bool {
        var ahead = self
        ahead.position = index + 1
        ahead.skipLineMarkers()
        if ahead.isAtLineEnd { return !isQuoted }
        return ahead.callName().map(isTool) ?? false
    }
}

/// Follows brackets and quotes, byte by byte.
///
/// A quote opens only where a value may begin, so that the apostrophe in "it's" is none.
struct NestingWalk {
    private var depth = 0
    /// The last byte of the mark that ends the quotation.
    private var quote: UInt8?
    private var isEscaped = false
    private var mayOpenQuote = true

    var isQuoted: Bool { quote != nil }
    var isOutside: Bool { depth == 0 && quote == nil }

    mutating func take(_ bytes: [UInt8], at index: Int) {
        let byte = bytes[index]
        if let quote {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == quote, Self.isMark(quote, in: bytes, at: index),
                Self.mayCloseQuote(bytes, at: index)
            {
                self.quote = nil
            }
            return
        }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            if mayOpenQuote { quote = byte }
            mayOpenQuote = false
        case 0xE2:
            if mayOpenQuote { quote = Self.closingMark(of: bytes[index...]) }
            mayOpenQuote = false
        case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"):
            depth += 1
            mayOpenQuote = true
        case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
            depth = max(0, depth - 1)
            mayOpenQuote = false
        case UInt8(ascii: ","), UInt8(ascii: "="), UInt8(ascii: ":"): mayOpenQuote = true
        case 0x20, 0x09, 0x0A, 0x0D: break
        default: mayOpenQuote = false
        }
    }

    /// The last byte of `”` behind `“`, of `’` behind `‘`.
    private static func closingMark(of bytes: ArraySlice<UInt8>) -> UInt8? {
        if bytes.starts(with: "“".utf8) { return 0x9D }
        return bytes.starts(with: "‘".utf8) ? 0x99 : nil
    }

    /// Whether the byte that could end a quotation is a mark, and not part of another letter.
    private static func isMark(_ quote: UInt8, in bytes: [UInt8], at index: Int) -> Bool {
        quote < 0x80 || (index >= 2 && bytes[index - 2] == 0xE2 && bytes[index - 1] == 0x80)
    }

    /// Whether a value may end here; models forget to escape the quotes inside a text.
    private static func mayCloseQuote(_ bytes: [UInt8], at index: Int) -> Bool {
        let next = bytes[(index + 1)...].first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }
        return next.map { ",)]}:=\n".utf8.contains($0) } ?? true
    }
}
