/// The types of JSON Schema, and what may be turned into them.
enum SchemaType {
    /// The types that a schema allows; none means any.
    static func names(in schema: JSONValue) -> [String] {
        switch schema["type"] {
        case .string(let name): [name]
        case .array(let names): names.compactMap(\.string)
        default: []
        }
    }

    static func allowsNull(_ schema: JSONValue) -> Bool {
        let names = names(in: schema)
        if names.contains("null") { return true }
        let choices = (schema["anyOf"]?.array ?? []) + (schema["oneOf"]?.array ?? [])
        return names.isEmpty && choices.contains(where: allowsNull)
    }

    /// The value in the first of the types that it has or can be turned into.
    static func convert(_ value: JSONValue, to names: [String]) -> JSONValue? {
        if names.isEmpty || names.contains(value.typeName) { return value }
        if case .integer = value, names.contains("number") { return value }
        for name in names {
            if let converted = convert(value, to: name) { return converted }
        }
        return nil
    }

    private static func convert(_ value: JSONValue, to name: String) -> JSONValue? {
        switch name {
        case "string": text(value).map(JSONValue.string)
        case "integer": integer(value).map(JSONValue.integer)
        case "number": number(value)
        case "boolean": boolean(value).map(JSONValue.bool)
        case "array": array(value).map(JSONValue.array)
        case "object": object(value).map(JSONValue.object)
        default: nil
        }
    }

    /// The shortest text that means the value: 42 for 42.0.
    static func text(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .integer(let value): String(value)
        case .number(let value): Int(exactly: value).map(String.init) ?? String(value)
        case .bool(let value): String(value)
        default: nil
        }
    }

    private static func integer(_ value: JSONValue) -> Int? {
        guard case .string(let text) = value else { return value.integer }
        let word = text.trimmingBlanks
        return Int(word) ?? decimal(word).flatMap { Int(exactly: $0) }
    }

    private static func number(_ value: JSONValue) -> JSONValue? {
        guard case .string(let text) = value else { return value.double.map(JSONValue.number) }
        let word = text.trimmingBlanks
        return Int(word).map(JSONValue.integer) ?? decimal(word).map(JSONValue.number)
    }

    /// A decimal number that is the whole text; the library's own reading takes `nan` and `0x1p3`.
    private static func decimal(_ text: some StringProtocol) -> Double? {
        guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }) else { return nil }
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }

    private static func boolean(_ value: JSONValue) -> Bool? {
        switch value {
        case .integer(0): return false
        case .integer(1): return true
        case .number(let value): return value == 0 ? false : value == 1 ? true : nil
        case .string(let text):
            switch text.trimmingBlanks.lowercased() {
            case "true", "yes", "1", "on", "enabled": return true
            case "false", "no", "0", "off", "disabled": return false
            default: return nil
            }
        default: return nil
        }
    }

    private static func array(_ value: JSONValue) -> [JSONValue]? {
        switch value {
        case .string(let text):
            let text = text.trimmingBlanks
            if text.isEmpty { return [] }
            if text.first == "[" { return parsed(text)?.array }
            return text.split(separator: ",").map { .string(String($0).trimmingBlanks) }
        case .integer, .number, .bool: return [value]
        default: return nil
        }
    }

    private static func object(_ value: JSONValue) -> JSONObject? {
        value.string.flatMap { parsed($0.trimmingBlanks)?.object }
    }

    private static func parsed(_ text: String) -> JSONValue? {
        try? JSONValue(parsing: text)  // text that is no JSON just does not convert
    }
}

extension UInt8 {
    var isBlank: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}

extension String {
    /// The text without white space of ASCII at its ends.
    var trimmingBlanks: String {
        guard let first = utf8.firstIndex(where: { !$0.isBlank }),
            let last = utf8.lastIndex(where: { !$0.isBlank })
        else { return "" }
        return String(self[first...last])
    }
}
