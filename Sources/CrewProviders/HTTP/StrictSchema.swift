import CrewKit

/// Whether a schema is of the kind that OpenAI's models can be held to exactly.
enum StrictSchema {
    /// Everything else is refused by them when it is asked for strictly.
    static func fits(_ schema: JSONValue) -> Bool {
        schema["type"]?.string == "object" && isStrict(schema, depth: 0)
    }

    private static let deepest = 10
    /// Keywords that are understood; what they bind differs, so the others are not risked.
    private static let known: Set = [
        "type", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf",
        "description", "title", "pattern", "format", "minimum", "maximum", "minItems", "maxItems",
    ]

    private static func isStrict(_ schema: JSONValue, depth: Int) -> Bool {
        guard depth <= deepest, let members = schema.object,
            members.allSatisfy({ known.contains($0.key) })
        else { return false }
        let properties = members["properties"]?.object
        if properties != nil || members["type"]?.string == "object" {
            guard let properties, members["additionalProperties"]?.bool == false else {
                return false
            }
            let required = Set((members["required"]?.array ?? []).compactMap(\.string))
            guard properties.allSatisfy({ required.contains($0.key) }) else { return false }
        }
        let parts =
            (properties?.map(\.value) ?? []) + (members["anyOf"]?.array ?? [])
            + (members["items"].map { [$0] } ?? [])
        return parts.allSatisfy { isStrict($0, depth: depth + 1) }
    }
}
