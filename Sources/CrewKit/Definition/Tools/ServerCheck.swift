/// Looks over a crew's MCP servers, and the settings that all tools share.
struct ServerCheck {
    private(set) var problems: [DefinitionProblem] = []

    init(_ crew: CrewDefinition) {
        checkSettings(crew.settings)
        var seen: Set<String> = []
        for server in crew.mcpServers {
            let path = DefinitionPath.crew("mcp_servers", server.name)
            if !seen.insert(server.name).inserted {
                add(
                    .error, "duplicate_server", at: path,
                    "there are two MCP servers '\(server.name)'")
            }
            check(server, at: path)
        }
    }

    private mutating func add(
        _ severity: DefinitionProblem.Severity, _ code: String, at path: DefinitionPath,
        _ message: String, suggestion: String? = nil
    ) {
        problems.append(
            DefinitionProblem(severity, code, at: path, message, suggestion: suggestion))
    }

    private mutating func check(_ server: MCPServerDefinition, at path: DefinitionPath) {
        let what = "MCP server '\(server.name.prefix(80))'"
        if !Self.isName(server.name) {
            add(
                .error, "invalid_name", at: path,
                "'\(server.name.prefix(80))' cannot be the name of an MCP server",
                suggestion: "use 1 to 40 letters, digits, _ and -, without __ and no _ at the end")
        }
        if case .http(let url, _) = server.transport, let problem = AddressProblem(url) {
            add(
                .error, "invalid_url", at: path.appending("url"),
                "url of \(what) \(problem.message)",
                suggestion: problem.advice)
        }
        for (index, tool) in server.allow.enumerated() where server.deny.contains(tool) {
            add(
                .warning, "no_effect", at: path.appending("allow").appending(index),
                "tool '\(tool)' of \(what) is denied too; it is not offered",
                suggestion: "remove it here or under 'deny'")
        }
        var policy = PolicyCheck(at: path, what)
        policy.check(server.policy)
        policy.check(server.approval)
        problems += policy.problems
        if server.policy.cache != nil, !server.effects.values.contains(.read) {
            add(
                .error, "cache_without_read", at: path.appending("cache"),
                "\(what) has a cache, and no tool of it is known to read only",
                suggestion: "name such tools: effects: {tool: read}")
        }
    }

    /// Letters, digits, `-` and `_`, so that the server's name and the tool's can be told apart.
    private static func isName(_ name: String) -> Bool {
        (1...40).contains(name.utf8.count) && !name.contains(MCPServerDefinition.separator)
            && !name.hasSuffix("_")
            && ToolName.hasPlainLetters(name)
    }

    private mutating func checkSettings(_ settings: CrewSettings) {
        let path = DefinitionPath.crew("settings")
        var policy = PolicyCheck(at: path, "the settings")
        policy.check(settings.toolApproval, "tool_approval")
        problems += policy.problems
        let workers = settings.toolWorkers
        if workers.least > workers.most {
            add(
                .error, "out_of_range", at: .crew("settings", "tool_workers", "least"),
                "least must not be more than most, \(workers.most), got \(workers.least)")
        }
        let counts = [
            ("least", workers.least, 0), ("most", workers.most, 1),
            ("calls_per_worker", workers.callsPerWorker, 1),
            ("resident_mb", workers.residentBytes, 1),
        ]
        for (key, value, least) in counts where value < least {
            add(
                .error, "out_of_range", at: .crew("settings", "tool_workers", key),
                "\(key) must be at least \(least), got \(value)")
        }
    }
}

extension ServerCheck {
    /// Why a name of the form `server__tool` stands for nothing; absent when it may stand for a
    /// tool, or has not that form.
    static func problem(
        of tool: ToolName, in crew: CrewDefinition
    ) -> (code: String, message: String, suggestion: String?)? {
        let separator = MCPServerDefinition.separator
        guard let split = tool.rawValue.firstRange(of: separator) else { return nil }
        let prefix = String(tool.rawValue[..<split.lowerBound])
        guard let server = crew.mcpServers.first(where: { $0.name == prefix }) else {
            return (
                "unknown_server", "there is no MCP server '\(prefix)' for the tool '\(tool)'",
                NearestWord.suggestion(for: prefix, among: crew.mcpServers.map(\.name))
                    ?? "add it under 'mcp_servers'"
            )
        }
        let name = String(tool.rawValue[split.upperBound...])
        let isLeftOut = server.allow.isEmpty ? false : !server.allow.contains(name)
        guard !tool.isPattern, isLeftOut || server.deny.contains(name) else { return nil }
        return (
            "unknown_tool", "MCP server '\(prefix)' is not to offer the tool '\(name)'",
            server.deny.contains(name)
                ? "remove it from 'deny' of the server" : "add it to 'allow' of the server"
        )
    }
}
