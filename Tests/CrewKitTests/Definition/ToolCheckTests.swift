import Testing

@testable import CrewKit

/// Mistakes in tools and servers of a crew that is made in code.
extension BrokenCrew {
    private static func tool(
        _ name: String, _ code: String, _ place: String, _ message: String,
        _ suggestion: String? = nil, severity: DefinitionProblem.Severity = .error,
        work: DeclaredTool.Work = .command(CommandTemplate(["ls"])),
        _ change: @escaping @Sendable (inout DeclaredTool) -> Void = { _ in }
    ) -> BrokenCrew {
        BrokenCrew(name, severity, code, "tools.T\(place)", message, suggestion) {
            var tool = DeclaredTool(name: "T", description: "d", work: work)
            change(&tool)
            $0.tools = [tool]
        }
    }

    private static func server(
        _ name: String, _ code: String, _ path: String, _ message: String,
        _ suggestion: String? = nil,
        _ change: @escaping @Sendable (inout MCPServerDefinition) -> Void
    ) -> BrokenCrew {
        BrokenCrew(name, .error, code, path, message, suggestion) {
            var server = MCPServerDefinition(name: "s", transport: .stdio(CommandTemplate(["x"])))
            change(&server)
            $0.mcpServers = [server]
        }
    }

    static let tools: [BrokenCrew] = [
        BrokenCrew(
            "a tool twice", .error, "duplicate_tool", "tools.T", "there are two tools 'T'"
        ) {
            let tool = DeclaredTool(
                name: "T", description: "d", work: .command(CommandTemplate(["ls"])))
            $0.tools = [tool, tool]
        },
        tool(
            "no agent", "unknown_agent", ".agent",
            "tool 'T' lets agent 'writers' work, which does not exist", "did you mean 'writer'?",
            work: .agent("writers")),
        tool(
            "a host from a model", "invalid_url", ".http.url",
            "url of tool 'T' takes its host from a parameter",
            "write the host; a model must not choose it",
            work: .http(HTTPTemplate(url: "https://{{h}}/"))
        ) { $0.parameters = ["type": "object", "properties": ["h": [:]]] },
        tool(
            "a place for nothing", "unknown_parameter", ".http.url",
            "url of tool 'T' uses {{idd}}, which is not a parameter", "did you mean 'id'?",
            work: .http(HTTPTemplate(url: "https://h/{{idd}}?k={{idempotency_key}}"))
        ) { $0.parameters = ["type": "object", "properties": ["id": [:]]] },
        tool(
            "a cache of what writes", "cache_without_read", ".cache",
            "tool 'T' has a cache and the effect write: a remembered result would stand for a "
                + "call that is not made",
            "write 'effect: read' if its calls change nothing, or remove 'cache'"
        ) { $0.policy.cache = .init(lifetime: .seconds(1)) },
        tool(
            "a repetition of what cannot be undone", "retry_of_irreversible", ".retry",
            "tool 'T' is irreversible; its calls are never made again", "remove 'retry'"
        ) {
            $0.effect = .irreversible
            $0.policy.retry = .init(attempts: 2)
        },
        tool(
            "no attempt", "out_of_range", ".retry.attempts",
            "attempts must be at least 1 in retry of tool 'T'"
        ) { $0.policy.retry = .init(attempts: 0) },
        tool(
            "no wait", "out_of_range", ".retry.first_delay_seconds",
            "first_delay_seconds must be more than 0 in retry of tool 'T'"
        ) { $0.policy.retry = .init(attempts: 1, firstDelay: .zero) },
        tool(
            "no failure", "out_of_range", ".circuit_breaker",
            "everything must be more than 0 in circuit_breaker of tool 'T'"
        ) { $0.policy.breaker = .init(failures: 0) },
        tool(
            "no calls", "out_of_range", ".rate_limit",
            "everything must be more than 0 in rate_limit of tool 'T'"
        ) { $0.policy.rate = .init(calls: 0, per: .seconds(1)) },
        tool(
            "an empty cache", "out_of_range", ".cache",
            "everything must be more than 0 in cache of tool 'T'"
        ) {
            $0.effect = .read
            $0.policy.cache = .init(lifetime: .seconds(1), maxEntries: 0)
        },
        tool(
            "a rule on nothing", "unknown_parameter", ".approval.when[0].argument",
            "a rule of tool 'T' looks at 'totl', which is not a parameter", "did you mean 'total'?"
        ) {
            $0.parameters = ["type": "object", "properties": ["total": [:]]]
            $0.approval = .when([ArgumentRule("totl.sum", .isPresent)])
        },
        tool(
            "a schema that cannot be fulfilled", "invalid_schema",
            ".parameters.properties.n.minimum",
            "parameters of tool 'T': no value fits: 'minimum' is above what 'maximum' allows",
            "exchange them"
        ) {
            $0.parameters = ["type": "object", "properties": ["n": ["minimum": 2, "maximum": 1]]]
        },
        tool(
            "an unknown format", "unknown_format", ".parameters.properties.n.format",
            "parameters of tool 'T': nothing is checked by the format 'slugs'",
            "did you mean 'slug'?", severity: .warning
        ) { $0.parameters = ["type": "object", "properties": ["n": ["format": "slugs"]]] },
    ]

