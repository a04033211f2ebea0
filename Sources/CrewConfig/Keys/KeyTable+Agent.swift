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
                "fallbacks", .list(.block(.fallback)),
                "Further models, asked in this order after `backup`.",
                example: "fallbacks: [{provider: ollama, model: \"qwen3:8b\", on: [on_timeout]}]"),
            Key(
                "temperature", .number(0...2), default: "left to the endpoint",
                "Sampling temperature, 0 to 2; 0 is 0."),
            Key(
                "max_tokens", .integer(1...mostUnits), default: "left to the endpoint",
                "The most tokens of one reply."),
            Key("tools", .list(.text), "Names of the tools that it may use."),
            Key(
                "handoff_targets", .list(.text),
                "Agents that it may hand over to, in order of preference."),
            Key("is_terminal", .flag, default: "false", "Whether its turn ends the run."),
            Key(
                "routing", .word(["signals", "tools", "schema", "auto"]), default: "auto",
                "How it says where the run goes: text signals, native `transfer_to_…` tools, a "
                    + "reply whose shape the endpoint enforces (for small models), or tools where "
                    + "it has targets and no signals."),
            Key(
                "response_schema", .json,
                "JSON Schema of an object: the shape of each reply without tool calls."),
            Key(
                "tool_calls", .word(["native", "text"]), default: "native",
                "How its model is told of its tools; calls written as text are read either way."),
            Key(
                "tool_choice", .word(["auto", "required", "none"]), default: "auto",
                "Whether it must use tools; `required` forces the first reply of a turn."),
            budgets(per: "agent"),
            Key("cost_limits", .block(.costLimits), "The original's prices and budgets."),
            Key("memory_limits", .block(.memoryLimits), "The original's bounds on bytes."),
            Key("error_limits", .block(.errorLimits), "The original's bounds on failures."),
            Key("logging", .block(.logging), "What is told of the agent."),
        ] + flat)

    /// The original's older form, without blocks.
    private static let flat =
        [
            Key(
                "model", .text, default: "gpt-4o", "Older form of `primary.model`.",
                readsEnvironment: true, newer: Newer("primary", "model")),
            Key(
                "provider", .text, default: "openai", "Older form of `primary.provider`.",
                readsEnvironment: true, newer: Newer("primary", "provider")),
            Key(
                "base_url", older: ["provider_url"], .text, "Older form of `primary.base_url`.",
                readsEnvironment: true, newer: Newer("primary", "base_url")),
            Key(
                "api_key", .text, "As in `primary`, where that is absent.", readsEnvironment: true,
                newer: Newer("primary", "api_key")),
            Key(
                "api_key_env", .text, "As in `primary`, where that is absent.",
                newer: Newer("primary", "api_key_env")),
        ]
        + flatCostLimits + [
            Key("top_p", .number(nil), "The original ignores it.", effect: .never),
            Key("top_k", .number(nil), "The original ignores it.", effect: .never),
        ]

    static let logging = KeyTable(
        "logging", "What is told of an agent.",
        [
            Key(
                "enable_quota_warnings", .flag, default: "true",
                "`false` gives no warnings before the agent's own limits are reached."),
            Key(
                "enable_memory_metrics", .flag, "The original reads and ignores it.", effect: .never
            ),
            Key(
                "enable_performance_metrics", .flag, "The original reads and ignores it.",
                effect: .never),
            Key(
                "log_level", .word(["debug", "info", "warn", "error"]),
                "The original reads and ignores it; `crew serve --log-level` is what counts.",
                effect: .never),
        ])
}
