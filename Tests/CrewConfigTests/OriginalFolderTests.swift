import CrewConfig
import CrewKit
import Testing

@Suite("Folders of the original")
struct OriginalFolderTests {
    static let seedCrew = """
        version: "1.0"
        name: it-support
        description: Hỗ trợ kỹ thuật
        entry_point: orchestrator
        agents:
          - orchestrator
          - clarifier
          - executor
        tasks:
          - id: t1
        settings:
          max_handoffs: 5
          max_rounds: 10
          timeout_seconds: 300
          language: vi
          organization: "Công ty"
        routing:
          signals:
            orchestrator:
              - signal: "[ROUTE_EXECUTOR]"
                target: executor
              - signal: "[ROUTE_CLARIFIER]"
                target: clarifier
            clarifier:
              - signal: "[KẾT THÚC]"
                target: executor
            executor:
              - signal: "[COMPLETE]"
                target: null
          defaults:
            orchestrator: clarifier
            clarifier: executor
            executor: null
          agent_behaviors:
            orchestrator: {wait_for_signal: true}
            clarifier: {wait_for_signal: true}
            executor: {is_terminal: true}
        """

    static func seedAgent(_ id: String, _ name: String, more: String = "") -> String {
        """
        id: \(id)
        name: \(name)
        role: Vai trò
        description: Mô tả
        backstory: |
          Dòng một
          Dòng hai
        model: gpt-4o
        temperature: 0.7
        is_terminal: false
        \(more)
        """
    }

    static func seedFiles() -> [String: String] {
        [
            "crew.yaml": seedCrew,
            "agents/orchestrator.yaml": seedAgent(
                "orchestrator", "My", more: "tools: []\nhandoff_targets: [clarifier, executor]"),
            "agents/clarifier.yaml": seedAgent("clarifier", "Ngân"),
            "agents/executor.yaml": seedAgent(
                "executor", "Trang", more: "tools:\n  - PingHost\n  - GetCPUUsage"),
        ]
    }

    @Test("A seed-time folder loads with notes only")
    func seedTime() throws {
        let folder = try CrewFiles(Self.seedFiles())
        let loaded = try folder.load()
        let problems = loaded.problems(tools: ["PingHost", "GetCPUUsage"])
        #expect(problems.allSatisfy { $0.severity == .note })
        let crew = loaded.definition
        #expect(crew.name == "it-support")
        #expect(crew.description == "Hỗ trợ kỹ thuật")
        #expect(crew.entryPoint == "orchestrator")
        #expect(crew.agents.map(\.name) == ["My", "Ngân", "Trang"])
        #expect(crew.settings.language == "vi")
        #expect(crew.settings.organization == "Công ty")
        #expect(crew.routing.signals["clarifier"]?.first?.signal == "[KẾT THÚC]")
        #expect(crew.routing.signals["executor"]?.first?.target == nil)
        #expect(crew.routing.defaults["executor"] == .some(nil))
        #expect(crew.routing.defaults["orchestrator"] == .some("clarifier"))
        #expect(crew.routing.behaviors["executor"]?.isTerminal == true)
        let first = try #require(crew.agents.first)
        #expect(first.primary == ModelReference(provider: "openai", model: "gpt-4o"))
        #expect(first.backstory == "Dòng một\nDòng hai\n")
        #expect(first.handoffTargets == ["clarifier", "executor"])
        #expect(first.temperature == 0.7)
        _ = try loaded.validated(tools: ["PingHost", "GetCPUUsage"])
    }

    static let latestAgent = """
        id: hello-agent
        name: Hello Agent
        role: Greets
        primary:
          model: qwen3:1.7b
          provider: ollama
          provider_url: http://localhost:11434
        backup:
          model: gemma3:1b
          provider: ollama
          provider_url: http://localhost:11434
        temperature: 0
        top_p: 0.9
        cost_limits:
          max_tokens_per_call: 1000
          max_tokens_per_day: 50000
          max_cost_per_day_usd: 10.0
          alert_threshold: 0.80
          enforce: true
          input_token_price_per_million: 0
          output_token_price_per_million: 0.60
        memory_limits: {max_per_call_mb: 100, block_on_memory_exceed: true}
        error_limits: {max_consecutive: 3}
        logging: {log_level: info}
        """