    static let servers: [BrokenCrew] = [
        server(
            "a separator in a name", "invalid_name", "mcp_servers.a__b",
            "'a__b' cannot be the name of an MCP server",
            "use 1 to 40 letters, digits, _ and -, without __ and no _ at the end"
        ) { $0.name = "a__b" },
        server(
            "no address", "invalid_url", "mcp_servers.s.url",
            "url of MCP server 's' names no host", "write it as https://host/path"
        ) { $0.transport = .http(url: "https://", headers: [:]) },
        server(
            "a cache for no tool", "cache_without_read", "mcp_servers.s.cache",
            "MCP server 's' has a cache, and no tool of it is known to read only",
            "name such tools: effects: {tool: read}"
        ) { $0.policy.cache = .init(lifetime: .seconds(1)) },
        BrokenCrew(
            "a tool of no server", .warning, "unknown_server", "tools[0]",
            "there is no MCP server 'tyme' for the tool 'tyme__*'; agent 'planner' goes without it",
            "did you mean 'time'?"
        ) {
            $0.mcpServers = [
                MCPServerDefinition(name: "time", transport: .stdio(CommandTemplate(["x"])))
            ]
            $0.agents[0].tools = ["tyme__*"]
        },
        BrokenCrew(
            "more workers than there may be", .error, "out_of_range",
            "settings.tool_workers.least", "least must not be more than most, 2, got 3"
        ) {
            $0.settings.toolWorkers.least = 3
            $0.settings.toolWorkers.most = 2
        },
        BrokenCrew(
            "no calls for a worker", .error, "out_of_range",
            "settings.tool_workers.calls_per_worker", "calls_per_worker must be at least 1, got 0"
        ) { $0.settings.toolWorkers.callsPerWorker = 0 },
        BrokenCrew(
            "a rule that cannot be read", .error, "invalid_pattern",
            "settings.tool_approval.when[0].matches",
            "'matches' of the settings is not a regular expression",
            "check its brackets; put a \\ before a bracket that is meant as itself"
        ) { $0.settings.toolApproval = .when([ArgumentRule("a", .matches("("))]) },
    ]
}

@Suite("Problems of tools and servers")
struct ToolCheckTests {
    @Test(
        "Each mistake is one problem with its place, its reason and what to do",
        arguments: BrokenCrew.tools + BrokenCrew.servers)
    func mistakes(crew: BrokenCrew) throws {
        #expect(crew.problems.count == 1, "\(crew.problems)")
        let problem = try #require(crew.problems.first)
        #expect(problem.severity == crew.severity)
        #expect(problem.code == crew.code)
        #expect(problem.path.description == crew.path)
        #expect(problem.message == crew.message)
        #expect(problem.suggestion == crew.suggestion)
    }
}
