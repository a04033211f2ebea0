extension KeyTable {
    /// `settings` in `crew.yaml`.
    public static let settings = KeyTable(
        "settings", "Bounds and modes of the crew.",
        [
            Key(
                "config_mode", .word(["permissive", "strict"]), default: "permissive",
                "`strict` turns every warning about the folder into an error."),
            Key(
                "max_handoffs", .integer(nil), default: "5",
                "Changes of agent that one input may take.", zeroMeansDefault: true),
            Key(
                "max_rounds", .integer(nil), default: "10", "Model calls that one input may take.",
                zeroMeansDefault: true),
            Key(
                "timeout_seconds", .seconds, default: "300", "Time for one input.",
                zeroMeansDefault: true),
            Key("language", .text, default: "en", "Language of the crew."),
            Key("organization", .text, "Whose crew it is."),
            bound(
                "parallel_timeout_seconds", .seconds, default: "60",
                "Time for one member of a group."),
            bound(
                "tool_execution_timeout_seconds", .seconds, default: "5", "Time for one tool call."
            ),
            bound(
                "tool_result_timeout_seconds", .seconds, default: "30",
                "Time for all tool calls of one reply."),
            bound(
                "sse_keep_alive_seconds", .seconds, default: "30",
                "Silence after which a stream carries a keep-alive."),
            bound(
                "max_input_size_kb", .integer(0...1_048_576), default: "40",
                "The largest input, in UTF-8."),
            bound(
                "max_request_body_size_kb", .integer(0...1_048_576), default: "100",
                "The largest message of a history that a client sends."),
            bound(
                "max_tool_output_chars", .integer(nil), default: "2000",
                "Characters of one tool's output that a model is shown."),
            bound(
                "max_total_tool_output_chars", .integer(nil), default: "4000",
                "Characters of all tool outputs of one reply."),
            bound(
                "stream_buffer_size", .integer(0...1_000_000), default: "256",
                "Events of a run that are kept for readers that are behind."),
            bound(
                "max_context_window", .integer(nil), default: "32000",
                "Estimated tokens of conversation that a model is sent."),
            Key(
                "context_trim_percent", .number(nil), default: "20",
                "The share of the window that trimming frees.", zeroMeansDefault: true),
        ] + own + later)

    /// What the original does not know.
    private static let own = [
        Key(
            "max_parallel_tools", .integer(nil), default: "8",
            "Tool calls of one reply that run at the same time."),
        Key(
            "max_tool_calls_per_round", .integer(1...10_000), default: "32",
            "Tool calls of one reply; the rest get an error result."),
        Key(
            "max_tokens_per_run", .integer(nil),
            "Tokens that one input may spend, input and output together."),
        approval(
            "tool_approval", default: "never",
            "Which calls a person has to allow, of tools that do not say so themselves."),
        Key("tool_workers", .block(.toolWorkers), "The processes in which Swift tools run."),
        Key(
            "approval_timeout_seconds", .secondsOrNever, default: "2592000",
            "Time for a person to allow or refuse a tool call; then `approval_default` is decided."),
        Key(
            "approval_default", .word(["approve", "refuse"]), default: "refuse",
            "What is decided about a call when nobody does in time."),
        Key(
            "pause_timeout_seconds", .secondsOrNever, default: "2592000",
            "Time for a person to answer a paused run; then `pause_answer` is taken, or the run ends."
        ),
        Key("pause_answer", .text, "The answer that is taken when nobody gives one in time."),
        Key(
            "signal_choice", .word(["last", "first", "priority"]), default: "last",
            "Which of several signals in one reply is followed."),
        Key(
            "fold_diacritics", .flag, default: "false",
            "Also matches signals written without their diacritics."),
        Key(
            "builtin_signals", .flag, default: "true",
            "Whether `[END]`, `[WAIT]` and the like act without being configured."),
    ]

    /// Keys of the original that are accepted and do nothing yet.
    private static let later =
        [
            ("min_tool_timeout_millis", "100", "Floor of a tool's timeout."),
            ("stream_chunk_timeout_millis", "500", "Wait for one part of a stream."),
            ("request_store_cleanup_minutes", "5", "How often old requests are removed."),
            ("retry_backoff_min_millis", "100", "First wait before a retry."),
            ("retry_backoff_max_seconds", "5", "Longest wait before a retry."),
            ("client_cache_ttl_minutes", "60", "How long unused clients are kept."),
            ("graceful_shutdown_check_millis", "100", "How often shutdown looks for open work."),
            ("min_agent_id_length", "1", "Shortest agent id."),
            ("max_agent_id_length", "128", "Longest agent id."),
            ("max_stored_requests", "1000", "Requests that are remembered."),
            ("max_tokens_per_call", "4000", "Tokens of one model call."),
            ("max_tokens_per_day", "100000", "Tokens of one day."),
            ("max_memory_mb", "512", "Memory of one agent."),
            ("max_daily_memory_gb", "10", "Memory of one day."),
            ("slow_call_threshold_seconds", "30", "From when on a model call is slow."),
            ("max_errors_per_hour", "10", "Errors of one hour."),
            ("max_errors_per_day", "50", "Errors of one day."),
            ("max_consecutive_errors", "5", "Errors in a row."),
            ("max_calls_per_minute", "60", "Model calls of one minute."),
            ("max_calls_per_hour", "1000", "Model calls of one hour."),
            ("max_calls_per_day", "10000", "Model calls of one day."),
        ].map {
            Key($0.0, .number(nil), default: $0.1, $0.2, effect: .notYet, need: .strict)
        }
        + [
            ("timeout_warning_threshold_pct", "20", "When a tool's time is nearly used up."),
            ("max_cost_per_day", "50.0", "US dollars of one day."),
            ("cost_alert_threshold", "0.80", "Share of a budget that raises an alert."),
            ("memory_alert_percent", "80.0", "Share of memory that raises an alert."),
        ].map {
            Key($0.0, .number(nil), default: $0.1, $0.2, effect: .notYet)
        } + [
            Key(
                "block_on_quota_exceed", .flag, default: "true", "Whether a spent quota blocks.",
                effect: .notYet)
        ]

    /// A bound that the original's strict mode requires.
    private static func bound(
        _ name: String, _ type: ValueType, default text: String, _ documentation: String
    ) -> Key {
        Key(
            name, type, default: text, documentation, need: .strict, zeroMeansDefault: true)
    }
}
