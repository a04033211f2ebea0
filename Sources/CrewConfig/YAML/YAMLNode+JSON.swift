import CrewKit

extension YAMLNode {
    /// The value as JSON, by the core schema of YAML 1.2: quoted text is always a string.
    var json: JSONValue {
        switch content {
        case .scalar(let scalar): scalar.json
        case .list(let elements): .array(elements.map(\.json))
        case .map(let map): .object(JSONObject(map.entries.map { ($0.key, $0.value.json) }))
        }
    }
}

extension YAMLScalar {
    var json: JSONValue {
        guard tag.map({ $0 != "str" }) ?? isPlain else { return .string(text) }
        if isNull { return .null }
        switch text {
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        if let value = Self.coreInteger(text) { return .integer(value) }
        if let value = Self.coreNumber(text) { return .number(value) }
        return .string(text)
    }
}
