import CrewConfig
import CrewKit
import Testing

/// Lines of `crew.yaml` behind its first one, and the one problem that they have.
struct ToolMistake: CustomTestStringConvertible, Sendable {
    let crew: String
    let expected: String
    var testDescription: String { "\(expected): \(crew)" }

    init(_ crew: String, _ expected: String) {
        self.crew = crew
        self.expected = expected
    }

    /// One tool with a description.
    static func tool(_ keys: String, _ expected: String) -> Self {
        Self("tools:\n  T: {description: d, \(keys)}", expected)
    }

    /// One HTTP tool.
    static func http(_ keys: String, _ expected: String) -> Self {
        Self(
            "tools:\n  T:\n    description: d\n    parameters: {properties: {a: {}}}\n"
                + "    http:\n      {\(keys)}", expected)
    }

    /// One tool that starts a program, with a rule on its argument.
    static func rule(_ keys: String, _ expected: String) -> Self {
        Self(
            "tools:\n  T:\n    description: d\n    command: [ls]\n"
                + "    parameters: {properties: {a: {}}}\n    approval:\n      when:\n"
                + "        - {\(keys)}", expected)
    }

    /// One MCP server.
    static func server(_ keys: String, _ expected: String) -> Self {
        Self("mcp_servers:\n  s: {\(keys)}", expected)
    }
}

@Suite("Mistakes in tools and servers")
struct ToolMistakeTests {
    static let kinds: [ToolMistake] = [
        .tool("effect: read", "crew.yaml:3:3: error missing_key"),
        .tool("command: [ls], agent: a", "crew.yaml:3:45: error conflicting_keys"),
        .tool("agent: b", "crew.yaml:3:30: error unknown_agent"),
        .tool("crew: nowhere", "crew.yaml:3:29: error missing_crew_folder"),
        .tool("agent: a, sandbox: bubblewrap", "crew.yaml:3:42: warning no_effect"),
        .tool("command: [ls], sandbox: jail", "crew.yaml:3:47: error unknown_value"),
        .tool("command: [ls], limits: {memory_mb: -1}", "crew.yaml:3:58: error out_of_range"),
        .tool("command: [ls], limits: {open_files: 1}", "crew.yaml:3:59: error out_of_range"),
        .tool("command: ['']", "crew.yaml:3:23: error missing_key"),
        .tool("command: [ls], sequential: perhaps", "crew.yaml:3:50: error wrong_type"),
    ]

    static let requests: [ToolMistake] = [
        .http("method: GET", "crew.yaml:6:5: error missing_key"),
        .http("url: 'ftp://h'", "crew.yaml:7:13: error invalid_url"),
        .http("url: 'https://{{a}}.example.com/'", "crew.yaml:7:13: error invalid_url"),
        .http("url: 'https:///x'", "crew.yaml:7:13: error invalid_url"),
        .http("url: 'https://me:pw@h/x'", "crew.yaml:7:13: error invalid_url"),
        .http("url: 'https://h/{{b}}'", "crew.yaml:7:13: error unknown_parameter"),
        .http("url: 'http://h', query: {q: '{{b}}'}", "crew.yaml:7:36: error unknown_parameter"),
        .http("url: 'http://h', headers: {q: '{{b}}'}", "crew.yaml:7:38: error unknown_parameter"),
        .http("url: 'http://h', body: [{x: '{{b}}'}]", "crew.yaml:7:36: error unknown_parameter"),
        .http("url: 'http://h', method: STEAL", "crew.yaml:7:33: error unknown_value"),
        .http("url: 'http://h', allowed_hosts: ['http://x']", "crew.yaml:7:41: error invalid_host"),
        .http("url: 'http://h', max_redirects: 99", "crew.yaml:7:40: error out_of_range"),
        .http("url: 'http://h', max_redirect: 1", "crew.yaml:7:25: warning unknown_key"),
    ]

