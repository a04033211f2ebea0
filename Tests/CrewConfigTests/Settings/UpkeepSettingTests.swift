import CrewKit
import Foundation
import Testing

@testable import CrewConfig

@Suite("Settings of ids, streams and kept runs")
struct UpkeepSettingTests {
    @Test("Times and counts reach the definition in the kernel's units")
    func written() throws {
        let lines = """
            settings:
              min_tool_timeout_millis: 250
              timeout_warning_threshold_pct: 25
              stream_chunk_timeout_millis: 1500
              request_store_cleanup_minutes: 0.5
              max_stored_requests: 12
              graceful_shutdown_check_millis: 50
            """
        let folder = try CrewFiles(oneAgent(crew: lines))
        #expect(try folder.problems() == [])
        let settings = try folder.load().definition.settings
        #expect(settings.minToolTimeout == .milliseconds(250))
        #expect(settings.tightToolShare == 0.75)
        #expect(settings.readerPatience == .milliseconds(1_500))
        #expect(settings.pruningInterval == .seconds(30))
        #expect(settings.maxKeptRuns == 12)
        #expect(settings.shutdownCheck == .milliseconds(50))
    }

    @Test("Zero asks for the defaults, which are the original's or the engine's own")
    func zeros() throws {
        let keys = [
            "min_tool_timeout_millis", "timeout_warning_threshold_pct",
            "stream_chunk_timeout_millis",
            "request_store_cleanup_minutes", "max_stored_requests",
            "graceful_shutdown_check_millis",
            "min_agent_id_length", "max_agent_id_length",
        ]
        let lines = keys.map { "  \($0): 0\n" }.joined()
        let folder = try CrewFiles(oneAgent(crew: "settings:\n" + lines))
        #expect(try folder.problems().allSatisfy { $0.hasSuffix("note zero_means_default") })
        #expect(try folder.load().definition.settings == CrewSettings())
    }

    /// Bounds, an agent's id, and what is told.
    static let ids: [(String, String, [String])] = [
        ("", "a", []), ("", "a-B_9", []),
        ("", "ngân", ["warning unusual_id"]), ("", "a.b", ["warning unusual_id"]),
        ("min_agent_id_length: 3", "ab", ["error invalid_id"]),
        ("min_agent_id_length: 3", "abc", []),
        ("max_agent_id_length: 3", "abcd", ["error invalid_id"]),
        ("max_agent_id_length: 3", "abc", []),
        ("", String(repeating: "x", count: 129), ["error invalid_id"]),
        ("", String(repeating: "x", count: 128), []),
    ]

    @Test("min_agent_id_length and max_agent_id_length bound the ids of agents", arguments: ids)
    func idLength(_ setting: String, _ id: String, _ expected: [String]) throws {
        let crew = "agents: [\(id)]\n" + (setting.isEmpty ? "" : "settings: {\(setting)}\n")
        let folder = try CrewFiles([
            "crew.yaml": crew,
            "agents/x.yaml": "id: \(id)\nname: A\nprimary: {provider: scripted, model: m}",
        ])
        let found = try folder.load().problems(tools: [])
        #expect(found.map { "\($0.severity) \($0.problem.code)" } == expected)
        #expect(found.allSatisfy { $0.file.hasSuffix("x.yaml") && $0.line == 1 && $0.column == 5 })
    }

