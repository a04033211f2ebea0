extension KeyTable {
    /// A file in `agents/`.
    public static let agent = KeyTable(
        "agents/*.yaml", "One agent: who it is, which model it asks, what it may do.",
        [
            Key(
                "id", .text, default: "the file's name",
                "The name by which routing knows it; required under `config_mode: strict`."),
            Key("name", .text, default: "the id", "The name that people see.", need: .strict),
            Key("role", .text, "Its part in the crew, for the prompt.", need: .strict),
            Key("description", .text, "What it does, for the prompt."),
            Key("backstory", .text, "Its character, for the prompt."),
            Key(
                "system_prompt", .text, default: "one is written",
                "The whole prompt; `{{name}}`, `{{role}}`, `{{description}}` and `{{backstory}}` "
                    + "are replaced."),
            Key("primary", .block(.model), "The model that it asks.", need: .strict),
            Key("backup", .block(.model), "The model that it asks when the primary one fails."),
            Key(
                "temperature", .number(nil), default: "left to the endpoint",
                "Sampling temperature, 0 to 2; 0 is 0."),
            Key(
                "max_tokens", .integer(nil), default: "left to the endpoint",
                "The most tokens of one reply."),
            Key("tools", .list(.text), "Names of the tools that it may use."),
            Key(
                "handoff_targets", .list(.text),
                "Agents that it may hand over to, in order of preference."),
            Key("is_terminal", .flag, default: "false", "Whether its turn ends the run."),
            Key(
                "routing", .word(["signals", "tools", "auto"]), default: "auto",
                "How it says where the run goes: text signals, native `transfer_to_…` tools, or "
                    + "tools where it has targets and no signals."),
            Key(
                "tool_calls", .word(["native", "text"]), default: "native",
                "How its model is told of its tools; calls written as text are read either way."),
            Key(
                "tool_choice", .word(["auto", "required", "none"]), default: "auto",
                "Whether it must use tools; `required` forces the first reply of a turn."),
            Key("cost_limits", .block(.costLimits), "Prices and budgets."),
            Key("memory_limits", .block(.memoryLimits), "Bounds on memory.", effect: .notYet),
            Key("error_limits", .block(.errorLimits), "Bounds on errors.", effect: .notYet),
            Key("logging", .block(.logging), "What is logged.", effect: .notYet),
        ] + flat)

    /// The original's older form, without blocks.
    private static let flat =
        [
            Key(
                "model", .text, default: "gpt-4o", "Older form of `primary.model`.",
                readsEnvironment: true),
            Key(
                "provider", .text, default: "openai", "Older form of `primary.provider`.",
                readsEnvironment: true),
            Key(
                "base_url", aliases: ["provider_url"], .text, "Older form of `primary.base_url`.",
                readsEnvironment: true),
            Key(
                "api_key", .text, "As in `primary`, where that is absent.", readsEnvironment: true),
            Key("api_key_env", .text, "As in `primary`, where that is absent."),
        ]
        + ["max_tokens_per_call", "max_tokens_per_day", "max_cost_per_day", "cost_alert_threshold"]
        .map {
            Key($0, .number(nil), "Older form of a key of `cost_limits`.", effect: .notYet)
        } + [
            Key(
                "enforce_cost_limits", .flag, "Older form of `cost_limits.block_on_cost_exceed`.",
                effect: .notYet),
            Key("top_p", .number(nil), "The original ignores it.", effect: .never),
            Key("top_k", .number(nil), "The original ignores it.", effect: .never),
        ]

    /// `primary` and `backup` of an agent.
    public static let model = KeyTable(
        "model", "Which model an agent asks, and where.",
        [
            Key(
                "provider", .text, default: "openai",
                "`openai` (any compatible endpoint), `ollama`, `scripted`, or `auto`.",
                need: .strict, readsEnvironment: true),
            Key(
                "model", .text, default: "gpt-4o", "The model's name at the provider.",
                need: .strict, readsEnvironment: true),
            Key(
                "base_url", aliases: ["provider_url"], .text, default: "the provider's usual one",
                "The endpoint, up to and without `/chat/completions`.", readsEnvironment: true),
            Key(
                "api_key_env", .text, default: "the provider's usual one",
                "The environment variable that holds the key."),
            Key(
                "api_key", .text, "The key itself; better `${NAME}` or `api_key_env`.",
                readsEnvironment: true),
        ])

    static let costLimits = KeyTable(
        "cost_limits", "Prices and budgets of an agent.",
        [
            Key(
                "input_token_price_per_million", .number(0...1e9), default: "unknown",
                "US dollars for a million tokens of input; 0 is free."),
            Key(
                "output_token_price_per_million", .number(0...1e9), default: "unknown",
                "US dollars for a million tokens of output; 0 is free."),
            Key("max_tokens_per_call", .number(nil), "Tokens of one call.", effect: .notYet),
            Key("max_tokens_per_day", .number(nil), "Tokens of one day.", effect: .notYet),
            Key(
                "max_cost_per_day_usd", aliases: ["max_cost_per_day"], .number(nil),
                "US dollars of one day.", effect: .notYet),
            Key(
                "alert_threshold", aliases: ["cost_alert_threshold"], .number(nil),
                "Share of a budget that raises an alert.", effect: .notYet),
            Key(
                "block_on_cost_exceed", aliases: ["enforce"], .flag,
                "Whether a spent budget blocks.", effect: .notYet),
        ])

    static let memoryLimits = KeyTable(
        "memory_limits", "Bounds on an agent's memory.",
        [
            Key("max_per_call_mb", .number(nil), "Memory of one call.", effect: .notYet),
            Key("max_per_day_mb", .number(nil), "Memory of one day.", effect: .notYet),
            Key(
                "block_on_memory_exceed", aliases: ["enforce"], .flag, "Whether it blocks.",
                effect: .notYet),
        ])

    static let errorLimits = KeyTable(
        "error_limits", "Bounds on an agent's errors.",
        [
            Key("max_consecutive", .number(nil), "Errors in a row.", effect: .notYet),
            Key("max_per_day", .number(nil), "Errors of one day.", effect: .notYet),
            Key(
                "block_on_error_exceed", aliases: ["enforce"], .flag, "Whether it blocks.",
                effect: .notYet),
        ])

    static let logging = KeyTable(
        "logging", "What is logged of an agent.",
        [
            Key("enable_memory_metrics", .flag, "Memory.", effect: .notYet),
            Key("enable_performance_metrics", .flag, "Times.", effect: .notYet),
            Key("enable_quota_warnings", .flag, "Quotas.", effect: .notYet),
            Key(
                "log_level", .word(["debug", "info", "warn", "error"]), "How much.",
                effect: .notYet),
        ])
}
