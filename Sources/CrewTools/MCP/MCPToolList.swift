import CrewKit

/// The tools of a server as it listed them, turned into those that a crew is offered.
struct MCPToolList: Sendable {
    /// A tool by both its names.
    struct Entry: Sendable {
        let definition: ToolDefinition
        /// As the server calls it.
        let name: String
        let headers: HeaderRules?
    }

    private(set) var entries: [Entry] = []
    /// Why some are not offered, a sentence each.
    private(set) var warnings: [String] = []

    /// A description of more characters is cut: it is sent with each model call.
    private static let descriptionLimit = 8_000

    /// - Parameters:
    ///   - timeout: for one call, for tools that the engine is to give up later than we do.
    ///   - hasHeaders: whether the rules for headers hold.
    init(
        _ listed: [JSONValue], of server: MCPServerDefinition, timeout: Duration?, hasHeaders: Bool
    ) {
        var names: Set<ToolName> = []
        for tool in listed {
            guard let name = tool["name"]?.string, !name.isEmpty else { continue }
            guard server.allow.isEmpty || server.allow.contains(name), !server.deny.contains(name)
            else { continue }
            let schema = Self.schema(of: tool)
            var headers: HeaderRules?
            if hasHeaders {
                do throws(HeaderRules.Violation) {
                    headers = try HeaderRules(schema: schema)
                } catch {
                    warnings.append("its tool '\(name)' is left out: \(error.reason)")
                    continue
                }
            }
            let definition = Self.definition(
                tool, name: name, schema: schema, of: server, timeout: timeout)
            guard names.insert(definition.name).inserted else {
                warnings.append("it lists the tool '\(name)' twice; the first counts")
                continue
            }
            entries.append(Entry(definition: definition, name: name, headers: headers))
        }
        warnOfStrangers(in: server, offered: Set(listed.compactMap { $0["name"]?.string }))
    }

    /// A name that is misspelt leaves open what was to be closed, so each is told.
    private mutating func warnOfStrangers(in server: MCPServerDefinition, offered: Set<String>) {
        let written = [
            ("allow", server.allow), ("deny", server.deny),
            ("effects", server.effects.keys.sorted()),
        ]
        for (key, names) in written {
            for name in names where !offered.contains(name) {
                let hint = NearestWord.of(name, among: offered).map { "; did you mean '\($0)'?" }
                warnings.append(
                    "it does not offer the tool '\(name)' that '\(key)' names" + (hint ?? ""))
            }
        }
    }

    private static func schema(of tool: JSONValue) -> JSONValue {
        guard let schema = tool["inputSchema"], schema.object != nil else {
            return ["type": "object", "properties": [:]]
        }
        return schema
    }

    private static func definition(
        _ tool: JSONValue, name: String, schema: JSONValue, of server: MCPServerDefinition,
        timeout: Duration?
    ) -> ToolDefinition {
        let text = tool["description"]?.string ?? tool["title"]?.string ?? ""
        // What a server says of its own tools can make us more careful, never less.
        let isDestructive = tool["annotations"]?["destructiveHint"]?.bool ?? false
        var definition = ToolDefinition(
            name: MCPToolName.name(of: name, on: server.name),
            description: String(text.prefix(descriptionLimit)), parameters: schema,
            effect: server.effects[name] ?? (isDestructive ? .irreversible : .write),
            approval: server.approval, timeout: timeout, isolation: .inProcess)
        definition.source = "mcp:\(server.name)"
        return definition
    }
}
