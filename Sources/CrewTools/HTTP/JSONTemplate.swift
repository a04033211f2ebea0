import CrewKit

/// A JSON value with places for parameters in its texts.
indirect enum JSONTemplate: Sendable {
    case constant(JSONValue)
    case text(TextTemplate)
    case array([JSONTemplate])
    case object([(String, JSONTemplate)])

    /// - Throws: A sentence when a place is opened and never closed, or has no name.
    init(_ value: JSONValue) throws(CrewError) {
        switch value {
        case .string(let text): self = .text(try TextTemplate(text, in: "a text of its body"))
        case .array(let elements):
            var templates: [JSONTemplate] = []
            for element in elements { templates.append(try JSONTemplate(element)) }
            self = .array(templates)
        case .object(let members):
            var templates: [(String, JSONTemplate)] = []
            for (name, member) in members { templates.append((name, try JSONTemplate(member))) }
            self = .object(templates)
        default: self = .constant(value)
        }
    }

    var parameters: [String] {
        switch self {
        case .constant: []
        case .text(let template): template.parameters
        case .array(let elements): elements.flatMap(\.parameters)
        case .object(let members): members.flatMap { $0.1.parameters }
        }
    }

    /// The value with its parameters, of the type they have where a text is one place alone; absent
    /// for a text whose parameter was not given. Members and elements that are absent are left out.
    func filled(_ arguments: JSONObject) -> JSONValue? {
        switch self {
        case .constant(let value): return value
        case .text(let template):
            if let name = template.onlyParameter {
                // A plain `nil` would be the value null.
                return arguments[name].flatMap { $0.isNull ? .none : .some($0) }
            }
            // Filling in throws only where a value is changed, which none is here.
            return (try? template.filled(arguments))?.map { .string($0) }
        case .array(let elements): return .array(elements.compactMap { $0.filled(arguments) })
        case .object(let members):
            return .object(
                JSONObject(
                    members.compactMap { name, member in
                        member.filled(arguments).map { (name, $0) }
                    }))
        }
    }
}
