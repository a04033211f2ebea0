import CrewKit

/// A tool that tells something of the machine it runs on.
struct SystemTool: Tool {
    let definition: ToolDefinition
    private let answer: @Sendable (JSONObject) async throws -> String

    /// - Parameters:
    ///   - isolation: in this process for tools that do no more than start a program, which is a
    ///   process of its own.
    ///   - ownLimit: the longest time after which the tool itself gives up and says why.
    ///   The engine waits a little longer, or the model would hear "no result" instead of the
    ///   reason. Without one, the crew's time for a call applies.
    init(
        _ name: ToolName, _ description: String, parameters: [Parameter] = [],
        effect: ToolEffect = .read, approval: ToolApproval? = nil, ownLimit: Duration? = nil,
        isolation: ToolIsolation = .worker,
        answer: @escaping @Sendable (JSONObject) async throws -> String
    ) {
        let required = parameters.filter(\.isRequired).map { JSONValue.string($0.name) }
        var definition = ToolDefinition(
            name: name, description: description,
            parameters: [
                "type": "object",
                "properties": .object(JSONObject(parameters.map { ($0.name, $0.schema) })),
                "required": .array(required),
            ],
            effect: effect, approval: approval, timeout: ownLimit.map { $0 + Program.farewell },
            isolation: isolation)
        definition.source = "built in"
        self.definition = definition
        self.answer = answer
    }

    func call(_ call: ToolInvocation) async throws -> String {
        // Checked again, so that a caller in code gets the same sentences as a model.
        let arguments = try ArgumentCheck.arguments(.object(call.arguments), for: definition)
        return try await answer(arguments)
    }

    /// One parameter of such a tool.
    struct Parameter: Sendable {
        let name: String
        let schema: JSONValue
        let isRequired: Bool

        static func host(_ name: String) -> Parameter {
            Parameter(
                name: name,
                schema: [
                    "type": "string", "description": "host name or IP address", "minLength": 1,
                    "maxLength": 253, "pattern": .string(HostName.pattern),
                ],
                isRequired: true)
        }

        /// A number that is brought into its range instead of being refused.
        static func count(_ description: String, default standard: Int) -> Parameter {
            Parameter(
                name: "count",
                schema: [
                    "type": "integer", "description": .string(description),
                    "default": .integer(standard),
                ],
                isRequired: false)
        }

        /// llama.cpp turns schemas into grammars and gives them up, with no error, where a text may
        /// be longer than 2,000 characters: the model is then free to answer without a call.
        private static let longestText = 1_000

        static func text(
            _ name: String, _ description: String, pattern: String? = nil
        ) -> Parameter {
            var schema: JSONObject = [
                "type": "string", "description": .string(description), "minLength": 1,
                "maxLength": .integer(longestText),
            ]
            if let pattern { schema["pattern"] = .string(pattern) }
            return Parameter(name: name, schema: .object(schema), isRequired: true)
        }

        static let path = Parameter(
            name: "path",
            schema: [
                "type": "string", "description": "a folder or file on the disk in question",
                "default": "/", "minLength": 1, "maxLength": .integer(longestText),
            ],
            isRequired: false)
    }
}

/// What may name a host. It never begins with a dash, as programs would take that for an option.
enum HostName {
    static let pattern = "^[A-Za-z0-9_:][A-Za-z0-9._:%-]*$"
}
