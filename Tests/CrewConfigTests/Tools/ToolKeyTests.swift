import CrewConfig
import CrewKit
import Testing

@Suite("Keys of tools")
struct ToolKeyTests {
    /// A folder whose `tools` are these lines, which begin with two blanks.
    static func tools(_ lines: String) throws -> CrewFiles {
        try CrewFiles(oneAgent(crew: "tools:\n" + lines))
    }

    static func tool(_ lines: String, environment: [String: String] = [:]) throws -> DeclaredTool {
        let folder = try tools(lines)
        #expect(try folder.problems(environment: environment) == [])
        return try #require(folder.load(environment: environment).definition.tools.first)
    }

    @Test(
        "A program named by a relative path is one of the crew's folder; by a name, of the machine")
    func ownProgram() throws {
        func program(_ command: String) throws -> (String?, folder: String) {
            let folder = try Self.tools("  T: {description: d, command: \(command)}\n")
            let tool = try #require(folder.load(environment: [:]).definition.tools.first)
            guard case .command(let template) = tool.work else { return (nil, "") }
            return (template.words.first, folder.path)
        }
        let own = try program("[./refund]")
        #expect(own.0?.hasPrefix("/") == true && own.0?.hasSuffix("/refund") == true)
        #expect(try program("[refund]").0 == "refund")
        #expect(try program("[/bin/ls]").0 == "/bin/ls")
    }

    @Test("An HTTP tool is read with everything it may say")
    func http() throws {
        let tool = try Self.tool(
            """
              Order:
                description: Orders something
                http:
                  method: POST
                  url: "${BASE}/orders/{{id}}"
                  query: {lang: "{{lang}}", key: "${KEY}"}
                  headers: {Authorization: "Bearer ${KEY}", X-Empty: ""}
                  body: {count: "{{count}}", note: "for {{id}}", list: [1, "{{lang}}"]}
                  answer: data.items[0].name
                  allowed_hosts: [api.example.com, other.example.com]
                  allow_private_addresses: true
                  max_response_bytes: 1000
                  max_redirects: 0
                  idempotency_header: X-Key
                parameters:
                  properties:
                    id: {type: string}
                    lang: {type: string}
                    count: {type: integer}
            """, environment: ["BASE": "https://api.example.com", "KEY": "k"])
        guard case .http(let request) = tool.work else {
            Issue.record("no request")
            return
        }
        var expected = HTTPTemplate(
            method: "POST", url: "https://api.example.com/orders/{{id}}")
        expected.query = ["lang": "{{lang}}", "key": "k"]
        expected.headers = ["Authorization": "Bearer k", "X-Empty": ""]
        expected.body = ["count": "{{count}}", "note": "for {{id}}", "list": [1, "{{lang}}"]]
        expected.answer = "data.items[0].name"
        expected.allowedHosts = ["api.example.com", "other.example.com"]
        expected.allowsPrivateAddresses = true
        expected.maxResponseBytes = 1_000
        expected.maxRedirects = 0
        expected.idempotencyHeader = "X-Key"
        #expect(request == expected)
        #expect(tool.parameters["type"] == "object")
    }

    @Test("An HTTP tool that says no more than its address has the usual bounds")
    func plainHTTP() throws {
        let tool = try Self.tool("  T: {description: d, http: {url: 'http://example.com'}}")
        #expect(tool.work == .http(HTTPTemplate(url: "http://example.com")))
        #expect(tool.effect == .write)
        #expect(tool.policy == ToolPolicy())
        #expect(tool.approval == nil)
        #expect(!tool.isSequential)
    }

    @Test("An empty idempotency header sends none, and a header without its variable is left out")
    func leftOut() throws {
        let folder = try Self.tools(
            """
              T:
                description: d
                http: {url: 'http://h', idempotency_header: '', headers: {A: '${NOWHERE}', B: b}}
            """)
        #expect(try folder.problems() == ["crew.yaml:5:66: warning unknown_variable"])
        guard case .http(let request) = try folder.load().definition.tools.first?.work else {
            Issue.record("no request")
            return
        }
        #expect(request.idempotencyHeader == nil)
        #expect(request.headers == ["B": "b"])
    }

    @Test("A tool may let an agent of the crew work")
    func agent() throws {
        let tool = try Self.tool(
            """
              Ask:
                description: d
                agent: a
                parameters: {properties: {question: {type: string}}, required: [question]}
            """)
        #expect(tool.work == .agent("a"))
    }

