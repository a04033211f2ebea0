import CrewConfig
import CrewKit
import Foundation
import Testing

@Suite("Places of problems")
struct ProblemPlaceTests {
    /// A crew file, an agent file, and the one problem that they have.
    struct Case: CustomTestStringConvertible, Sendable {
        var crew = ""
        var agent = ""
        var expected: String
        var testDescription: String { expected }
    }

    static let cases = [
        Case(crew: "descripton: x", expected: "crew.yaml:2:1: warning unknown_key"),
        Case(
            crew: "settings:\n  max_hand_offs: 3",
            expected: "crew.yaml:3:3: warning unknown_key"),
        Case(crew: "name: x\nname: y", expected: "crew.yaml:3:1: warning repeated_key"),
        Case(
            crew: "settings:\n  max_rounds: many", expected: "crew.yaml:3:15: error wrong_type"),
        Case(crew: "settings:\n  max_rounds: -1", expected: "crew.yaml:3:15: error out_of_range"),
        Case(
            crew: "settings: {config_mode: strikt}",
            expected: "crew.yaml:2:25: warning unknown_value"),
        Case(
            crew: "settings: {signal_choice: lst}", expected: "crew.yaml:2:27: error unknown_value"
        ),
        Case(
            crew: "settings:\n  timeout_seconds: 1e300",
            expected: "crew.yaml:3:20: error out_of_range"),
        Case(crew: "settings: [1]", expected: "crew.yaml:2:1: error wrong_type"),
        Case(crew: "entry_point: b", expected: "crew.yaml:2:14: error unknown_agent"),
        Case(
            crew: "routing:\n  signals:\n    a:\n      - signal: '[X]'\n        target: bb",
            expected: "crew.yaml:6:17: error unknown_target"),
        Case(
            crew: "routing:\n  signals:\n    a:\n      - signal: X",
            expected: "crew.yaml:5:17: error invalid_signal"),
        Case(
            crew: "routing:\n  signals:\n    a:\n      - target: a",
            expected: "crew.yaml:5:9: error missing_key"),
        Case(
            crew: "routing:\n  defaults:\n    a: zz",
            expected: "crew.yaml:4:8: error unknown_target"
        ),
        Case(
            crew: "routing:\n  agent_behaviors:\n    zz: {is_terminal: true}",
            expected: "crew.yaml:4:5: error unknown_agent"),
        Case(
            crew: "routing:\n  parallel_groups:\n    g: {agents: [a, zz]}",
            expected: "crew.yaml:4:21: error unknown_agent"),
        Case(
            crew: "routing:\n  parallel_groups:\n    g:\n      agents: []",
            expected: "crew.yaml:4:5: error empty_group"),
        Case(
            crew: "routing:\n  signals:\n    a:\n      - {signal: '[X]', parallel_targets: [a]}",
            expected: "crew.yaml:5:25: warning unsupported_key"),
        Case(agent: "tools: [Ping]", expected: "agents/a.yaml:4:9: warning unknown_tool"),
        Case(agent: "tools: Ping", expected: "agents/a.yaml:4:8: error wrong_type"),
        Case(agent: "temperature: 3", expected: "agents/a.yaml:4:14: error out_of_range"),
        Case(agent: "temperature: '0.5'", expected: "agents/a.yaml:4:14: error wrong_type"),
        Case(agent: "is_terminal: maybe", expected: "agents/a.yaml:4:14: error wrong_type"),
        Case(
            agent: "handoff_targets:\n  - a\n  - zz",
            expected: "agents/a.yaml:6:5: warning unknown_target"),
        Case(agent: "routing: tols", expected: "agents/a.yaml:4:10: error unknown_value"),
        Case(
            agent: "backup: {provider: openai}", expected: "agents/a.yaml:4:1: error missing_key"),
        Case(agent: "max_tokens: 0", expected: "agents/a.yaml:4:13: error out_of_range"),
        Case(agent: "tempreature: 1", expected: "agents/a.yaml:4:1: warning unknown_key"),
        Case(
            agent: "cost_limits: {input_token_price_per_million: -1}",
            expected: "agents/a.yaml:4:46: error out_of_range"),
        Case(
            agent: "budgets: [{cost_usd: 1}]",
            expected: "agents/a.yaml:3:36: warning unknown_price"),
        Case(
            agent: "max_tokens: 900\ncost_limits: {max_tokens_per_call: 800}",
            expected: "agents/a.yaml:4:13: error no_call_fits"),
        Case(
            agent: "max_tokens_per_day: 500\ncost_limits: {max_tokens_per_day: 600}",
            expected: "agents/a.yaml:4:21: warning conflicting_keys"),
        Case(
            agent: "cost_limits: {input_token_price_per_million: 1}",
            expected: "agents/a.yaml:4:1: warning incomplete_price"),
        Case(
            agent: "response_schema: {properties: {a: {type: strin}}}",
            expected: "agents/a.yaml:4:42: error invalid_schema"),
        Case(
            agent: "response_schema: hello", expected: "agents/a.yaml:4:18: error invalid_schema"),
        Case(
            agent: "response_schema: {type: array}",
            expected: "agents/a.yaml:4:25: error invalid_schema"),
        Case(
            agent: "fallbacks:\n  - {provider: p}",
            expected: "agents/a.yaml:5:5: error missing_key"),
        Case(
            agent: "fallbacks: [{provider: p, model: m, on: [on_eror]}]",
            expected: "agents/a.yaml:4:42: error unknown_value"),
        Case(
            agent: "backup: {provider: p, model: m, wire: chatty}",
            expected: "agents/a.yaml:4:39: error unknown_value"),
        Case(
            agent: "backup: {provider: p, model: m, body: 3}",
            expected: "agents/a.yaml:4:39: error wrong_type"),
        Case(
            agent: "backup: {provider: p, model: m, body: {stream: false}}",
            expected: "agents/a.yaml:4:33: warning replaced_member"),
        Case(
            agent: "backup: {provider: p, model: m, headers: {\"a b\": c}}",
            expected: "agents/a.yaml:4:33: error invalid_header"),
        Case(
            agent: "backup: {provider: p, model: m, limits: {concurrent_calls: 0}}",
            expected: "agents/a.yaml:4:60: error out_of_range"),
        Case(
            agent: "backup: {provider: p, model: m, price: {input_per_million: 1}}",
            expected: "agents/a.yaml:4:33: error missing_key"),
        Case(
            crew: "settings:\n  budgets:\n    - {per: run}",
            expected: "crew.yaml:4:7: error missing_key"),
        Case(
            crew: "settings: {budgets: [{tokens: -1}]}",
            expected: "crew.yaml:2:31: error out_of_range"),
        Case(
            crew: "settings: {budgets: [{calls: 1, warn_at: [0.5, 2]}]}",
            expected: "crew.yaml:2:48: error out_of_range"),
        Case(
            crew: "settings: {budgets: [{calls: 1, warn_at: [0]}]}",
            expected: "crew.yaml:2:43: error out_of_range"),
        Case(
            crew: "settings: {budgets: [{calls: 1, per: call}]}",
            expected: "crew.yaml:2:30: error senseless_budget"),
        Case(
            crew: "settings: {budgets: [{errors: 3}]}",
            expected: "crew.yaml:2:31: warning never_lifted"),
        Case(
            crew: "settings: {budgets: [{tokens: 300, per: call, within: day}]}",
            expected: "crew.yaml:2:55: warning no_effect"),
        Case(
            crew: "settings: {budgets: [{calls: 3, per: week}]}",
            expected: "crew.yaml:2:38: error unknown_value"),
        Case(
            crew: "settings: {retry_backoff_min_millis: 3000, retry_backoff_max_seconds: 2}",
            expected: "crew.yaml:2:71: warning out_of_range"),
        Case(agent: "---\nx: 1", expected: "agents/a.yaml:4:1: warning more_documents"),
    ]