    @Test("A greatest length below the least one is told")
    func crossedBounds() throws {
        let folder = try CrewFiles(
            oneAgent(crew: "settings: {min_agent_id_length: 1, max_agent_id_length: 0}"))
        #expect(try folder.problems() == ["crew.yaml:2:57: note zero_means_default"])
        let crossed = try CrewFiles(
            oneAgent(crew: "settings: {min_agent_id_length: 2, max_agent_id_length: 1}"))
        #expect(
            try crossed.problems() == [
                "crew.yaml:2:57: error out_of_range", "agents/a.yaml:1:5: error invalid_id",
            ])
    }

    /// Of every setting the test that shows its effect: a file, and words in it.
    static let tests: [String: (file: String, words: String)] = [
        "approval_default": ("CrewConfigTests/WaitingKeyTests.swift", "approvalDefault"),
        "approval_timeout_seconds": (
            "CrewKitTests/Durability/ApprovalTests.swift", "approvalTimeout"
        ),
        "block_on_quota_exceed": (
            "CrewConfigTests/Settings/RunSettingTests.swift", "block_on_quota_exceed"
        ),
        "budgets": ("CrewConfigTests/Settings/RunSettingTests.swift", "budgets"),
        "builtin_signals": ("CrewConfigTests/Settings/TalkSettingTests.swift", "builtin_signals"),
        "client_cache_ttl_minutes": (
            "CrewProvidersTests/Endpoints/EndpointCacheTests.swift", "lifetime"
        ),
        "config_mode": ("CrewConfigTests/Settings/RunSettingTests.swift", "config_mode"),
        "context_trim_percent": (
            "CrewConfigTests/Settings/TalkSettingTests.swift", "context_trim_percent"
        ),
        "cost_alert_threshold": ("CrewConfigTests/BudgetKeyTests.swift", "cost_alert_threshold"),
        "fold_diacritics": ("CrewConfigTests/Settings/TalkSettingTests.swift", "fold_diacritics"),
        "graceful_shutdown_check_millis": (
            "CrewKitTests/Durability/DrainingTests.swift", "tellRunsUnderWay"
        ),
        "language": ("CrewConfigTests/Settings/TalkSettingTests.swift", "language"),
        "max_agent_id_length": (
            "CrewConfigTests/Settings/UpkeepSettingTests.swift", "max_agent_id_length"
        ),
        "max_calls_per_day": (
            "CrewConfigTests/Settings/RunSettingTests.swift", "max_calls_per_day"
        ),
        "max_calls_per_hour": (
            "CrewConfigTests/Settings/RunSettingTests.swift", "max_calls_per_hour"
        ),
        "max_calls_per_minute": (
            "CrewConfigTests/Settings/RunSettingTests.swift", "max_calls_per_minute"
        ),
        "max_consecutive_errors": (
            "CrewConfigTests/Settings/RunSettingTests.swift", "max_consecutive_errors"
        ),
        "max_context_window": (
            "CrewConfigTests/Settings/TalkSettingTests.swift", "max_context_window"
        ),
        "max_cost_per_day": ("CrewConfigTests/Settings/RunSettingTests.swift", "max_cost_per_day"),
        "max_daily_memory_gb": (
            "CrewConfigTests/Settings/RunSettingTests.swift", "max_daily_memory_gb"
        ),
        "max_errors_per_day": (
            "CrewConfigTests/Settings/RunSettingTests.swift", "max_errors_per_day"
        ),
        "max_errors_per_hour": (
            "CrewConfigTests/Settings/RunSettingTests.swift", "max_errors_per_hour"
        ),
        "max_handoffs": ("CrewConfigTests/Settings/RunSettingTests.swift", "max_handoffs"),
        "max_input_size_kb": (
            "CrewConfigTests/Settings/TalkSettingTests.swift", "max_input_size_kb"
        ),
        "max_memory_mb": ("CrewConfigTests/Settings/RunSettingTests.swift", "max_memory_mb"),
        "max_parallel_tools": (
            "CrewConfigTests/Settings/ToolSettingTests.swift", "max_parallel_tools"
        ),
        "max_request_body_size_kb": (
            "CrewServerTests/InputCheckTests.swift", "maxHistoryMessageBytes"
        ),
        "max_rounds": ("CrewConfigTests/Settings/RunSettingTests.swift", "max_rounds"),
        "max_stored_requests": ("CrewCommandTests/StoreChoiceTests.swift", "max_stored_requests"),
        "max_tokens_per_call": (
            "CrewConfigTests/Settings/RunSettingTests.swift", "max_tokens_per_call"
        ),
        "max_tokens_per_day": (
            "CrewConfigTests/Settings/RunSettingTests.swift", "max_tokens_per_day"
        ),
        "max_tokens_per_run": (
            "CrewConfigTests/Settings/RunSettingTests.swift", "max_tokens_per_run"
        ),
        "max_tool_calls_per_round": (
            "CrewConfigTests/Settings/ToolSettingTests.swift", "max_tool_calls_per_round"
        ),
        "max_tool_output_chars": (
            "CrewConfigTests/Settings/ToolSettingTests.swift", "max_tool_output_chars"
        ),
        "max_total_tool_output_chars": (
            "CrewConfigTests/Settings/ToolSettingTests.swift", "max_total_tool_output_chars"
        ),
        "memory_alert_percent": ("CrewConfigTests/BudgetKeyTests.swift", "memory_alert_percent"),
        "min_agent_id_length": (
            "CrewConfigTests/Settings/UpkeepSettingTests.swift", "min_agent_id_length"
        ),
        "min_tool_timeout_millis": (
            "CrewConfigTests/Settings/ToolSettingTests.swift", "min_tool_timeout_millis"
        ),
        "on_definition_change": (
            "CrewConfigTests/Routing/SignalKeyTests.swift", "changedDefinition"
        ),
        "organization": ("CrewConfigTests/Settings/TalkSettingTests.swift", "organization"),
        "parallel_timeout_seconds": (
            "CrewConfigTests/Settings/RunSettingTests.swift", "parallel_timeout_seconds"
        ),
        "pause_answer": ("CrewKitTests/Durability/ApprovalTests.swift", "pauseAnswer"),
        "pause_timeout_seconds": ("CrewKitTests/Durability/ApprovalTests.swift", "pauseTimeout"),
        "prices": ("CrewConfigTests/BudgetKeyTests.swift", "pricesFile"),
        "request_store_cleanup_minutes": ("CrewStoreTests/RetentionTests.swift", "maintain(every:"),
        "retry_backoff_max_seconds": ("CrewConfigTests/BudgetKeyTests.swift", "modelRetry"),
        "retry_backoff_min_millis": ("CrewConfigTests/BudgetKeyTests.swift", "modelRetry"),
        "signal_choice": ("CrewConfigTests/Settings/TalkSettingTests.swift", "signal_choice"),
        "slow_call_threshold_seconds": (
            "CrewConfigTests/Settings/TalkSettingTests.swift", "slow_call_threshold_seconds"
        ),
        "sse_keep_alive_seconds": ("CrewServerTests/V1/EventStreamTests.swift", "keepAlive"),
        "stream_buffer_size": ("CrewKitTests/Run/FeedTests.swift", "capacity"),
        "stream_chunk_timeout_millis": (
            "CrewServerTests/BlockedClientTests.swift", "readerPatience"
        ),
        "suspicious_inputs": (
            "CrewConfigTests/Settings/TalkSettingTests.swift", "suspicious_inputs"
        ),
        "timeout_seconds": ("CrewConfigTests/Settings/RunSettingTests.swift", "timeout_seconds"),
        "timeout_warning_threshold_pct": (
            "CrewConfigTests/Settings/ToolSettingTests.swift", "timeout_warning_threshold_pct"
        ),
        "tool_approval": ("CrewConfigTests/Settings/ToolSettingTests.swift", "tool_approval"),
        "tool_execution_timeout_seconds": (
            "CrewConfigTests/Settings/ToolSettingTests.swift", "tool_execution_timeout_seconds"
        ),
        "tool_result_timeout_seconds": (
            "CrewConfigTests/Settings/ToolSettingTests.swift", "tool_result_timeout_seconds"
        ),
        "tool_workers": ("CrewToolsTests/Workers/WorkerPoolTests.swift", "ToolWorkerSettings"),
    ]

    @Test("Every setting has a test of its effect")
    func coverage() throws {
        #expect(Set(KeyTable.settings.keys.map(\.name)) == Set(Self.tests.keys))
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        for (key, test) in Self.tests {
            let file = folder.appendingPathComponent(test.file)
            let text = try String(contentsOf: file, encoding: .utf8)
            #expect(text.contains(test.words), "\(key)")
        }
    }
}
