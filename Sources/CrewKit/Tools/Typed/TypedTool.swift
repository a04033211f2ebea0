import FoundationEssentials

/// A tool whose input is a Swift type: its JSON Schema is derived, its arguments arrive decoded.
///
///     struct Lookup: Decodable, Sendable { let city: String; let days: Int? }
///     let tool = try TypedTool(
///         "Weather", "Tells the weather of a city.", effect: .read,
///         descriptions: ["city": "name of the city"]
///     ) { (input: Lookup, _) in "Sunny in \(input.city)." }
///
/// The parameters stand in the order in which the type decodes them. Dates are read as ISO 8601.
public struct TypedTool<Input: Decodable & Sendable>: Tool {
    public let definition: ToolDefinition
    private let body: @Sendable (Input, ToolInvocation) async throws -> String

    /// - Parameters:
    ///   - descriptions: what the parameters mean, by name.
    ///   - constraints: further JSON Schema keywords of parameters, such as `minimum`, `pattern`
    ///     or `default`; a parameter with a default need not be given.
    /// - Throws: `invalid_definition` when the schema of the input cannot be derived, when a
    ///   description or constraint belongs to no parameter, or when a constraint is wrong by itself.
    public init(
        _ name: ToolName, _ description: String, effect: ToolEffect = .write,
        timeout: Duration? = nil, descriptions: [String: String] = [:],
        constraints: [String: JSONObject] = [:],
        _ body: @escaping @Sendable (Input, ToolInvocation) async throws -> String
    ) throws(CrewError) {
        var notes = constraints
        for (parameter, text) in descriptions {
            notes[parameter, default: [:]]["description"] = .string(text)
        }
        let schema = try SchemaDerivation.schema(of: Input.self)
        definition = ToolDefinition(
            name: name, description: description,
            parameters: try Self.schema(schema, with: notes, of: name), effect: effect,
            timeout: timeout)
        self.body = body
        if let problem = definition.schemaProblems.first(where: { $0.severity == .error }) {
            let place = DefinitionPath(.crew, problem.path)
            throw CrewError(
                .invalidDefinition, "tool '\(name)': parameters.\(place): \(problem.message)")
        }
    }

    public func call(_ call: ToolInvocation) async throws -> String {
        try await body(try Self.input(from: call.arguments), call)
    }

    private static func input(from arguments: JSONObject) throws(CrewError) -> Input {
        let decoder = JSONDecoder()
        // The library's own reading refuses fractions of seconds, which the format allows.
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            guard let date = CalendarForms.instant(Array(text.utf8)) else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "must be \(TextFormat.dateTime.words)")
            }
            return date
        }
        do {
            return try decoder.decode(Input.self, from: Data(JSONValue.object(arguments).text.utf8))
        } catch let error as DecodingError {
            throw CrewError(.toolRejectedArguments, sentence(for: error), cause: error)
        } catch {
            throw CrewError(.toolRejectedArguments, "the arguments do not fit", cause: error)
        }
    }

    private static func sentence(for error: DecodingError) -> String {
        let (context, missing): (DecodingError.Context, String?) =
            switch error {
            case .keyNotFound(let key, let context): (context, key.stringValue)
            case .typeMismatch(_, let context), .valueNotFound(_, let context),
                .dataCorrupted(let context):
                (context, nil)
            @unknown default: (.init(codingPath: [], debugDescription: "they do not fit"), nil)
            }
        let path = (context.codingPath.map(\.stringValue) + [missing].compactMap(\.self))
            .joined(separator: ".")
        let problem = missing == nil ? context.debugDescription : "is required"
        return path.isEmpty
            ? "the arguments do not fit: \(problem)" : "parameter '\(path)': \(problem)"
    }

    private static func schema(
        _ derived: JSONValue, with notes: [String: JSONObject], of tool: ToolName
    ) throws(CrewError) -> JSONValue {
        guard var schema = derived.object, var properties = schema["properties"]?.object else {
            throw CrewError(
                .invalidDefinition, "tool '\(tool)': its input must be a type with named members")
        }
        for (name, keywords) in notes.sorted(by: { $0.key < $1.key }) {
            guard var property = properties[name]?.object else {
                let hint = NearestWord.suggestion(for: name, among: properties.keys)
                throw CrewError(
                    .invalidDefinition,
                    "tool '\(tool)': '\(name)' is no parameter of it"
                        + (hint.map { "; \($0)" } ?? ""))
            }
            for (keyword, value) in keywords { property[keyword] = value }
            properties[name] = .object(property)
        }
        schema["properties"] = .object(properties)
        if let required = schema["required"]?.array {
            let needed = required.filter { properties[$0.string ?? ""]?["default"] == nil }
            schema["required"] = needed.isEmpty ? nil : .array(needed)
        }
        return .object(schema)
    }
}
