public import CrewKit

/// JSON Schema (draft 7) of a kind of file, for editors: made from the same description that reads it.
public enum KeySchema {
    /// The schema as text, with line breaks.
    public static func text(of file: KeyTable.File) -> String {
        var writer = SchemaWriter()
        writer.write(value(of: file), indent: "")
        return writer.text + "\n"
    }

    /// The schema of one file.
    public static func value(of file: KeyTable.File) -> JSONValue {
        let inner = file.table.withInner().dropFirst()
        var schema: JSONObject = [
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": .string(file.table.name),
        ]
        for (key, value) in members(of: file.table) { schema[key] = value }
        schema["definitions"] = .object(
            JSONObject(inner.map { (slug($0.name), .object(members(of: $0))) }))
        return .object(schema)
    }

    private static func slug(_ name: String) -> String {
        name.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
    }

    private static func members(of table: KeyTable) -> JSONObject {
        var properties: [(String, JSONValue)] = []
        for key in table.keys {
            properties.append((key.name, property(key)))
            for alias in key.aliases { properties.append((alias, self.alias(alias, of: key))) }
        }
        var schema: JSONObject = [
            "description": .string(plain(table.summary)), "type": ["object", "null"],
        ]
        if table.keys.contains(where: { $0.need == .always }) { schema["type"] = "object" }
        if !properties.isEmpty { schema["properties"] = .object(JSONObject(properties)) }
        schema["additionalProperties"] = table.others.map { orNothing(value($0.type)) } ?? false
        let needed = table.keys.filter { $0.need == .always }
        let plainly = needed.filter(\.aliases.isEmpty).map { JSONValue.string($0.name) }
        if !plainly.isEmpty { schema["required"] = .array(plainly) }
        let either = needed.filter { !$0.aliases.isEmpty }.map { key -> JSONValue in
            let words = [key.name] + key.aliases
            return ["anyOf": .array(words.map { ["required": [.string($0)]] })]
        }
        if !either.isEmpty { schema["allOf"] = .array(either) }
        addStrictness(of: table, to: &schema)
        return schema
    }

    /// Under `config_mode: strict` more has to be given, which the block that says so can know.
    private static func addStrictness(of table: KeyTable, to schema: inout JSONObject) {
        guard table.key("config_mode") != nil else { return }
        let names = table.keys.filter { $0.need == .strict }.map { JSONValue.string($0.name) }
        schema["if"] = [
            "properties": ["config_mode": ["const": "strict"]], "required": ["config_mode"],
        ]
        schema["then"] = ["required": .array(names)]
    }

    private static func property(_ key: KeyTable.Key) -> JSONValue {
        var schema = value(key.type, zeroMeansDefault: key.zeroMeansDefault)
        if key.need != .always { schema = orNothing(schema) }
        guard var members = schema.object else { return schema }
        // Beside a reference nothing else counts.
        if members["$ref"] != nil { members = ["allOf": [schema]] }
        var text = plain(key.documentation)
        if !key.defaultText.isEmpty { text += " Default: \(plain(key.defaultText))." }
        if key.need == .strict { text += " Must be given under config_mode: strict." }
        members["description"] = .string(text)
        if let value = defaultValue(of: key) { members["default"] = value }
        switch key.effect {
        case .works: break
        case .never: members["deprecationMessage"] = "It has no effect."
        case .instead(let advice): members["deprecationMessage"] = .string("Not used: \(advice).")
        }
        if let newer = key.newer {
            members["deprecationMessage"] = .string("An older form: write \(newer.text).")
        }
        return .object(members)
    }

    private static func alias(_ word: String, of key: KeyTable.Key) -> JSONValue {
        guard var members = property(key).object else { return [:] }
        members["description"] = .string("Another word for \(key.name).")
        members["default"] = nil
        if key.olderWords.contains(word) {
            members["deprecationMessage"] = .string("An older word: write \(key.name).")
        }
        return .object(members)
    }

