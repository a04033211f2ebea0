/// Says in words what a schema wants, for models that got it wrong.
///
/// Values that came with the call are not repeated: messages travel further than arguments do.
enum ArgumentWording {
    /// One line with all parameters, in the order of the schema.
    static func expected(_ schema: JSONValue) -> String {
        let properties = schema["properties"]?.object ?? [:]
        guard !properties.isEmpty else { return "Expected: no parameters" }
        let required = (schema["required"]?.array ?? []).compactMap(\.string)
        let parameters = properties.map { name, property in
            let note =
                property["default"].map { ", default \($0.text)" }
                ?? (required.contains(name) ? ", required" : ", optional")
            return "\(name) (\(form(of: property))\(note))"
        }
        return "Expected: " + parameters.joined(separator: ", ")
    }

    /// The form, and what the parameter is for.
    static func meaning(of schema: JSONValue) -> String {
        let form = form(of: schema)
        return schema["description"]?.string.map { "\(form): \($0)" } ?? form
    }

    /// What a value must be, such as "integer from 1 to 10".
    static func form(of schema: JSONValue) -> String {
        if let words = schema["enum"]?.array {
            return "one of " + words.map { $0.string ?? $0.text }.joined(separator: ", ")
        }
        let choices = schema["anyOf"]?.array ?? schema["oneOf"]?.array ?? []
        if !choices.isEmpty { return choices.map(form).joined(separator: " or ") }
        let names = SchemaType.names(in: schema).map { name in
            if name == "string", let format = schema["format"]?.string {
                return "\(name), \(format)"
            }
            guard name == "array", let items = schema["items"], items.object != nil else {
                return name
            }
            return "array of \(form(of: items))"
        }
        return (names.isEmpty ? "any value" : names.joined(separator: " or ")) + range(of: schema)
    }

    private static func range(of schema: JSONValue) -> String {
        var text = ""
        func add(_ name: String, _ word: String) {
            if let bound = schema[name]?.double.map(JSONValue.number).flatMap(SchemaType.text) {
                text += " \(word) \(bound)"
            }
        }
        add("minimum", "from")
        add("exclusiveMinimum", "above")
        add("maximum", "to")
        add("exclusiveMaximum", "below")
        return text
    }

    /// What kind of value was given.
    static func kind(of value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .number: "a number"
        case .string: "this text"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
