extension KeyTable {
    /// The most that a bound of tokens, calls or errors may be.
    static let mostUnits = 1_000_000_000_000
    /// The most US dollars, megabytes or seconds that a bound may be.
    static let mostAmount = 1e9

    static func budgets(per scope: String) -> Key {
        Key(
            "budgets", .list(.block(.budget)),
            "What model calls may spend; `per` is `\(scope)` where it is not given.",
            example: "budgets: [{per: run, cost_usd: 0.5}, {within: day, tokens: 2000000}]")
    }

    /// One entry of `budgets` of a crew's settings or of an agent.
    static let budget = KeyTable(
        "budget",
        "Whose spending is counted together, until when, and the most of one or more measures.",
        [
            Key(
                "per", .word(["call", "run", "agent", "crew", "session", "tenant"]),
                default: "`crew` in settings, `agent` in an agent's file",
                "Whose spending is counted together; `per: agent` of a crew bounds each of its "
                    + "agents. `session` counts only runs of a conversation, `tenant` only runs "
                    + "that a key of a tenant began (docs/http.md)."),
            Key(
                "within", .word(["minute", "hour", "day"]), default: "never begins anew",
                "The span of UTC time with which the count begins anew."),
            Key(
                "mode", .word(["block", "warn"]), default: "block",
                "`block` makes no call that does not fit, `warn` makes it and gives a warning. Of a "
                    + "model without a known price `cost_usd` blocks each call, or counts nothing."),
            Key(
                "warn_at", .list(.number(0...1)),
                default: "[0.75, 0.9], or none per call and within a minute",
                "Shares of each amount at which a warning is given, once each."),
        ] + measures)

    private static let measures = [
        Key("tokens", .integer(0...mostUnits), "Tokens, input and output together."),
        Key("input_tokens", .integer(0...mostUnits), "Tokens of input."),
        Key("output_tokens", .integer(0...mostUnits), "Tokens of output."),
        Key(
            "cached_tokens", .integer(0...mostUnits),
            "Tokens of input that were served from a cache."),
        Key("reasoning_tokens", .integer(0...mostUnits), "Tokens of output that were reasoning."),
        Key("cost_usd", .number(0...mostAmount), "US dollars."),
        Key("calls", .integer(0...mostUnits), "Model calls, each attempt counted."),
        Key("seconds", .number(0...mostAmount), "Time that model calls take."),
        Key(
            "megabytes", .number(0...mostAmount),
            "What model calls send and receive; a megabyte is 1,048,576 bytes."),
        Key("errors", .integer(0...mostUnits), "Model calls that failed."),
        Key(
            "errors_in_a_row", .integer(0...mostUnits),
            "Model calls that failed since the last one that did not."),
    ]
}

extension KeyTable {
    static let costLimits = KeyTable(
        "cost_limits", "What an agent's model costs and may cost.",
        [
            Key(
                "input_token_price_per_million", .number(0...1e6), default: "the price table's",
                "US dollars for a million tokens of input; 0 is free."),
            Key(
                "output_token_price_per_million", .number(0...1e6), default: "the price table's",
                "US dollars for a million tokens of output; 0 is free."),
            count("max_tokens_per_call", "Tokens of one model call, input and output together."),
            count("max_tokens_per_day", "Tokens of one UTC day."),
            amount(
                "max_cost_per_day_usd", older: ["max_cost_per_day"], "US dollars of one UTC day."),
            Key(
                "alert_threshold", older: ["cost_alert_threshold"], .number(0...1),
                default: "0.75 and 0.9",
                "Share of the day's tokens and cost at which a warning is given; 0 gives none."),
            block(
                "block_on_cost_exceed", older: ["enforce", "enforce_cost_limits"],
                "a call that does not fit"),
        ])

    static let memoryLimits = KeyTable(
        "memory_limits", "How many bytes an agent's model calls send and receive.",
        [
            amount("max_per_call_mb", "Megabytes (1,048,576 bytes) of one model call."),
            amount("max_per_day_mb", "Megabytes of one UTC day."),
            block("block_on_memory_exceed", older: ["enforce"], "a call that does not fit"),
        ])

