import CrewKit

extension KeyTable {
    /// `settings` in `crew.yaml`.
    public static let settings = KeyTable(
        "settings", "Bounds and modes of the crew.",
        [
            Key(
                "config_mode", .word(["permissive", "strict"]), default: "permissive",
                "`strict` turns every warning about the folder into an error."),
            Key(
                "max_handoffs", .integer(0...mostUnits), default: "5",
                "Changes of agent that one input may take.", zeroMeansDefault: true),
            Key(
                "max_rounds", .integer(0...mostUnits), default: "10",
                "Model calls that one input may take.",
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
                "max_tool_output_chars", .integer(0...mostUnits), default: "2000",
                "Characters of one tool's output that a model is shown."),
            bound(
                "max_total_tool_output_chars", .integer(0...mostUnits), default: "4000",
                "Characters of all tool outputs of one reply."),
            bound(
                "stream_buffer_size", .integer(0...1_000_000), default: "256",
                "Events of a run that are kept for readers that are behind."),
            bound(
                "max_context_window", .integer(0...mostUnits), default: "32000",
                "Estimated tokens of conversation that a model is sent."),
            Key(
                "context_trim_percent", .number(0...100), default: "20",
                "The share of the window that trimming frees.", zeroMeansDefault: true),
        ] + own + models + quotas + upkeep)

    /// What the original does not know.
    private static let own = [
        Key(
            "max_parallel_tools", .integer(1...mostUnits), default: "8",
            "Tool calls of one reply that run at the same time."),
        Key(
            "max_tool_calls_per_round", .integer(1...10_000), default: "32",
            "Tool calls of one reply; the rest get an error result."),
        Key(
            "max_tokens_per_run", .integer(1...mostUnits),
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
        Key(
            "suspicious_inputs", .block(.suspicion),
            "Which inputs raise a warning because they try to give the agents other orders."),
        Key(
            "on_definition_change", .word(["continue", "pause", "fail"]), default: "continue",
            "What becomes of a run that is to go on under another definition of its crew: it goes "
                + "on with a warning, waits for a person, or ends as failed."),
    ]

    /// Times and counts around tools, streams and kept runs.
    private static let upkeep = [
        bound(
            "min_tool_timeout_millis", .integer(0...86_400_000), default: "100",
            "The least time of one tool call: shorter limits are raised to it."),
        Key(
            "timeout_warning_threshold_pct", .number(0...100), default: "20",
            "A tool call that returns with less than this share of its time left, in percent, raises "
                + "a warning.", zeroMeansDefault: true),
        bound(
            "stream_chunk_timeout_millis", .integer(0...86_400_000), default: "60000",
            "How long a reader of a stream may take nothing before the stream is closed."),
        bound(
            "request_store_cleanup_minutes", .number(0...1e6), default: "5",
            "How often ended runs that are no longer kept are removed from a file."),
        bound(
            "max_stored_requests", .integer(0...1_000_000_000),
            default: "100000, in memory 1000",
            "Ended runs that `crew serve` keeps; `--keep-runs` counts before it."),
        bound(
            "graceful_shutdown_check_millis", .integer(0...86_400_000), default: "100",
            "How often a server that is asked to end looks for runs still under way, and logs how "
                + "many."),
        bound(
            "min_agent_id_length", .integer(0...1_000), default: "1",
            "Characters that an agent's id has at least."),
        bound(
            "max_agent_id_length", .integer(0...1_000), default: "128",
            "Characters that an agent's id has at most."),
    ]

    /// `settings.suspicious_inputs`.
    static let suspicion = KeyTable(
        "settings.suspicious_inputs",
        "Inputs that raise the warning `suspicious_input`; nothing about them is changed.",
        [
            Key(
                "enabled", .flag, default: "true",
                "Whether inputs are looked at: for orders to ignore or reveal instructions, marks of "
                    + "roles, and signals of the crew, in English and Vietnamese."),
            Key(
                "phrases", .list(.text),
                "Further phrases that count; case, diacritics and blanks do not matter. At most "
                    + "\(SuspicionSettings.mostPhrases), of \(SuspicionSettings.longestPhrase) "
                    + "characters each."),
        ])

    /// How model calls are made.
    private static let models = [
        bound(
            "retry_backoff_min_millis", .integer(0...86_400_000), default: "500",
            "The longest first wait before a failed model call is made again."),
        bound(
            "retry_backoff_max_seconds", .seconds, default: "8",
            "The longest wait before a failed model call is made again."),
        bound(
            "client_cache_ttl_minutes", .number(0...1e6), default: "60",
            "How long what is known of a model's endpoint is kept after its last call."),
        bound(
            "slow_call_threshold_seconds", .seconds, default: "never",
            "A model call that takes longer raises a warning."),
        budgets(per: "crew"),
        Key(
            "prices", .text, default: "the bundled table and your own",
            "A file of prices that counts before other tables, relative to the crew's folder; "
                + "`crew prices import` writes one.", readsEnvironment: true),
    ]

    /// A bound that the original's strict mode requires.
    private static func bound(
        _ name: String, _ type: ValueType, default text: String, _ documentation: String
    ) -> Key {
        Key(
            name, type, default: text, documentation, need: .strict, zeroMeansDefault: true)
    }
}
