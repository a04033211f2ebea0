import CrewKit

/// A crew's tools for people and for programs.
struct ToolTable {
    let tools: [ToolDefinition]
    let crew: ValidatedCrew

    /// Those that agents may use, then those that no agent names.
    private var groups: [(title: String, tools: [ToolDefinition])] {
        let used = tools.filter { !agents(with: $0.name).isEmpty }
        let unused = tools.filter { agents(with: $0.name).isEmpty }
        return [("", used), ("no agent of the crew uses:", unused)].filter { !$0.1.isEmpty }
    }

    private func agents(with tool: ToolName) -> [String] {
        crew.allAgents.filter { agent in
            agent.tools.contains(tool) || agent.toolPatterns.contains { $0.covers(tool) }
        }.map(\.id.rawValue)
    }

    var text: String {
        guard !tools.isEmpty else { return "no tools\n" }
        return groups.map { group in
            (group.title.isEmpty ? "" : group.title + "\n\n")
                + group.tools.map(entry).joined(separator: "\n")
        }.joined(separator: "\n")
    }

    private func entry(_ tool: ToolDefinition) -> String {
        var lines = ["\(tool.name)  \(summary(of: tool))"]
        let words = TerminalStyle.harmless(tool.description)
            .split(whereSeparator: \.isNewline).joined(separator: " ")
        if !words.isEmpty { lines.append("  \(words)") }
        lines += parameters(of: tool).map { "  - \($0)" }
        let users = agents(with: tool.name)
        if !users.isEmpty { lines.append("  used by \(users.joined(separator: ", "))") }
        return lines.joined(separator: "\n") + "\n"
    }

    private func summary(of tool: ToolDefinition) -> String {
        var parts = [tool.effect.rawValue, place(of: tool), tool.source]
        switch tool.approval ?? crew.settings.toolApproval {
        case .always: parts.append("asks for permission")
        case .irreversible where tool.effect == .irreversible: parts.append("asks for permission")
        case .when: parts.append("asks for permission for some arguments")
        case .never, .irreversible: break
        }
        return "(\(parts.joined(separator: ", ")))"
    }

    private func place(of tool: ToolDefinition) -> String {
        switch tool.isolation {
        case .worker: "in a worker"
        case .inProcess: tool.source.hasPrefix("command") ? "as a program" : "in process"
        }
    }

    private func parameters(of tool: ToolDefinition) -> [String] {
        let required = Set((tool.parameters["required"]?.array ?? []).compactMap(\.string))
        let properties = tool.parameters["properties"]?.object ?? [:]
        return properties.map { name, schema in
            let type = schema["type"]?.string ?? schema["type"]?.text ?? "any value"
            var words = [type, required.contains(name) ? "required" : "optional"]
            if let format = schema["format"]?.string { words.append(format) }
            if let standard = schema["default"] { words.append("default \(standard.text)") }
            if let choices = schema["enum"]?.array {
                words.append(
                    "one of \(choices.map { $0.string ?? $0.text }.joined(separator: ", "))")
            }
            let note = schema["description"]?.string.map { ": \(TerminalStyle.harmless($0))" } ?? ""
            return "\(name) (\(words.joined(separator: ", ")))\(note)"
        }
    }

    /// One tool a line, with its whole schema.
    var json: String {
        tools.map { tool in
            let approval = tool.approval ?? crew.settings.toolApproval
            let asks: JSONValue =
                switch approval {
                case .never: "never"
                case .always: "always"
                case .irreversible: "irreversible"
                case .when: "when"
                }
            let members: JSONValue = [
                "name": .string(tool.name.rawValue), "description": .string(tool.description),
                "parameters": tool.parameters, "effect": .string(tool.effect.rawValue),
                "isolation": .string(tool.isolation.rawValue), "source": .string(tool.source),
                "approval": asks, "sequential": .bool(tool.isSequential),
                "agents": .array(agents(with: tool.name).map(JSONValue.string)),
            ]
            return members.text + "\n"
        }.joined()
    }
}
