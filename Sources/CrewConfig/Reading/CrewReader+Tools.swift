import CrewKit

extension CrewReader {
    mutating func commandTools(_ block: BlockReader) -> [CommandToolDefinition] {
        var tools: [CommandToolDefinition] = []
        for (name, block) in block.namedBlocks {
            if !Self.isToolName(name) {
                problems.add(
                    .error, "invalid_name", at: block.place,
                    "'\(name.prefix(80))' cannot be the name of a tool",
                    suggestion: "use 1 to 64 letters, digits, _ and -")
            }
            tools.append(commandTool(ToolName(name), block))
        }
        return tools
    }

    private static func isToolName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy {
                $0 == UInt8(ascii: "-") || EnvironmentText.isName("_\(Unicode.Scalar($0))")
            }
    }

    private mutating func commandTool(
        _ name: ToolName, _ block: BlockReader
    ) -> CommandToolDefinition {
        var tool = CommandToolDefinition(
            name: name, description: block.text("description") ?? "",
            command: block.texts("command"), effect: block.word("effect") ?? .write)
        if tool.description.isEmpty {
            problems.add(
                .warning, "missing_description", at: block.place(of: "description"),
                "tool '\(name)' has no description; a model chooses tools by it")
        }
        if let parameters = block.entry("parameters") {
            tool.parameters = schema(parameters.value.json, of: name, block)
        }
        tool.approval = block.word("approval") ?? .never
        tool.timeout = block.seconds("timeout_seconds")
        tool.maxOutputBytes = block.integer("max_output_bytes") ?? tool.maxOutputBytes
        tool.workingDirectory = expanded("working_directory", of: block).map(inFolder)
        for entry in block.block("environment")?.named ?? [] {
            let place = block.place(of: "environment").entering(entry)
            let text = entry.value.isNull ? "" : entry.value.scalar?.text ?? ""
            tool.environment[entry.key] = expanded(text, entry.key, at: place) ?? ""
        }
        checkPlaceholders(of: tool, block)
        return tool
    }

    /// A path as the process sees it; a relative one starts at the crew's folder.
    private func inFolder(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(folder)/\(path)"
    }

    private mutating func schema(
        _ value: JSONValue, of tool: ToolName, _ block: BlockReader
    ) -> JSONValue {
        let place = block.place(of: "parameters")
        guard var schema = value.object else {
            problems.add(
                .error, "wrong_type", at: place,
                "parameters of tool '\(tool)' must be a JSON Schema, not \(value.typeName)",
                suggestion: "write {type: object, properties: {…}, required: […]}")
            return ["type": "object", "properties": [:]]
        }
        if let type = schema["type"], type != "object" {
            problems.add(
                .error, "invalid_schema", at: place,
                "parameters of tool '\(tool)' must be of type object")
        }
        schema["type"] = "object"
        if schema["properties"] == nil { schema["properties"] = [:] }
        guard let properties = schema["properties"]?.object else {
            problems.add(
                .error, "invalid_schema", at: place,
                "properties of tool '\(tool)' must be a block of parameters")
            return .object(schema)
        }
        for required in schema["required"]?.array ?? []
        where required.string.flatMap({ properties[$0] }) == nil {
            problems.add(
                .error, "invalid_schema", at: place,
                "tool '\(tool)' requires the parameter '\(required.string ?? required.text)', "
                    + "which its properties do not have",
                suggestion: NearestWord.suggestion(
                    for: required.string ?? "", among: properties.keys))
        }
        return .object(schema)
    }

    private mutating func checkPlaceholders(
        of tool: CommandToolDefinition, _ block: BlockReader
    ) {
        let parameters = tool.parameters["properties"]?.object?.keys ?? []
        let reserved = CommandToolDefinition.idempotencyKeyPlace
        if parameters.contains(reserved) {
            problems.add(
                .error, "invalid_name", at: block.place(of: "parameters"),
                "'\(reserved)' cannot be a parameter of tool '\(tool.name)': the engine gives it",
                suggestion: "give the parameter another name")
        }
        let known = parameters + [reserved]
        for (index, argument) in tool.command.enumerated() {
            for match in argument.matches(of: /{{\s*([^{}]*?)\s*}}/) {
                let name = String(match.1)
                guard !known.contains(name) else { continue }
                var place = block.place(of: "command")
                if let node = block.entry("command")?.value.list?[index] {
                    place = place.entering(index, node)
                }
                problems.add(
                    .error, "unknown_parameter", at: place,
                    "command of tool '\(tool.name)' uses {{\(name)}}, which is not a parameter",
                    suggestion: NearestWord.suggestion(for: name, among: known)
                        ?? "add it to parameters.properties")
            }
        }
    }
}