    @Test("A folder of the latest form loads: nested blocks, backup, prices, temperature 0")
    func latestForm() throws {
        let folder = try CrewFiles([
            "crew.yaml": """
            version: "1.0"
            entry_point: hello-agent
            agents: [hello-agent]
            settings:
              config_mode: permissive
              parallel_timeout_seconds: 120
              tool_execution_timeout_seconds: 10
              tool_result_timeout_seconds: 20
              sse_keep_alive_seconds: 15
              max_input_size_kb: 20
              max_request_body_size_kb: 50
              max_tool_output_chars: 5000
              max_total_tool_output_chars: 10000
              stream_buffer_size: 50
              max_context_window: 16000
              context_trim_percent: 25.0
              max_tokens_per_call: 4000
              block_on_quota_exceed: false
            """,
            "agents/hello-agent.yaml": Self.latestAgent,
        ])
        let loaded = try folder.load()
        #expect(loaded.problems(tools: []).allSatisfy { $0.severity == .note })
        let settings = loaded.definition.settings
        #expect(settings.memberTimeout == .seconds(120))
        #expect(settings.toolTimeout == .seconds(10))
        #expect(settings.toolBatchTimeout == .seconds(20))
        #expect(settings.keepAlive == .seconds(15))
        #expect(settings.maxInputBytes == 20_480)
        #expect(settings.maxHistoryMessageBytes == 51_200)
        #expect(settings.maxToolOutput == 5_000)
        #expect(settings.maxTotalToolOutput == 10_000)
        #expect(settings.feedBuffer == 50)
        #expect(settings.contextWindow == 16_000)
        #expect(settings.contextTrimShare == 0.25)
        let agent = try #require(loaded.definition.agents.first)
        #expect(agent.temperature == 0)
        #expect(agent.primary.baseURL == "http://localhost:11434")
        #expect(agent.fallbacks.first?.reference.model == "gemma3:1b")
        #expect(agent.price == TokenPrice(inputPerMillion: 0, outputPerMillion: 0.6))
        #expect(
            settings.budgets == [
                BudgetLimit(.tokens, per: .call, amount: 4_000, mode: .warn, warnings: [])
            ])
        #expect(
            agent.budgets == [
                BudgetLimit(.tokens, per: .call, amount: 1_000, warnings: []),
                BudgetLimit(.tokens, per: .agent, within: .day, amount: 50_000, warnings: [0.8]),
                BudgetLimit(
                    .cost, per: .agent, within: .day, amount: 10_000_000_000, warnings: [0.8]),
                BudgetLimit(.bytes, per: .call, amount: 104_857_600, warnings: []),
                BudgetLimit(.errorsInARow, per: .agent, within: .hour, amount: 3),
            ])
    }

    @Test("Keys without an effect are notes at the key's own place")
    func noEffect() throws {
        let folder = try CrewFiles(
            oneAgent("top_k: 3\nlogging:\n  log_level: info\n", crew: "tasks: []\n"))
        let found = try folder.problems()
        #expect(
            found == [
                "crew.yaml:2:1: note no_effect", "agents/a.yaml:4:1: note no_effect",
                "agents/a.yaml:6:3: note no_effect",
            ])
    }

    @Test("Zero asks for the default, and a note says so")
    func zeroMeansDefault() throws {
        let folder = try CrewFiles(
            oneAgent(crew: "settings:\n  max_handoffs: 0\n  timeout_seconds: 0\n"))
        let found = try folder.problems()
        #expect(
            found == [
                "crew.yaml:3:17: note zero_means_default",
                "crew.yaml:4:20: note zero_means_default",
            ])
        #expect(try folder.load().definition.settings == CrewSettings())
    }

    @Test("A missing target, an empty one and null are the same")
    func emptyTargets() throws {
        let folder = try CrewFiles(
            oneAgent(
                crew: """
                    routing:
                      signals:
                        a:
                          - {signal: "[X]"}
                          - {signal: "[Y]", target: ""}
                          - {signal: "[Z]", target: null}
                          - {signal: "[W]", target: ~}
                    """))
        let found = try folder.problems()
        #expect(
            found == [])
        let routes = try #require(folder.load().definition.routing.signals["a"])
        #expect(routes.map { $0.target ?? "" } == ["", "", "", ""])
    }

    @Test("Groups, priorities, bounds and pausing signals are read")
    func groups() throws {
        let folder = try CrewFiles([
            "crew.yaml": """
            agents: [a, b]
            routing:
              signals:
                a:
                  - {signal: "[ALL]", target: both, priority: 70, max_occurs: 2}
                  - {signal: "[ASK]", behavior: pause}
                  - {signal: "[OVER]", behavior: terminate}
              parallel_groups:
                both:
                  agents: [a, b]
                  wait_for_all: false
                  timeout_seconds: 2.5
                  next_agent: b
            """,
            "agents/a.yaml": "id: a\nname: A\nprovider: ollama\nmodel: x",
            "agents/b.yaml": "id: b\nname: B\nprovider: ollama\nmodel: x",
        ])
        #expect(try folder.problems() == [])
        let older = try folder.load().problems(tools: []).filter { $0.problem.code == "older_key" }
        #expect(older.map(\.severity) == Array(repeating: .note, count: 7))
        #expect(older.first?.problem.suggestion?.contains("'type'") == true)
        let routing = try folder.load().definition.routing
        let routes = try #require(routing.signals["a"])
        #expect(routes.map(\.priority) == [70, nil, nil])
        #expect(routes.map(\.maxOccurs) == [2, nil, nil])
        #expect(routes.map(\.type) == [.route, .pause, .terminate])
        #expect(
            routing.groups["both"]
                == ParallelGroup(
                    agents: ["a", "b"], join: GroupJoin(.first), timeout: .milliseconds(2_500),
                    nextAgent: "b"))
    }
}
