import CrewConfig
import CrewKit
import Testing

@Suite("Keys of MCP servers")
struct ServerKeyTests {
    private static func server(
        _ lines: String, environment: [String: String] = [:]
    ) throws -> MCPServerDefinition {
        let folder = try CrewFiles(oneAgent(crew: "mcp_servers:\n" + lines))
        #expect(try folder.problems(environment: environment) == [])
        return try #require(folder.load(environment: environment).definition.mcpServers.first)
    }

    @Test("A server that is a program is read with everything it may say")
    func program() throws {
        let server = try Self.server(
            """
              time-1:
                command: [python3, -m, server]
                environment: {TOKEN: "${T}"}
                working_directory: /tmp
                limits: {memory_mb: 100}
                sandbox: bubblewrap
                allow: [now, zones]
                deny: [set]
                connect_timeout_seconds: 3
                call_timeout_seconds: 9
                required: true
                effects: {now: read, set: irreversible}
                approval: irreversible
                retry: {attempts: 2}
                cache: {seconds: 1}
                circuit_breaker: {failures: 2}
                rate_limit: {calls: 3}
            """, environment: ["T": "secret"])
        var template = CommandTemplate(
            ["python3", "-m", "server"], workingDirectory: "/tmp",
            environment: ["TOKEN": "secret"])
        template.limits.memoryBytes = 100 << 20
        template.sandbox = .bubblewrap
        var expected = MCPServerDefinition(name: "time-1", transport: .stdio(template))
        expected.allow = ["now", "zones"]
        expected.deny = ["set"]
        expected.connectTimeout = .seconds(3)
        expected.callTimeout = .seconds(9)
        expected.isRequired = true
        expected.effects = ["now": .read, "set": .irreversible]
        expected.approval = .irreversible
        expected.policy = ToolPolicy(
            retry: .init(attempts: 2), cache: .init(lifetime: .seconds(1)),
            breaker: .init(failures: 2), rate: .init(calls: 3, per: .seconds(60)))
        #expect(server == expected)
    }

    @Test("A server over HTTP has an address and headers, with their variables")
    func http() throws {
        let server = try Self.server(
            """
              remote:
                url: "${ADDRESS}/mcp"
                headers: {Authorization: "Bearer ${T}"}
            """, environment: ["ADDRESS": "https://h", "T": "secret"])
        #expect(
            server
                == MCPServerDefinition(
                    name: "remote",
                    transport: .http(
                        url: "https://h/mcp", headers: ["Authorization": "Bearer secret"])))
    }

    @Test("A missing variable in the address is told once, and as an error")
    func missingAddress() throws {
        let folder = try CrewFiles(oneAgent(crew: "mcp_servers:\n  s: {url: '${NOWHERE}'}"))
        #expect(
            try folder.problems() == [
                "crew.yaml:3:12: warning unknown_variable", "crew.yaml:3:12: error missing_key",
            ])
    }
}
