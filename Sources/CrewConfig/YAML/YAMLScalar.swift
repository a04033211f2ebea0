/// A YAML scalar with what decides its type: how it was written and its explicit tag.
struct YAMLScalar: Sendable {
    var text: String
    /// False for quoted text and for blocks of text, which are always strings.
    var isPlain: Bool
    /// The last part of an explicit core tag: `str`, `int`, `float`, `bool` or `null`.
    var tag: String?

    private var resolves: Bool { tag.map { $0 != "str" } ?? isPlain }

    var isNull: Bool {
        if tag == "null" { return true }
        guard resolves, tag == nil else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// A truth value; as in the original also `yes`, `no`, `on` and `off`.
    var flag: Bool? {
        guard resolves else { return nil }
        switch text {
        case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": return true
        case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": return false
        default: return nil
        }
    }

    /// A whole number; `5.0` counts, and `_` between digits is allowed as in the original.
    var integer: Int? {
        guard resolves else { return nil }
        if let value = Self.coreInteger(text.filter { $0 != "_" }) { return value }
        return number.flatMap(Int.init(exactly:))
    }

    /// A finite number.
    var number: Double? {
        guard resolves else { return nil }
        let digits = text.filter { $0 != "_" }
        if let value = Self.coreInteger(digits) { return Double(value) }
        return Self.coreNumber(digits)
    }

    var kind: String {
        if isNull { return "nothing" }
        if !resolves { return "text" }
        if integer != nil || number != nil { return "the number \(text)" }
        return flag == nil ? "'\(text.prefix(40))'" : "'\(text)'"
    }

    /// An integer in one of the forms of YAML 1.2's core schema.
    static func coreInteger(_ text: String) -> Int? {
        if text.hasPrefix("0x") { return unsigned(text.dropFirst(2), radix: 16) }
        if text.hasPrefix("0o") { return unsigned(text.dropFirst(2), radix: 8) }
        return Int(text)
    }

    private static func unsigned(_ digits: Substring, radix: Int) -> Int? {
        guard digits.first?.isHexDigit == true else { return nil }
        return Int(digits, radix: radix)
    }

    /// A finite floating-point number in the form of YAML 1.2's core schema.
    static func coreNumber(_ text: String) -> Double? {
        // Swift also reads words and hexadecimal floats, which YAML does not know.
        let allowed = text.utf8.allSatisfy {
            (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0)
        }
        guard allowed, text.utf8.contains(where: { (0x30...0x39).contains($0) }) else { return nil }
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }
}