    static let policies: [ToolMistake] = [
        .tool(
            "command: [ls], cache: {seconds: 5}", "crew.yaml:3:38: error cache_without_read"),
        .tool(
            "command: [ls], effect: irreversible, retry: {attempts: 2}",
            "crew.yaml:3:60: error retry_of_irreversible"),
        .tool("command: [ls], retry: {}", "crew.yaml:3:38: error missing_key"),
        .tool("command: [ls], retry: {attempts: 0}", "crew.yaml:3:56: error out_of_range"),
        .tool(
            "command: [ls], retry: {attempts: 2, max_delay_seconds: 0.1}",
            "crew.yaml:3:78: error out_of_range"),
        .tool("command: [ls], rate_limit: {per_seconds: 1}", "crew.yaml:3:38: error missing_key"),
        .tool(
            "command: [ls], circuit_breaker: {failures: 2, pause_seconds: 0}",
            "crew.yaml:3:84: error out_of_range"),
        .rule("argument: a", "crew.yaml:9:11: error missing_key"),
        .rule("argument: a, above: 1, below: 2", "crew.yaml:9:42: error conflicting_keys"),
        .rule("argument: a, matches: '('", "crew.yaml:9:34: error invalid_pattern"),
        .rule("argument: b, above: 1", "crew.yaml:9:22: error unknown_parameter"),
        .rule("argument: a, above: x", "crew.yaml:9:32: error wrong_type"),
        .rule("argument: a, present: false", "crew.yaml:9:34: error out_of_range"),
        .rule("argument: a, one_of: []", "crew.yaml:9:25: warning no_effect"),
        .rule("present: true", "crew.yaml:9:11: error missing_key"),
        .tool("command: [ls], approval: {when: []}", "crew.yaml:3:49: error missing_key"),
        ToolMistake(
            "settings: {tool_approval: {when: [{argument: a, matches: '['}]}}",
            "crew.yaml:2:58: error invalid_pattern"),
        ToolMistake("settings: {tool_approval: maybe}", "crew.yaml:2:27: error unknown_value"),
        ToolMistake(
            "settings: {tool_workers: {least: 5, most: 2}}",
            "crew.yaml:2:34: error out_of_range"),
    ]

    static let servers: [ToolMistake] = [
        .server("required: true", "crew.yaml:3:3: error missing_key"),
        .server("command: [x], url: 'http://h'", "crew.yaml:3:26: error conflicting_keys"),
        .server("url: 'file:///x'", "crew.yaml:3:12: error invalid_url"),
        .server("url: ''", "crew.yaml:3:12: error invalid_url"),
        .server("url: 'http://h', sandbox: bubblewrap", "crew.yaml:3:33: warning no_effect"),
        .server("command: [x], headers: {A: b}", "crew.yaml:3:21: warning no_effect"),
        .server("command: []", "crew.yaml:3:7: error missing_key"),
        .server("command: [x], effects: {t: red}", "crew.yaml:3:34: error unknown_value"),
        .server("command: [x], allow: [t], deny: [t]", "crew.yaml:3:29: warning no_effect"),
        .server("command: [x], cache: {seconds: 5}", "crew.yaml:3:21: error cache_without_read"),
        .server(
            "command: [x], approval: {when: [{argument: a, matches: '['}]}",
            "crew.yaml:3:62: error invalid_pattern"),
        ToolMistake("mcp_servers:\n  a b: {command: [x]}", "crew.yaml:3:3: error invalid_name"),
        ToolMistake("mcp_servers:\n  a__b: {command: [x]}", "crew.yaml:3:3: error invalid_name"),
        ToolMistake("mcp_servers:\n  a_: {command: [x]}", "crew.yaml:3:3: error invalid_name"),
        ToolMistake("mcp_servers: [x]", "crew.yaml:2:1: error wrong_type"),
    ]

    @Test(
        "Each mistake is told once, at its place", arguments: kinds + requests + policies + servers)
    func mistake(_ mistake: ToolMistake) throws {
        let folder = try CrewFiles(oneAgent(crew: mistake.crew))
        // That no agent lists these tools, or that a password stands in a file, is told beside it.
        let found = try folder.load().problems(tools: []).withoutUnused
            .filter { $0.problem.code != "secret_in_file" }
        #expect(found.map { folder.short($0) } == [mistake.expected])
        let isHelpful = found.allSatisfy {
            $0.problem.suggestion != nil
                || ["wrong_type", "out_of_range"].contains($0.problem.code)
        }
        #expect(isHelpful, "\(found)")
    }

    /// What an agent lists, and what is said of it.
    static let listed: [(String, [String])] = [
        ("[s__t, s__*]", []),
        ("[z__t]", ["agents/a.yaml:4:9: warning unknown_server"]),
        ("[z__*]", ["agents/a.yaml:4:9: warning unknown_server"]),
        ("[s__u]", ["agents/a.yaml:4:9: warning unknown_tool"]),
        ("[s__v]", ["agents/a.yaml:4:9: warning unknown_tool"]),
        ("[st]", ["agents/a.yaml:4:9: warning unknown_tool"]),
    ]

    @Test("A tool of a server that does not exist or does not offer it is told", arguments: listed)
    func serverTools(_ tools: String, _ expected: [String]) throws {
        let folder = try CrewFiles(
            oneAgent(
                "tools: \(tools)",
                crew: "mcp_servers:\n  s: {command: [x], allow: [t, v], deny: [v]}"))
        let found = try folder.problems()
        #expect(found.filter { $0.hasPrefix("agents") } == expected)
    }
}