    /// The default where it is a value and not a sentence.
    private static func defaultValue(of key: KeyTable.Key) -> JSONValue? {
        let scalar = YAMLScalar(text: key.defaultText, isPlain: true)
        switch key.type {
        case .flag: return scalar.flag.map(JSONValue.bool)
        case .integer, .number, .seconds, .secondsOrNever:
            guard scalar.number != nil else { return nil }
            return scalar.json
        case .word(let words), .wordOrBlock(let words, _):
            return words.contains(key.defaultText) ? .string(key.defaultText) : nil
        default: return nil
        }
    }

    private static func plain(_ text: String) -> String { text.replacing("`", with: "") }
}

extension KeySchema {
    private static func value(_ type: ValueType, zeroMeansDefault: Bool = false) -> JSONValue {
        switch type {
        case .text: return ["type": ["string", "number", "boolean"]]
        case .word(let words): return ["enum": .array(words.map { .string($0) })]
        case .flag: return ["type": "boolean"]
        case .integer(let range):
            var schema: JSONObject = ["type": "integer"]
            if let range {
                schema["minimum"] = .integer(range.lowerBound)
                schema["maximum"] = .integer(range.upperBound)
            }
            return .object(schema)
        case .number(let range):
            var schema: JSONObject = ["type": "number"]
            if let range {
                schema["minimum"] = number(range.lowerBound)
                schema["maximum"] = number(range.upperBound)
            }
            return .object(schema)
        case .seconds:
            let least = zeroMeansDefault ? "minimum" : "exclusiveMinimum"
            return .object(
                JSONObject([
                    ("type", "number"), (least, 0), ("maximum", number(KeyCheck.longestSeconds)),
                ]))
        case .secondsOrNever:
            return ["type": "number", "minimum": 0, "maximum": number(KeyCheck.longestSeconds)]
        case .list(let element): return ["type": "array", "items": value(element)]
        case .block(let table): return reference(table.name)
        case .again(let name, _): return reference(name)
        case .textOrBlock(let table):
            return ["anyOf": [value(.text), reference(table.name)]]
        case .wordOrBlock(let words, let table):
            return ["anyOf": [value(.word(words)), reference(table.name)]]
        case .json, .anything: return [:]
        }
    }

    private static func reference(_ name: String) -> JSONValue {
        ["$ref": .string("#/definitions/\(slug(name))")]
    }

    private static func number(_ value: Double) -> JSONValue {
        Int(exactly: value).map(JSONValue.integer) ?? .number(value)
    }

    /// The same, or nothing, which is as good as leaving the key out.
    private static func orNothing(_ schema: JSONValue) -> JSONValue {
        guard var members = schema.object, !members.isEmpty else { return schema }
        if let words = members["enum"]?.array {
            members["enum"] = .array(words + [.null])
        } else if let type = members["type"] {
            members["type"] = .array((type.array ?? [type]) + ["null"])
        } else if let ways = members["anyOf"]?.array {
            members["anyOf"] = .array(ways + [["type": "null"]])
        } else {
            members = ["anyOf": [schema, ["type": "null"]]]
        }
        return .object(members)
    }
}

/// Writes JSON for people: short values on one line, longer ones over several.
private struct SchemaWriter {
    private(set) var text = ""

    mutating func write(_ value: JSONValue, indent: String) {
        let line = value.text
        guard indent.utf8.count + line.utf8.count > 90 else {
            text += line
            return
        }
        let inner = indent + "  "
        switch value {
        case .array(let elements):
            write(elements.map { ("", $0) }, between: ("[", "]"), inner, indent)
        case .object(let members):
            let named = members.keys.map { key in
                (JSONValue.string(key).text + ": ", members[key] ?? .null)
            }
            write(named, between: ("{", "}"), inner, indent)
        default: text += line
        }
    }

    private mutating func write(
        _ parts: [(name: String, value: JSONValue)], between marks: (String, String),
        _ inner: String, _ outer: String
    ) {
        text += marks.0
        for (index, part) in parts.enumerated() {
            text += (index == 0 ? "\n" : ",\n") + inner + part.name
            write(part.value, indent: inner)
        }
        text += "\n" + outer + marks.1
    }
}
