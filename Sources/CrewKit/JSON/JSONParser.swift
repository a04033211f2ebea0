/// A strict JSON reader over UTF-8 bytes (RFC 8259).
///
/// Every streamed token of a model arrives as a small JSON document, so this is the hottest code of
/// the engine; a general decoder would cost several times the rest of the work on a token.
struct JSONParser {
    /// Deeper nesting is refused: the parser recurses.
    static let maximumDepth = 256

    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0

    static func parse(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONError) -> JSONValue {
        var parser = JSONParser(bytes: bytes)
        let value = try parser.value(depth: 0)
        parser.skipBlanks()
        guard parser.index == bytes.count else { throw parser.error("text after the value") }
        return value
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    private func error(_ problem: String) -> JSONError {
        JSONError(problem: problem, offset: index)
    }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipBlanks() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x0A, 0x0D, 0x09: index += 1
            default: return
            }
        }
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard depth < Self.maximumDepth else { throw error("nested too deeply") }
        skipBlanks()
        switch current {
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try array(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case nil: throw error("unexpected end")
        default: return try number()
        }
    }

    private mutating func word(
        _ text: StaticString, _ value: JSONValue
    ) throws(JSONError) -> JSONValue {
        let length = text.utf8CodeUnitCount
        guard index + length <= bytes.count else { throw error("unexpected end") }
        for offset in 0..<length where bytes[index + offset] != text.utf8Start[offset] {
            throw error("unknown word")
        }
        index += length
        return value
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
        index += 1
        var members = JSONObject()
        skipBlanks()
        if current == UInt8(ascii: "}") {
            index += 1
            return members
        }
        while true {
            skipBlanks()
            guard current == UInt8(ascii: "\"") else { throw error("a key must be a string") }
            let key = try string()
            skipBlanks()
            guard current == UInt8(ascii: ":") else { throw error("':' expected") }
            index += 1
            members.append(key, try value(depth: depth + 1))
            skipBlanks()
            if try !separator(closing: UInt8(ascii: "}")) { return members }
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
        index += 1
        var elements: [JSONValue] = []
        skipBlanks()
        if current == UInt8(ascii: "]") {
            index += 1
            return elements
        }
        while true {
            elements.append(try value(depth: depth + 1))
            skipBlanks()
            if try !separator(closing: UInt8(ascii: "]")) { return elements }
        }
    }

    /// True after a comma, false after the closing bracket.
    private mutating func separator(closing: UInt8) throws(JSONError) -> Bool {
        guard let byte = current else { throw error("unexpected end") }
        guard byte == UInt8(ascii: ",") || byte == closing else { throw error("',' expected") }
        index += 1
        return byte != closing
    }

    private mutating func string() throws(JSONError) -> String {
        index += 1
        let start = index
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                let text = try text(from: start, to: index)
                index += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            guard byte >= 0x20 else { throw error("control character in a string") }
            index += 1
        }
        throw error("string without an end")
    }

    private func text(from start: Int, to end: Int) throws(JSONError) -> String {
        let slice = UnsafeBufferPointer(rebasing: bytes[start..<end])
        // `String(validating:as:)` is not specialised and costs several times as much. Decoding
        // repairs what is malformed, and the text then is not the bytes any more.
        var text = String(decoding: slice, as: UTF8.self)
        let isSame = text.withUTF8 { utf8 in
            utf8.elementsEqual(slice)
        }
        guard isSame else { throw error("invalid UTF-8") }
        return text
    }

    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var buffer = [UInt8](bytes[start..<index])
        while let byte = current {
            index += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: buffer, as: UTF8.self) else {
                    throw error("invalid UTF-8")
                }
                return text
            case UInt8(ascii: "\\"): try appendEscape(to: &buffer)
            case 0..<0x20: throw error("control character in a string")
            default: buffer.append(byte)
            }
        }
        throw error("string without an end")
    }

    private mutating func appendEscape(to buffer: inout [UInt8]) throws(JSONError) {
        guard let byte = current else { throw error("unexpected end") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(byte)
        case UInt8(ascii: "n"): buffer.append(0x0A)
        case UInt8(ascii: "t"): buffer.append(0x09)
        case UInt8(ascii: "r"): buffer.append(0x0D)
        case UInt8(ascii: "b"): buffer.append(0x08)
        case UInt8(ascii: "f"): buffer.append(0x0C)
        case UInt8(ascii: "u"): buffer.append(contentsOf: Array(String(try scalar()).utf8))
        default: throw error("unknown escape")
        }
    }

    /// A `\u` escape; halves of a pair that stand alone become U+FFFD, as models emit them.
    private mutating func scalar() throws(JSONError) -> Unicode.Scalar {
        let unit = try hexadecimal()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        let replacement: Unicode.Scalar = "\u{FFFD}"
        guard (0xD800..<0xDC00).contains(unit), index + 1 < bytes.count,
            bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
        else { return replacement }
        let mark = index
        index += 2
        let low = try hexadecimal()
        guard (0xDC00..<0xE000).contains(low) else {
            index = mark
            return replacement
        }
        return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)) ?? replacement
    }

    private mutating func hexadecimal() throws(JSONError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue
            else { throw error("four hexadecimal digits expected") }
            unit = unit << 4 | UInt32(digit)
            index += 1
        }
        return unit
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = index
        if current == UInt8(ascii: "-") { index += 1 }
        let firstDigit = index
        skipDigits()
        let digits = index - firstDigit
        guard digits > 0 else { throw error("unexpected character") }
        if digits > 1, bytes[firstDigit] == UInt8(ascii: "0") { throw error("leading zero") }
        var isWhole = true
        if current == UInt8(ascii: ".") {
            isWhole = false
            index += 1
            let mark = index
            skipDigits()
            guard index > mark else { throw error("digit expected") }
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            isWhole = false
            index += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { index += 1 }
            let mark = index
            skipDigits()
            guard index > mark else { throw error("digit expected") }
        }
        let text = try text(from: start, to: index)
        if isWhole, let value = Int(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw error("number out of range") }
        return .number(value)
    }

    private mutating func skipDigits() {
        while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            index += 1
        }
    }
}