    @Test("A program's limits and sandbox are read")
    func program() throws {
        let tool = try Self.tool(
            """
              T:
                description: d
                command: [ls]
                limits: {memory_mb: 64, cpu_seconds: 3, open_files: 32}
                sandbox: bubblewrap
            """)
        var expected = CommandTemplate(["ls"])
        expected.limits = ResourceLimits(memoryBytes: 64 << 20, cpuSeconds: 3, openFiles: 32)
        expected.sandbox = .bubblewrap
        #expect(tool.work == .command(expected))
        let free = try Self.tool("  T: {description: d, command: [ls], limits: {memory_mb: 0}}")
        expected.limits = ResourceLimits(memoryBytes: nil)
        expected.sandbox = .none
        #expect(free.work == .command(expected))
    }

    @Test("What is done around a tool's calls is read")
    func policy() throws {
        let tool = try Self.tool(
            """
              T:
                description: d
                command: [ls]
                effect: read
                sequential: true
                retry: {attempts: 4, first_delay_seconds: 0.1, max_delay_seconds: 2}
                cache: {seconds: 60, entries: 5, bytes: 1000}
                circuit_breaker: {failures: 3, pause_seconds: 9}
                rate_limit: {calls: 10, per_seconds: 1}
            """)
        #expect(tool.isSequential)
        #expect(
            tool.policy
                == ToolPolicy(
                    retry: .init(
                        attempts: 4, firstDelay: .milliseconds(100), maxDelay: .seconds(2)),
                    cache: .init(lifetime: .seconds(60), maxEntries: 5, maxBytes: 1_000),
                    breaker: .init(failures: 3, pause: .seconds(9)),
                    rate: .init(calls: 10, per: .seconds(1))))
        let short = try Self.tool(
            """
              T:
                description: d
                command: [ls]
                effect: read
                retry: {attempts: 2, first_delay_seconds: 60}
                cache: {seconds: 60}
                circuit_breaker: {failures: 3}
                rate_limit: {calls: 10}
            """)
        #expect(
            short.policy
                == ToolPolicy(
                    retry: .init(attempts: 2, firstDelay: .seconds(60), maxDelay: .seconds(60)),
                    cache: .init(lifetime: .seconds(60)), breaker: .init(failures: 3),
                    rate: .init(calls: 10, per: .seconds(60))))
    }

    @Test("Approval is a word or rules on the arguments, of a tool and of all")
    func approval() throws {
        let folder = try CrewFiles(
            oneAgent(
                crew: """
                    settings: {tool_approval: {when: [{argument: path, matches: '^/etc'}]}}
                    tools:
                      ExecuteCommand: {allow: [ls], approval: {when: [{argument: command, equals: rm}]}}
                      T:
                        description: d
                        command: [ls]
                        parameters: {properties: {n: {type: number}, to: {type: object}}}
                        approval:
                          when:
                            - {argument: n, above: 10}
                            - {argument: n, below: -0.5}
                            - {argument: to.host, one_of: [a, 5]}
                            - {argument: to.host, none_of: [b]}
                            - {argument: to, present: true}
                    """))
        #expect(try folder.problems(tools: ["ExecuteCommand"]) == [])
        let crew = try folder.load().definition
        #expect(
            crew.tools.first?.approval
                == .when([
                    ArgumentRule("n", .isAbove(10)), ArgumentRule("n", .isBelow(-0.5)),
                    ArgumentRule("to.host", .isOneOf(["a", 5])),
                    ArgumentRule("to.host", .isNoneOf(["b"])), ArgumentRule("to", .isPresent),
                ]))
        #expect(crew.commandApproval == .when([ArgumentRule("command", .equals("rm"))]))
        #expect(crew.settings.toolApproval == .when([ArgumentRule("path", .matches("^/etc"))]))
    }

    @Test("The bounds of the workers are read")
    func workers() throws {
        let folder = try CrewFiles(
            oneAgent(
                crew: """
                    settings:
                      tool_approval: irreversible
                      tool_workers:
                        least: 0
                        most: 4
                        idle_seconds: 5
                        calls_per_worker: 100
                        resident_mb: 64
                        patience_seconds: 1.5
                    """))
        #expect(try folder.problems() == [])
        let settings = try folder.load().definition.settings
        var expected = ToolWorkerSettings()
        expected.least = 0
        expected.most = 4
        expected.idleTime = .seconds(5)
        expected.callsPerWorker = 100
        expected.residentBytes = 64 << 20
        expected.patience = .milliseconds(1_500)
        #expect(settings.toolWorkers == expected)
        #expect(settings.toolApproval == .irreversible)
    }
}
