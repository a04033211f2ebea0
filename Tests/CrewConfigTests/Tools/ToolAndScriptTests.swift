import CrewConfig
import CrewKit
import Testing

@Suite("Command tools and scripts")
struct ToolAndScriptTests {
    @Test("A command tool is read with everything it may say")
    func commandTool() throws {
        let folder = try CrewFiles(
            oneAgent(
                "tools: [Ping, ExecuteCommand]",
                crew: """
                    tools:
                      Ping:
                        description: Pings a host
                        command: [ping, -c, "{{count}}", "{{ host }}", "{{idempotency_key}}"]
                        parameters:
                          type: object
                          properties:
                            host: {type: string, pattern: '^[a-z]+$'}
                            count: {type: integer, default: 4, maximum: 10}
                            mode: {enum: [1, 1.5, yes, "2", null, true]}
                          required: [host]
                        timeout_seconds: 2.5
                        effect: read
                        approval: always
                        max_output_bytes: 1000
                        working_directory: work
                        environment: {A: 1, B: "${HOST}"}
                      ExecuteCommand:
                        allow: [uptime, df]
                        approval: always
                    """))
        let loaded = try folder.load(environment: ["HOST": "h"])
        #expect(loaded.problems(tools: ["ExecuteCommand"]) == [])
        let tool = try #require(loaded.definition.tools.first)
        guard case .command(let template) = tool.work else {
            Issue.record("no command")
            return
        }
        #expect(tool.name == "Ping")
        #expect(
            template.words == ["ping", "-c", "{{count}}", "{{ host }}", "{{idempotency_key}}"])
        #expect(tool.timeout == .milliseconds(2_500))
        #expect(tool.effect == .read)
        #expect(tool.approval == .always)
        #expect(tool.maxOutputBytes == 1_000)
        #expect(template.workingDirectory == folder.path + "/work")
        #expect(template.environment == ["A": "1", "B": "h"])
        #expect(loaded.definition.allowedCommands == ["uptime", "df"])
        #expect(loaded.definition.commandApproval == .always)
        let properties = try #require(tool.parameters["properties"])
        #expect(properties.object?.keys == ["host", "count", "mode"])
        #expect(properties["count"]?["maximum"] == 10)
        #expect(properties["mode"]?["enum"] == [1, 1.5, "yes", "2", nil, true])
        #expect(tool.parameters["required"] == ["host"])
    }

    static let toolMistakes = [
        ("T: {description: d}", "crew.yaml:3:3: error missing_key"),
        ("T: {description: d, command: []}", "crew.yaml:3:23: error missing_key"),
        ("T: {description: d, command: ls -l}", "crew.yaml:3:32: error wrong_type"),
        ("T: {command: [ls]}", "crew.yaml:3:3: warning missing_description"),
        (
            "T: {description: d, command: [ls, '{{dri}}'], parameters: {properties: {dir: {}}}}",
            "crew.yaml:3:37: error unknown_parameter"
        ),
        (
            "T: {description: d, command: [ls], parameters: {properties: {a: {}}, required: [b]}}",
            "crew.yaml:3:83: error invalid_schema"
        ),
        (
            "T: {description: d, command: [ls], parameters: {type: array}}",
            "crew.yaml:3:57: error invalid_schema"
        ),
        ("T: {description: d, command: [ls], parameters: 5}", "crew.yaml:3:50: error wrong_type"),
        ("T: {description: d, command: [ls], effect: red}", "crew.yaml:3:46: error unknown_value"),
        (
            "T: {description: d, command: [ls], approval: sometimes}",
            "crew.yaml:3:48: error unknown_value"
        ),
        (
            "T: {description: d, command: [ls], parameters: {properties: {idempotency_key: {}}}}",
            "crew.yaml:3:64: error invalid_name"
        ),
        (
            "T: {description: d, command: [ls], timeout_seconds: 0}",
            "crew.yaml:3:55: error out_of_range"
        ),
        ("'a b': {description: d, command: [ls]}", "crew.yaml:3:3: error invalid_name"),
        ("ExecuteCommand: {}", "crew.yaml:3:3: error missing_key"),
        ("ExecuteCommand: {command: [x], allow: [y]}", "crew.yaml:3:20: warning unknown_key"),
    ]

    @Test("A mistake in a tool is told at its place", arguments: toolMistakes)
    func toolMistake(_ tool: String, _ expected: String) throws {
        let found = try CrewFiles(oneAgent(crew: "tools:\n  \(tool)")).problems()
        #expect(found == [expected])
    }

    static let script = """
        tokens_per_second: 60
        rules:
          - agent: a
            user_matches: '\\d+'
            reply: |
              Chào bạn
          - after_tool: "*"
            tool_result_matches: ok
            reply:
              text: hi
              reasoning: hm
              tokens_per_second: 5
              tool_calls:
                - {name: PingHost, arguments: {host: "{{tool.0}}", count: "2", n: 3}}
                - {name: GetInfo}
              usage: {input_tokens: 10, output_tokens: 2}
          - reply: {error: {kind: rate_limited, message: slow down}}
        """

    @Test("A script is read from its own file and from crew.yaml alike")
    func scripts() throws {
        var files = oneAgent()
        files["script.yaml"] = Self.script
        let own = try CrewFiles(files)
        #expect(try own.problems(tools: ["PingHost", "GetInfo"]).isEmpty)
        let script = try #require(own.load().definition.script)
        #expect(script.tokensPerSecond == 60)
        #expect(script.rules.map(\.agent) == ["a", nil, nil])
        #expect(script.rules[0].userPattern == "\\d+")
        #expect(script.rules[0].reply.text == "Chào bạn\n")
        #expect(script.rules[1].afterTool == "*")
        #expect(script.rules[1].toolResultPattern == "ok")
        let reply = script.rules[1].reply
        #expect(reply.toolCalls.map(\.name) == ["PingHost", "GetInfo"])
        #expect(reply.toolCalls[0].arguments == ["host": "{{tool.0}}", "count": "2", "n": 3])
        #expect(reply.usage == Usage(inputTokens: 10, outputTokens: 2))
        #expect(reply.tokensPerSecond == 5)
        #expect(
            script.rules[2].reply.failure
                == ScriptFailure(kind: "rate_limited", message: "slow down"))

        let inner = Self.script.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
        let inCrew = try CrewFiles(oneAgent(crew: "script:\n" + inner))
        #expect(try inCrew.problems(tools: ["PingHost", "GetInfo"]).isEmpty)
        #expect(try inCrew.load().definition.script == script)
    }

    static let scriptMistakes = [
        ("rules:\n  - agent: zz\n    reply: x", "script.yaml:2:12: warning unknown_agent"),
        ("rules:\n  - agent: a", "script.yaml:2:5: error missing_key"),
        ("rules:\n  - reply: {txt: x}", "script.yaml:2:13: warning unknown_key"),
        ("rules:\n  - reply: [x]", "script.yaml:2:12: error wrong_type"),
        (
            "rules:\n  - {reply: x, user_matches: 'a('}",
            "script.yaml:2:30: error invalid_pattern"
        ),
        ("rules: x", "script.yaml:1:8: error wrong_type"),
        ("tokens_per_second: 1", "script.yaml:1:1: error missing_key"),
        (
            "rules:\n  - reply: {error: {kind: rate_limit}}",
            "script.yaml:2:27: error unknown_value"
        ),
        (
            "rules:\n  - reply: {tool_calls: [{name: transfer_to_a, arguments: 5}]}",
            "script.yaml:2:59: error wrong_type"
        ),
        ("rules: [", "script.yaml:1:8: error unreadable_file"),
    ]

    @Test("A mistake in a script is told at its place", arguments: scriptMistakes)
    func scriptMistake(_ script: String, _ expected: String) throws {
        var files = oneAgent()
        files["script.yaml"] = script
        let found = try CrewFiles(files).problems()
        #expect(found == [expected])
    }

    @Test("Of two scripts the file counts, with a warning")
    func twoScripts() throws {
        var files = oneAgent(crew: "script: {rules: [{reply: inner}]}")
        files["script.yaml"] = "rules: [{reply: own}]"
        let folder = try CrewFiles(files)
        let found = try folder.problems()
        #expect(found == ["crew.yaml:2:1: warning two_scripts"])
        #expect(try folder.load().definition.script?.rules.first?.reply.text == "own")
    }
}
