import CrewKit

/// JSON schemas in the few words that Ollama passes on to a model; it drops the others silently.
enum PlainSchema {
    /// References within references that are followed; a schema may hold itself.
    private static let deepest = 8

    /// The schema with its references written out, `oneOf` as `anyOf` and `const` as `enum`.
    static func inlined(_ schema: JSONValue) -> JSONValue {
        guard case .object(var members) = inlined(schema, of: schema, depth: 0) else {
            return schema
        }
        if members["type"] == nil { members["type"] = "object" }
        members["$defs"] = nil
        members["definitions"] = nil
        return .object(members)
    }

    private static func inlined(_ value: JSONValue, of root: JSONValue, depth: Int) -> JSONValue {
        switch value {
        case .array(let elements):
            return .array(elements.map { inlined($0, of: root, depth: depth) })
        case .object(let members):
            if let pointer = members["$ref"]?.string {
                guard depth < deepest, let target = target(of: pointer, in: root) else {
                    return ["type": "object"]
                }
                var merged = inlined(target, of: root, depth: depth + 1).object ?? [:]
                if let text = members["description"] { merged["description"] = text }
                return .object(merged)
            }
            var plain: JSONObject = [:]
            for (key, value) in members where key != "$defs" && key != "definitions" {
                switch key {
                case "oneOf" where value.array != nil:
                    plain["anyOf"] = inlined(value, of: root, depth: depth)
                case "const" where members["enum"] == nil: plain["enum"] = [value]
                default: plain[key] = inlined(value, of: root, depth: depth)
                }
            }
            return .object(plain)
        default: return value
        }
    }

    /// What `#/$defs/Name` and its like point at.
    private static func target(of pointer: String, in root: JSONValue) -> JSONValue? {
        guard pointer.hasPrefix("#/") else { return nil }
        return pointer.dropFirst(2).split(separator: "/").reduce(root) { value, part in
            value?[String(part.replacing("~1", with: "/").replacing("~0", with: "~"))]
        }
    }
}
