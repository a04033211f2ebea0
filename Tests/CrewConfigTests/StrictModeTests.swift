import CrewConfig
import CrewKit
import Testing

@Suite("Strict mode")
struct StrictModeTests {
    static let required = [
        "parallel_timeout_seconds", "tool_execution_timeout_seconds",
        "tool_result_timeout_seconds", "sse_keep_alive_seconds", "max_input_size_kb",
        "max_request_body_size_kb", "max_tool_output_chars", "max_total_tool_output_chars",
        "stream_buffer_size", "max_context_window", "retry_backoff_min_millis",
        "retry_backoff_max_seconds", "client_cache_ttl_minutes", "slow_call_threshold_seconds",
        "max_tokens_per_call", "max_tokens_per_day", "max_calls_per_minute", "max_calls_per_hour",
        "max_calls_per_day", "max_memory_mb", "max_daily_memory_gb", "max_errors_per_hour",
        "max_errors_per_day", "max_consecutive_errors", "min_tool_timeout_millis",
        "stream_chunk_timeout_millis", "request_store_cleanup_minutes", "max_stored_requests",
        "graceful_shutdown_check_millis", "min_agent_id_length", "max_agent_id_length",
    ]

    static func settings(without missing: String = "", more: String = "") -> String {
        // A budget of 7 tokens would leave no room for a call.
        let lines = required.filter { $0 != missing }.map { key in
            let value =
                key.hasPrefix("max_tokens") ? 7_000 : key == "min_agent_id_length" ? 1 : 7
            return "  \(key): \(value)"
        }
        return "settings:\n  config_mode: strict\n\(more)" + lines.joined(separator: "\n") + "\n"
    }

    @Test("A complete strict folder has no problems")
    func complete() throws {
        let folder = try CrewFiles(oneAgent("role: r", crew: Self.settings()))
        #expect(try folder.problems().isEmpty)
        let settings = try folder.load().definition.settings
        #expect(settings.isStrict)
        #expect(settings.contextWindow == 7)
    }

    @Test("Each bound that has an effect must be given, by its YAML name", arguments: required)
    func requiredKey(_ key: String) throws {
        let folder = try CrewFiles(oneAgent("role: r", crew: Self.settings(without: key)))
        let found = try folder.load().problems(tools: [])
        #expect(found.map { folder.short($0) } == ["crew.yaml:2:1: error missing_key"])
        #expect(found.first?.problem.message.contains("'\(key)'") == true)
    }

    @Test("An agent must give its id, name, role and primary model")
    func agentKeys() throws {
        let folder = try CrewFiles([
            "crew.yaml": "agents: [a, b]\n" + Self.settings(),
            "agents/a.yaml": "description: x",
            "agents/b.yaml": "id: b\nname: B\nrole: r\nprimary: {base_url: 'http://x'}",
        ])
        let found = try folder.load().problems(tools: []).withoutUnused
            .filter { $0.severity == .error }
        #expect(
            found.map { folder.short($0) } == [
                "agents/a.yaml:1:1: error missing_id", "agents/a.yaml:1:1: error missing_key",
                "agents/a.yaml:1:1: error missing_key", "agents/a.yaml:1:1: error missing_key",
                "agents/b.yaml:4:1: error missing_key", "agents/b.yaml:4:1: error missing_key",
            ])
        let keys = found.dropFirst().map { $0.problem.path.description }
        #expect(keys == ["name", "role", "primary", "primary.provider", "primary.model"])
    }

    /// A mistake that is a warning in permissive mode.
    static let warnings: [(crew: String, agent: String)] = [
        ("colour: x", ""), ("name: a\nname: b", ""), ("", "tools: [Nothing]"),
        ("", "handoff_targets: [zz]"), ("", "api_key: sk-123"), ("", "base_url: '${NOWHERE}'"),
    ]

    @Test("A warning is an error", arguments: warnings.indices)
    func warningsAreErrors(_ index: Int) throws {
        let one = Self.warnings[index]
        var files = oneAgent("role: r\n", crew: Self.settings() + one.crew)
        files["agents/a.yaml"] =
            "id: a\nname: A\nrole: r\nprimary:\n  provider: p\n  model: m\n"
            + (one.agent.contains("_") && !one.agent.contains("handoff")
                ? "  \(one.agent)" : one.agent)
        let strict = try CrewFiles(files).load().problems(tools: [])
        #expect(strict.map(\.severity) == [.error])
        files["crew.yaml"] = "agents: [a]\n" + one.crew
        let permissive = try CrewFiles(files).load().problems(tools: [])
        #expect(permissive.map(\.severity) == [.warning])
        #expect(permissive.map(\.problem.code) == strict.map(\.problem.code))
    }

    @Test("A handoff limit of 0 is taken literally, a bound of 0 is refused")
    func zeros() throws {
        let crew = Self.settings(
            without: "max_tool_output_chars",
            more: "  max_handoffs: 0\n  max_tool_output_chars: 0\n")
        let folder = try CrewFiles(oneAgent("role: r", crew: crew))
        let found = try folder.problems()
        #expect(found == ["crew.yaml:5:26: error out_of_range"])
        #expect(try folder.load().definition.settings.maxHandoffs == 0)
    }

    @Test("Notes stay notes")
    func notes() throws {
        let crew = Self.settings() + "tasks: []\n"
        let found = try CrewFiles(oneAgent("role: r", crew: crew)).problems()
        #expect(found == ["crew.yaml:\(Self.required.count + 4):1: note no_effect"])
    }
}
