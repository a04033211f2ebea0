import CrewKit
import Foundation

/// The part of JSON Schema (2020-12) that our document uses.
///
/// A member that no schema describes counts as a problem too: an answer that says more than its
/// description is not described exactly.
struct JSONSchemaCheck {
    let document: JSONValue

    /// What is wrong with the value, each with its path; empty when nothing is.
    func problems(of value: JSONValue, _ schema: JSONValue) -> [String] {
        problems(of: value, schema, "$", isWhole: true)
    }

    /// What a reference leads to.
    func resolved(_ schema: JSONValue) -> JSONValue {
        guard let reference = schema["$ref"]?.string else { return schema }
        var found: JSONValue = document
        for part in reference.split(separator: "/").dropFirst() {
            found = found[String(part)] ?? .null
        }
        return resolved(found)
    }

    private func problems(
        of value: JSONValue, _ schema: JSONValue, _ path: String, isWhole: Bool
    ) -> [String] {
        let schema = resolved(schema)
        var found: [String] = []
        if let types = schema["type"] {
            let words = types.array?.compactMap(\.string) ?? [types.string ?? ""]
            if !words.contains(where: { isOf($0, value) }) {
                return ["\(path): is of type \(value.typeName), not \(words)"]
            }
        }
        if let words = schema["enum"]?.array, !words.contains(value) {
            found.append("\(path): \(value.text) is none of \(schema["enum"]?.text ?? "")")
        }
        if let word = schema["const"], word != value { found.append("\(path): const") }
        found += bounds(of: value, schema, path)
        if let ways = schema["anyOf"]?.array {
            let tried = ways.map { problems(of: value, $0, path, isWhole: isWhole) }
            if !tried.contains(where: \.isEmpty) { found += tried.flatMap(\.self) }
        }
        for part in schema["allOf"]?.array ?? [] {
            found += problems(of: value, part, path, isWhole: false)
        }
        if let members = value.object { found += check(members, schema, path, isWhole) }
        if let elements = value.array, let items = schema["items"] {
            for (index, element) in elements.enumerated() {
                found += problems(of: element, items, "\(path)[\(index)]", isWhole: true)
            }
        }
        return found
    }

    private func check(
        _ members: JSONObject, _ schema: JSONValue, _ path: String, _ isWhole: Bool
    ) -> [String] {
        var found: [String] = []
        for name in schema["required"]?.array?.compactMap(\.string) ?? []
        where members[name] == nil {
            found.append("\(path): has no \(name)")
        }
        let known = described(in: schema)
        let isOpen = schema["additionalProperties"] == true || known.isEmpty
        for (name, member) in members {
            if let property = schema["properties"]?[name] {
                found += problems(of: member, property, "\(path).\(name)", isWhole: true)
            } else if isWhole, !isOpen, !known.contains(name), schema["anyOf"] == nil {
                found.append("\(path): \(name) is not described")
            }
        }
        return found
    }

    /// The members that a schema and its parts describe.
    private func described(in schema: JSONValue) -> Set<String> {
        let parts = (schema["allOf"]?.array ?? []).map(resolved)
        return parts.reduce(into: Set(schema["properties"]?.object?.keys ?? [])) {
            $0.formUnion(described(in: $1))
        }
    }

    private func bounds(of value: JSONValue, _ schema: JSONValue, _ path: String) -> [String] {
        var found: [String] = []
        if let number = value.double {
            if let least = schema["minimum"]?.double, number < least { found.append("minimum") }
            if let most = schema["maximum"]?.double, number > most { found.append("maximum") }
        }
        if let text = value.string {
            if let least = schema["minLength"]?.integer, text.unicodeScalars.count < least {
                found.append("minLength")
            }
            if let pattern = schema["pattern"]?.string, !matches(text, pattern) {
                found.append("pattern \(pattern)")
            }
            if schema["format"] == "date-time",
                !matches(text, #"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"#)
            {
                found.append("date-time")
            }
            if schema["format"] == "date", !matches(text, #"^\d{4}-\d\d-\d\d$"#) {
                found.append("date")
            }
        }
        if let most = schema["maxItems"]?.integer, (value.array?.count ?? 0) > most {
            found.append("maxItems")
        }
        return found.map { "\(path): \($0)" }
    }

    private func matches(_ text: String, _ pattern: String) -> Bool {
        // A pattern that cannot be read fits nothing, and shows.
        (try? Regex(pattern).matchingSemantics(.unicodeScalar).firstMatch(in: text) != nil) ?? false
    }

    private func isOf(_ type: String, _ value: JSONValue) -> Bool {
        switch (type, value) {
        case ("null", .null), ("boolean", .bool), ("string", .string), ("array", .array),
            ("object", .object), ("number", .integer), ("number", .number), ("integer", .integer):
            true
        case ("integer", .number(let number)): number == number.rounded()
        default: false
        }
    }
}
