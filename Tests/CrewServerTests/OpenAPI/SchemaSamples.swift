import CrewKit

/// Makes values that fit a schema, and values that do not.
struct SchemaSamples {
    let check: JSONSchemaCheck

    init(of document: JSONValue) { check = JSONSchemaCheck(document: document) }

    /// Texts of which some fit any pattern of ours, and some do not.
    private static let texts: [JSONValue] = [
        "s-1", "running", "running,paused", "wait", "wait=0", "*", "\"1\"", "W/\"7\", \"8\"",
        "2026-11-21", "máy chậm", "no id", "",
    ]

    /// What fits; for an object with all its members, and with those only that it needs.
    func fitting(_ schema: JSONValue) -> [JSONValue] {
        let schema = check.resolved(schema)
        if let words = schema["enum"]?.array { return words }
        let values: [JSONValue] =
            switch typeName(of: schema) {
            case "string": (schema["examples"]?.array ?? []) + Self.texts
            case "integer": [schema["minimum"], schema["maximum"]].compactMap(\.self)
            case "boolean": [true, false]
            case "array": [.array([]), .array(Array(fitting(schema["items"] ?? .null).prefix(1)))]
            case "object": objects(of: schema)
            default: ["any", 5]
            }
        return values.filter { check.problems(of: $0, schema).isEmpty }
    }

    private func typeName(of schema: JSONValue) -> String {
        schema["type"]?.string ?? schema["type"]?.array?.first?.string ?? ""
    }

    private func objects(of schema: JSONValue) -> [JSONValue] {
        let properties = schema["properties"]?.object ?? [:]
        let needed = schema["required"]?.array?.compactMap(\.string) ?? []
        let least = JSONObject(
            needed.map { ($0, fitting(properties[$0] ?? .null).first ?? .null) })
        var objects: [JSONValue] = [.object(least)]
        for (name, member) in properties {
            for value in fitting(member) {
                var members = least
                members[name] = value
                objects.append(.object(members))
            }
        }
        let all = properties.map { ($0.key, fitting($0.value).first ?? .null) }
        return objects + [.object(JSONObject(all))]
    }

    /// What does not fit, where there is such a thing.
    func unfitting(_ schema: JSONValue) -> [JSONValue] {
        let schema = check.resolved(schema)
        var values: [JSONValue] =
            Self.texts + ["nonsense", 5, true, .array([]), .array([5]), .object(["x": 1])]
        if let least = schema["minimum"]?.integer { values.append(.integer(least - 1)) }
        if let most = schema["maximum"]?.integer { values += [.integer(most + 1), 1.5] }
        if typeName(of: schema) == "object" { values += brokenObjects(of: schema) }
        return values.filter { !check.problems(of: $0, schema).isEmpty }
    }

    private func brokenObjects(of schema: JSONValue) -> [JSONValue] {
        guard let whole = objects(of: schema).first?.object else { return [] }
        let isOpen = schema["additionalProperties"] != false
        var objects: [JSONValue] = []
        for name in schema["required"]?.array?.compactMap(\.string) ?? [] {
            var members = whole
            members[name] = nil
            objects.append(.object(members))
        }
        for (name, member) in schema["properties"]?.object ?? [:] {
            for value in unfitting(member) {
                var members = whole
                members[name] = value
                objects.append(.object(members))
            }
        }
        guard !isOpen else { return objects }
        var members = whole
        members["nonsense"] = 1
        return objects + [.object(members)]
    }
}
