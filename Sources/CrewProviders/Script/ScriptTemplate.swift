import CrewKit

/// Fills `{{user}}`, `{{tool_output}}`, `{{0}}`… and `{{tool.0}}`… in what a script says.
struct ScriptTemplate: Sendable {
    var user: String
    var toolOutput: String
    var userGroups: [String] = []
    var resultGroups: [String] = []

    /// The text with its placeholders filled, once: what they bring in is not searched again.
    /// A group that does not exist is empty; an unknown placeholder stays as it is.
    func fill(_ text: String) -> String {
        guard text.contains("{{") else { return text }
        var filled = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "{{") {
            filled += rest[..<start.lowerBound]
            rest = rest[start.lowerBound...]
            if let end = rest.firstRange(of: "}}"),
                let value = value(of: rest[start.upperBound..<end.lowerBound])
            {
                filled += value
                rest = rest[end.upperBound...]
            } else {
                filled += rest[start]
                rest = rest[start.upperBound...]
            }
        }
        return filled + rest
    }

    func fill(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): .string(fill(text))
        case .array(let elements): .array(elements.map { fill($0) })
        case .object(let members): .object(fill(members))
        default: value
        }
    }

    func fill(_ members: JSONObject) -> JSONObject {
        JSONObject(members.map { ($0.key, fill($0.value)) })
    }

    private func value(of placeholder: Substring) -> String? {
        let name = String(placeholder).trimmingBlanks
        switch name {
        case "user": return user
        case "tool_output": return toolOutput
        case _ where name.hasPrefix("tool."):
            return group(name.dropFirst("tool.".count), of: resultGroups)
        default: return group(name[...], of: userGroups)
        }
    }

    private func group(_ number: Substring, of groups: [String]) -> String? {
        guard number.utf8.count == 1, let number = Int(number) else { return nil }
        return number < groups.count ? groups[number] : ""
    }
}