    @Test("Each mistake is told once, at its place", arguments: cases)
    func oneProblem(_ one: Case) throws {
        let folder = try CrewFiles(oneAgent(one.agent, crew: one.crew))
        let found = try folder.problems()
        #expect(
            found == [one.expected])
    }

    @Test("All problems come at once, by file and line")
    func allAtOnce() throws {
        let folder = try CrewFiles([
            "crew.yaml": """
            agents: [a, b, a, gone]
            entry_point: zz
            color: red
            settings:
              max_rounds: -3
            routing:
              signals:
                a:
                  - {signal: "[X]", target: nobody}
            """,
            "agents/a.yaml": "name: A\nid: a\nmodel: x\nprovider: ollama\ntools: [Nothing]\n",
            "agents/a2.yaml": "id: other\nname: O\nmodel: x\nprovider: ollama",
            "agents/b.yaml": "id: b\nname: [1]\nmodel: x\nprovider: ollama\n",
            "agents/b2.yaml": "id: b\nmodel: x\nprovider: ollama\n",
            "agents/c.yml": "id: c",
            "agents/noid.yaml": "name: N\nmodel: x\nprovider: ollama",
        ])
        let found = try folder.problems()
        #expect(
            found == [
                "crew.yaml:1:16: warning duplicate_agent",
                "crew.yaml:1:19: warning missing_agent_file",
                "crew.yaml:2:14: error unknown_agent",
                "crew.yaml:3:1: warning unknown_key",
                "crew.yaml:5:15: error out_of_range",
                "crew.yaml:9:33: error unknown_target",
                "agents/a.yaml:5:9: warning unknown_tool",
                "agents/a2.yaml:1:5: warning unlisted_agent",
                "agents/b.yaml:2:1: error wrong_type",
                "agents/b2.yaml:1:1: warning missing_name",
                "agents/b2.yaml:1:5: warning duplicate_agent",
                "agents/noid.yaml:1:1: warning missing_id",
                "agents/noid.yaml:1:1: warning unlisted_agent",
                "agents/c.yml:1:1: warning unread_file",
            ])
    }

    @Test("A problem reads as file, line, column, severity, message and what to do")
    func text() throws {
        let folder = try CrewFiles(oneAgent(crew: "entry_piont: a"))
        let problem = try #require(folder.load().problems(tools: []).first)
        #expect(
            "\(problem)" == "\(folder.path)/crew.yaml:2:1: warning: 'entry_piont' is not a key of "
                + "crew.yaml; it is ignored (did you mean 'entry_point'?)")
    }

    @Test("Columns count characters, not bytes")
    func vietnameseColumns() throws {
        let folder = try CrewFiles(
            oneAgent(
                crew:
                    "routing: {signals: {a: [{description: Kết thúc, target: zz, signal: '[KẾT THÚC]'}]}}"
            ))
        let found = try folder.problems()
        #expect(
            found == ["crew.yaml:2:57: error unknown_target"])
    }

    @Test("Validation throws every error with its place and passes over no file's error")
    func validated() throws {
        let folder = try CrewFiles(
            oneAgent("temperature: hot\nrouting: x", crew: "entry_point: b"))
        let error = #expect(throws: CrewError.self) {
            _ = try folder.load().validated(tools: [])
        }
        #expect(error?.code == .invalidDefinition)
        #expect(error?.message.split(separator: "\n").count == 3)
        #expect(error?.message.contains("agents/a.yaml:4:14: error:") == true)
    }

    @Test("A default model is told and taken")
    func defaultModel() throws {
        let folder = try CrewFiles([
            "crew.yaml": "agents: [a, b, c, d]",
            "agents/a.yaml": "id: a\nname: A",
            "agents/b.yaml": "id: b\nname: B\nmodel: gpt-4o-mini",
            "agents/c.yaml": "id: c\nname: C\nprimary: {provider: scripted}",
            "agents/d.yaml": "id: d\nname: D\nprimary: {provider: ollama}",
        ])
        let found = try folder.problems()
        #expect(
            found == [
                "agents/a.yaml:1:1: note default_model", "agents/b.yaml:3:8: note default_model",
                "agents/d.yaml:3:21: warning default_model",
            ])
        let agents = try folder.load().definition.agents
        #expect(agents.map(\.primary.provider) == ["openai", "openai", "scripted", "ollama"])
        #expect(agents.map(\.primary.model) == ["gpt-4o", "gpt-4o-mini", "scripted", "gpt-4o"])
    }
}
