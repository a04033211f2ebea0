import CrewKit

/// The part of JSON Schema's draft 7 that our published schemas use.
struct DraftSevenSchema {
    let root: JSONValue

    /// What is wrong with the value, each with its path; empty when nothing is.
    func problems(of value: JSONValue) -> [String] { problems(of: value, root, "") }

    private func problems(of value: JSONValue, _ schema: JSONValue, _ path: String) -> [String] {
        if let allowed = bool(schema) { return allowed ? [] : ["\(path): not allowed"] }
        if let name = schema["$ref"]?.string?.split(separator: "/").last,
            let target = root["definitions"]?[String(name)]
        {
            return problems(of: value, target, path)
        }
        var found: [String] = []
        if let types = schema["type"] {
            let words = types.array?.compactMap(\.string) ?? [types.string ?? ""]
            if !words.contains(where: { isOf($0, value) }) { found.append("\(path): type") }
        }
        if let words = schema["enum"]?.array, !words.contains(value) {
            found.append("\(path): enum")
        }
        if let word = schema["const"], word != value { found.append("\(path): const") }
        if let number = number(value) { found += bounds(number, schema, path) }
        if let ways = schema["anyOf"]?.array,
            !ways.contains(where: { problems(of: value, $0, path).isEmpty })
        {
            found.append("\(path): anyOf")
        }
        for part in schema["allOf"]?.array ?? [] { found += problems(of: value, part, path) }
        if let condition = schema["if"], let then = schema["then"],
            problems(of: value, condition, path).isEmpty
        {
            found += problems(of: value, then, path)
        }
        if let members = value.object { found += check(members, schema, path) }
        if let elements = value.array, let items = schema["items"] {
            for (index, element) in elements.enumerated() {
                found += problems(of: element, items, "\(path)[\(index)]")
            }
        }
        return found
    }

    private func check(_ members: JSONObject, _ schema: JSONValue, _ path: String) -> [String] {
        var found: [String] = []
        for name in schema["required"]?.array?.compactMap(\.string) ?? []
        where members[name] == nil {
            found.append("\(path): required \(name)")
        }
        for (name, member) in members {
            if let property = schema["properties"]?[name] {
                found += problems(of: member, property, "\(path).\(name)")
            } else if let others = schema["additionalProperties"] {
                found += problems(of: member, others, "\(path).\(name)")
            }
        }
        return found
    }

    private func bounds(_ value: Double, _ schema: JSONValue, _ path: String) -> [String] {
        var found: [String] = []
        if let least = schema["minimum"].flatMap(number), value < least { found.append("minimum") }
        if let most = schema["maximum"].flatMap(number), value > most { found.append("maximum") }
        if let least = schema["exclusiveMinimum"].flatMap(number), value <= least {
            found.append("exclusiveMinimum")
        }
        return found.map { "\(path): \($0)" }
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

    private func bool(_ value: JSONValue) -> Bool? {
        if case .bool(let flag) = value { return flag }
        return nil
    }

    private func number(_ value: JSONValue) -> Double? {
        switch value {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }
}
