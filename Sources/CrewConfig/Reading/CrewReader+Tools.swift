import CrewKit

extension CrewReader {
    mutating func declaredTools(_ block: BlockReader) -> [DeclaredTool] {
        var tools: [DeclaredTool] = []
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
    ) -> DeclaredTool {
        var tool = DeclaredTool(
            name: name, description: block.text("description") ?? "",
            work: .command(command(block)), effect: block.word("effect") ?? .write)
        if tool.description.isEmpty {
            problems.add(
                .warning, "missing_description", at: block.place(of: "description"),
                "tool '\(name)' has no description; a model chooses tools by it")
        }
        if let parameters = block.entry("parameters") {
            tool.parameters = schema(parameters.value.json, of: name, block)
        }
        tool.approval = approval(block)
        tool.timeout = block.seconds("timeout_seconds")
        tool.maxOutputBytes = block.integer("max_output_bytes") ?? tool.maxOutputBytes
        checkPlaceholders(of: tool, block)
        return tool
    }

    func approval(_ block: BlockReader) -> ToolApproval? {
        switch block.text("approval") {
        case "never": .never
        case "always": .always
        case "irreversible": .irreversible
        default: nil
        }
    }

    private mutating func command(_ block: BlockReader) -> CommandTemplate {
        var template = CommandTemplate(block.texts("command"))
        template.workingDirectory = expanded("working_directory", of: block).map(inFolder)
        for entry in block.block("environment")?.named ?? [] {
            let place = block.place(of: "environment").entering(entry)
            let text = entry.value.isNull ? "" : entry.value.scalar?.text ?? ""
            template.environment[entry.key] = expanded(text, entry.key, at: place) ?? ""
        }
        return template
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
        of tool: DeclaredTool, _ block: BlockReader
    ) {
        let parameters = tool.parameters["properties"]?.object?.keys ?? []
        let reserved = DeclaredTool.idempotencyKeyPlace
        if parameters.contains(reserved) {
            problems.add(
                .error, "invalid_name", at: block.place(of: "parameters"),
                "'\(reserved)' cannot be a parameter of tool '\(tool.name)': the engine gives it",
                suggestion: "give the parameter another name")
        }
        let known = parameters + [reserved]
        guard case .command(let template) = tool.work else { return }
        for (index, argument) in template.words.enumerated() {
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