    static let errorLimits = KeyTable(
        "error_limits", "How many of an agent's model calls may fail.",
        [
            count("max_consecutive", "Failed model calls in a row, within one UTC hour."),
            count("max_per_day", "Failed model calls of one UTC day."),
            block("block_on_error_exceed", older: ["enforce"], "further calls"),
        ])

    /// The original's older form of `cost_limits`, in the agent's file itself.
    static let flatCostLimits = [
        count(
            "max_tokens_per_call", "As in `cost_limits`, where that is absent.",
            newer: Newer("cost_limits", "max_tokens_per_call")),
        count(
            "max_tokens_per_day", "As in `cost_limits`, where that is absent.",
            newer: Newer("cost_limits", "max_tokens_per_day")),
        amount(
            "max_cost_per_day", "As in `cost_limits`, where that is absent.",
            newer: Newer("cost_limits", "max_cost_per_day_usd")),
        Key(
            "cost_alert_threshold", .number(0...1), default: "0.75 and 0.9",
            "As `cost_limits.alert_threshold`, where that is absent.",
            newer: Newer("cost_limits", "alert_threshold")),
        block(
            "enforce_cost_limits", "a call that does not fit, where `cost_limits` does not say it",
            newer: Newer("cost_limits", "block_on_cost_exceed")),
    ]

    /// The quotas of the original's `settings`.
    static let quotas = [
        count("max_tokens_per_call", "Tokens of one model call.", need: .strict),
        count("max_tokens_per_day", "Tokens of one UTC day.", need: .strict),
        amount("max_cost_per_day", "US dollars of one UTC day."),
        Key(
            "cost_alert_threshold", .number(0...1), default: "0.75 and 0.9",
            "Share of the day's tokens and cost at which a warning is given; 0 gives none."),
        count("max_calls_per_minute", "Model calls of one minute.", need: .strict),
        count("max_calls_per_hour", "Model calls of one hour.", need: .strict),
        count("max_calls_per_day", "Model calls of one UTC day.", need: .strict),
        amount(
            "max_memory_mb", "Megabytes (1,048,576 bytes) that one model call sends and receives.",
            need: .strict),
        amount(
            "max_daily_memory_gb",
            "Gigabytes (1,073,741,824 bytes) that the model calls of one UTC day send and receive.",
            need: .strict),
        Key(
            "memory_alert_percent", .number(0...100), default: "75 and 90",
            "Percent of the day's bytes at which a warning is given; 0 gives none."),
        count("max_errors_per_hour", "Failed model calls of one hour.", need: .strict),
        count("max_errors_per_day", "Failed model calls of one UTC day.", need: .strict),
        count(
            "max_consecutive_errors", "Failed model calls in a row, within one UTC hour.",
            need: .strict),
        block("block_on_quota_exceed", "a call that does not fit into a quota"),
    ]

    /// A bound in whole units; 0 is no bound, as in the original.
    private static func count(
        _ name: String, _ documentation: String, need: Need = .optional, newer: Newer? = nil
    ) -> Key {
        Key(
            name, .integer(0...mostUnits), default: "no limit", documentation, need: need,
            zeroMeansDefault: true, newer: newer)
    }

    /// A bound with fractions; 0 is no bound, as in the original.
    private static func amount(
        _ name: String, older: [String] = [], _ documentation: String, need: Need = .optional,
        newer: Newer? = nil
    ) -> Key {
        Key(
            name, older: older, .number(0...mostAmount), default: "no limit", documentation,
            need: need, zeroMeansDefault: true, newer: newer)
    }

    private static func block(
        _ name: String, older: [String] = [], _ what: String, newer: Newer? = nil
    ) -> Key {
        Key(
            name, older: older, .flag, default: "true",
            "`true` refuses \(what), `false` gives a warning.", newer: newer)
    }
}
