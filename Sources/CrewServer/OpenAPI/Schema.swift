import CrewKit

/// JSON Schemas (2020-12) of what goes over the wire, in a few words each.
enum Schema {
    static let text: JSONValue = ["type": "string"]
    static let flag: JSONValue = ["type": "boolean"]
    static let number: JSONValue = ["type": "number", "minimum": 0]
    static let anyNumber: JSONValue = ["type": "number"]
    /// A count of something.
    static let count: JSONValue = ["type": "integer", "minimum": 0]
    static let time: JSONValue = ["type": "string", "format": "date-time"]
    static let day: JSONValue = ["type": "string", "format": "date"]
    static let anything: JSONValue = .object([:])
    static let anyObject: JSONValue = ["type": "object", "additionalProperties": true]
    /// What clients and server write as ids.
    static let id: JSONValue = [
        "type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,128}$",
    ]
    static let nothing: JSONValue = ["type": "null"]

    /// A parameter without a value counts as absent, as forms send it.
    static let idParameter: JSONValue = ["type": "string", "pattern": "^[A-Za-z0-9_.:-]{0,128}$"]
    static let dayParameter: JSONValue = [
        "type": "string", "pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$",
        "examples": ["2026-11-21"],
    ]

    /// A schema that stands among the components.
    static func reference(_ name: String) -> JSONValue {
        ["$ref": .string("#/components/schemas/\(name)")]
    }

    static func integer(_ range: ClosedRange<Int>) -> JSONValue {
        var schema: JSONObject = ["type": "integer", "minimum": .integer(range.lowerBound)]
        if range.upperBound == .max {
            schema["format"] = "int64"
        } else {
            schema["maximum"] = .integer(range.upperBound)
        }
        return .object(schema)
    }

    static func words(_ words: [String]) -> JSONValue {
        ["type": "string", "enum": .array(words.map { .string($0) })]
    }

    /// The words of an enumeration that the code has too.
    static func words<Word: RawRepresentable & CaseIterable>(_ type: Word.Type) -> JSONValue
    where Word.RawValue == String { words(type.allCases.map(\.rawValue)) }

    /// The same for a parameter, which counts as absent without a value.
    static func choice<Word: RawRepresentable & CaseIterable>(_ type: Word.Type) -> JSONValue
    where Word.RawValue == String { choice(type.allCases.map(\.rawValue)) }

    static func choice(_ words: [String]) -> JSONValue { self.words(words + [""]) }

    static func list(_ items: JSONValue, atMost most: Int? = nil) -> JSONValue {
        var schema: JSONObject = ["type": "array", "items": items]
        schema["maxItems"] = most.map { .integer($0) }
        return .object(schema)
    }

    /// The same schema, or `null`.
    static func orNull(_ schema: JSONValue) -> JSONValue {
        guard var members = schema.object, let type = members["type"]?.string else {
            return ["anyOf": [schema, nothing]]
        }
        members["type"] = [.string(type), "null"]
        if let words = members["enum"]?.array { members["enum"] = .array(words + [.null]) }
        return .object(members)
    }

    /// An object of an answer; more members may come with later versions.
    static func object(
        _ required: KeyValuePairs<String, JSONValue>,
        optional: KeyValuePairs<String, JSONValue> = [:]
    ) -> JSONValue {
        [
            "type": "object", "properties": properties(required, optional),
            "required": .array(required.map { .string($0.key) }),
        ]
    }

    /// An object of a request: a member that is not described is refused, `null` is absent.
    static func strict(
        _ required: KeyValuePairs<String, JSONValue> = [:],
        optional: KeyValuePairs<String, JSONValue>
    ) -> JSONValue {
        let wishes = optional.map { ($0.key, orNull($0.value)) }
        return [
            "type": "object",
            "properties": .object(
                JSONObject(required.map { ($0.key, $0.value) } + wishes)),
            "required": .array(required.map { .string($0.key) }),
            "additionalProperties": false,
        ]
    }

    static func described(_ schema: JSONValue, _ text: String) -> JSONValue {
        guard var members = schema.object else { return schema }
        members["description"] = .string(text)
        return .object(members)
    }

    private static func properties(
        _ required: KeyValuePairs<String, JSONValue>,
        _ optional: KeyValuePairs<String, JSONValue>
    ) -> JSONValue {
        .object(
            JSONObject(
                required.map { ($0.key, $0.value) } + optional.map { ($0.key, $0.value) }))
    }
}
