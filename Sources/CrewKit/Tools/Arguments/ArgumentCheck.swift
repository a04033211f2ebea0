/// Checks a call's arguments against the tool's schema and puts them into the right types.
///
/// Models write numbers as text, lists as comma text, `yes` for true. What can only mean one thing
/// is converted; everything else is refused with all problems at once, so that the model needs one
/// more round and not one per mistake.
package enum ArgumentCheck {
    /// The arguments as the tool gets them: converted, with defaults filled in.
    ///
    /// - Throws: `tool_rejected_arguments` with a message from which a model can correct its call.
    package static func arguments(
        _ arguments: JSONValue, for tool: ToolDefinition
    ) throws(CrewError) -> JSONObject {
        let schema = tool.parameters
        var check = SchemaCheck()
        if let members = members(of: arguments, problems: &check.problems) {
            let checked = check.object(members, schema: schema, path: "")
            if check.problems.isEmpty { return checked }
        }
        let lines = check.problems.prefix(SchemaCheck.reportedProblems).map { "- \($0)" }
        let rest = check.problems.count - lines.count
        throw CrewError(
            .toolRejectedArguments,
            (["\(tool.name) was not called, its arguments do not fit:"] + lines
                + (rest > 0 ? ["- and \(rest) more"] : [])
                + [ArgumentWording.expected(schema)]).joined(separator: "\n"))
    }

    /// The members of the argument object, also when it came as JSON inside a string.
    private static func members(
        of arguments: JSONValue, problems: inout [String]
    ) -> JSONObject? {
        switch arguments {
        case .object(let members): return members
        case .null: return [:]
        case .string(let raw) where raw.utf8.allSatisfy(\.isBlank): return [:]
        case .string(let raw):
            do throws(JSONError) {
                if case .object(let members) = try JSONValue(parsing: raw) { return members }
                problems.append(
                    "the arguments are no JSON object; send one such as {\"name\": \"value\"}")
            } catch {
                problems.append("the arguments are \(error); send one complete JSON object")
            }
            return nil
        default:
            problems.append(
                "the arguments must be a JSON object, not \(ArgumentWording.kind(of: arguments))")
            return nil
        }
    }
}

/// One walk over arguments and schema, which gathers the problems.
struct SchemaCheck {
    /// A model that got everything wrong is not helped by an endless list.
    static let reportedProblems = 20
    private static let maximumMembers = 1000

    var problems: [String] = []

    mutating func object(_ members: JSONObject, schema: JSONValue, path: String) -> JSONObject {
        guard members.count <= Self.maximumMembers else {
            problems.append(
                "an object has \(members.count) members, more than \(Self.maximumMembers)")
            return members
        }
        let properties = schema["properties"]?.object ?? [:]
        let required = (schema["required"]?.array ?? []).compactMap(\.string)
        let known = Set(properties.keys)
        let extras = Set(members.keys).subtracting(known)
        var result = JSONObject()
        for (name, value) in members where result[name] == nil {
            let latest = members[name] ?? value
            if let property = properties[name] {
                if latest.isNull, !SchemaType.allowsNull(property) { continue }
                result[name] = self.value(
                    latest, schema: property, path: path.appending(member: name))
            } else if let kept = extra(name, latest, schema: schema, known: known, path: path) {
                result[name] = kept
            }
        }
        for (name, property) in properties where result[name] == nil {
            if let standard = property["default"] {
                result[name] = standard
            } else if required.contains(name) {
                missing(name, property, extras: extras, path: path)
            }
        }
        for name in required where result[name] == nil && !known.contains(name) {
            missing(name, [:], extras: extras, path: path)
        }
        return result
    }

    private mutating func missing(
        _ name: String, _ schema: JSONValue, extras: Set<String>, path: String
    ) {
        var text = "is required (\(ArgumentWording.meaning(of: schema)))"
        if let meant = NearestWord.of(name, among: extras) { text += "; '\(meant)' is not known" }
        report(path.appending(member: name), text)
    }

    /// An argument that the schema does not name.
    private mutating func extra(
        _ name: String, _ value: JSONValue, schema: JSONValue, known: Set<String>, path: String
    ) -> JSONValue? {
        let path = path.appending(member: name)
        switch schema["additionalProperties"] {
        case .bool(false):
            let hint = NearestWord.suggestion(for: name, among: known)
            report(path, "is not known" + (hint.map { "; \($0)" } ?? ""))
            return nil
        case .object(let rest): return self.value(value, schema: .object(rest), path: path)
        default: return value
        }
    }

    mutating func value(_ value: JSONValue, schema: JSONValue, path: String) -> JSONValue {
        for keyword in ["anyOf", "oneOf"] {
            if let choices = schema[keyword]?.array, !choices.isEmpty {
                return choice(value, among: choices, path: path)
            }
        }
        let transforms = TextTransform.all(in: schema)
        let given = value.transformed(transforms)
        guard let converted = SchemaType.convert(given, to: SchemaType.names(in: schema)) else {
            report(
                path,
                "must be \(ArgumentWording.form(of: schema)), not \(ArgumentWording.kind(of: value))"
            )
            return value
        }
        // What was no text before may be one now.
        let changed = given.string == nil ? converted.transformed(transforms) : converted
        let settled = settle(changed, schema: schema, path: path)
        switch settled {
        case .object(let members): return .object(object(members, schema: schema, path: path))
        case .array(let elements): return .array(array(elements, schema: schema, path: path))
        default: return settled
        }
    }

    /// The first alternative that fits; exact types first, so that text stays text.
    private mutating func choice(
        _ value: JSONValue, among choices: [JSONValue], path: String
    ) -> JSONValue {
        let exact = choices.filter { SchemaType.names(in: $0).contains(value.typeName) }
        for schema in exact + choices {
            var trial = SchemaCheck()
            let converted = trial.value(value, schema: schema, path: path)
            if trial.problems.isEmpty { return converted }
        }
        let forms = choices.map(ArgumentWording.form).joined(separator: " or ")
        report(path, "must be \(forms), not \(ArgumentWording.kind(of: value))")
        return value
    }

    private mutating func array(
        _ elements: [JSONValue], schema: JSONValue, path: String
    ) -> [JSONValue] {
        if let least = schema["minItems"]?.integer, elements.count < least {
            report(path, "must have at least \(least) items, has \(elements.count)")
        }
        if let most = schema["maxItems"]?.integer, elements.count > most {
            report(path, "must have at most \(most) items, has \(elements.count)")
            return elements
        }
        guard let items = schema["items"], items.object != nil else { return elements }
        return elements.enumerated().map { position, element in
            value(element, schema: items, path: "\(path)[\(position)]")
        }
    }

    mutating func report(_ path: String, _ problem: String) {
        problems.append("parameter '\(path)': \(problem)")
    }
}

extension JSONValue {
    /// A text after these changes; any other value as it is.
    func transformed(_ transforms: [TextTransform]) -> JSONValue {
        guard case .string(let text) = self, !transforms.isEmpty else { return self }
        return .string(transforms.reduce(text) { $1.apply($0) })
    }
}

extension String {
    fileprivate func appending(member name: String) -> String {
        isEmpty ? name : "\(self).\(name)"
    }
}
