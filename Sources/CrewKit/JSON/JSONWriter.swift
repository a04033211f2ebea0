/// Writes JSON as UTF-8 bytes, member by member or from whole values.
///
/// Non-ASCII text is written as it is; numbers that JSON cannot hold become `null`.
public struct JSONWriter: Sendable {
    public private(set) var bytes: [UInt8] = []
    private let isCanonical: Bool

    /// - Parameter sortsKeys: writes equal values as equal text.
    public init(sortsKeys: Bool = false) { isCanonical = sortsKeys }

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Appends bytes that are JSON already, or punctuation.
    public mutating func write(raw text: StaticString) {
        bytes.append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    public mutating func write(_ value: JSONValue) {
        switch value {
        case .null: write(raw: "null")
        case .bool(let value): value ? write(raw: "true") : write(raw: "false")
        case .integer(let value): bytes.append(contentsOf: value.description.utf8)
        case .number(let value): write(value)
        case .string(let text): write(text)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (position, element) in elements.enumerated() {
                if position > 0 { bytes.append(UInt8(ascii: ",")) }
                write(element)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members): write(members)
        }
    }

    public mutating func write(_ members: JSONObject) {
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        for (key, value) in isCanonical ? members.canonicalMembers : Array(members) {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            write(key)
            bytes.append(UInt8(ascii: ":"))
            write(value)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func write(_ value: Double) {
        guard value.isFinite else { return write(raw: "null") }
        if isCanonical, let whole = Int(exactly: value) { return write(.integer(whole)) }
        bytes.append(contentsOf: value.description.utf8)
    }

    /// Appends a string value, quoted and escaped.
    public mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var start = 0
            for (position, byte) in utf8.enumerated()
            where byte < 0x20 || byte == 0x22 || byte == 0x5C {
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<position]))
                escape(byte)
                start = position + 1
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start...]))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x22, 0x5C: bytes.append(byte)
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        default:
            let digits = Array("0123456789abcdef".utf8)
            bytes.append(contentsOf: Array("u00".utf8))
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 15)])
        }
    }
}
