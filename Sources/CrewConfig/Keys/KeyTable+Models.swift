extension KeyTable {
    /// `primary` and `backup` of an agent.
    public static let model = KeyTable(
        "model", "Which model an agent asks, and where.", modelKeys)

    /// One of an agent's `fallbacks`.
    static let fallback = KeyTable(
        "fallback", "A model that takes over, and for which failures.",
        modelKeys + [
            Key(
                "on",
                .list(
                    .word(["on_error", "on_rate_limit", "on_context_overflow", "on_timeout"])),
                default: "[on_error]",
                "The failures for which it takes over; `on_error` is each that another model may "
                    + "mend.")
        ])

    private static let modelKeys = place + asking + endpoint

    /// Which model it is, and where.
    private static let place = [
        Key(
            "provider", .text, default: "openai",
            "`openai`, `openai-compatible`, `azure`, `openrouter`, `gemini`, `deepseek`, `anthropic`, "
                + "`ollama`, `vllm`, `lmstudio`, `llamacpp`, `scripted`, or `auto`.",
            need: .strict, readsEnvironment: true),
        Key(
            "model", .text, default: "gpt-4o", "The model's name at the provider.",
            need: .strict, readsEnvironment: true),
        Key(
            "base_url", older: ["provider_url"], .text, default: "the provider's usual one",
            "The endpoint, up to and without `/chat/completions`.", readsEnvironment: true),
        Key(
            "api_key_env", .text, default: "the provider's usual one",
            "The environment variable that holds the key."),
        Key(
            "api_key", .text, "The key itself; better `${NAME}` or `api_key_env`.",
            readsEnvironment: true),
        Key(
            "wire", .word(["chat", "responses", "ollama", "anthropic"]),
            default: "the provider's usual one",
            "The protocol: OpenAI's chat completions or responses, Ollama's own, Anthropic's "
                + "messages."),
    ]

    /// What it is asked to do differently.
    private static let asking = [
        Key(
            "reasoning_effort", .text, default: "left to the endpoint",
            "How much it thinks before it speaks, in the endpoint's own word, such as `low`."),
        Key("thinks", .flag, default: "left to the endpoint", "Whether it thinks at all."),
        Key(
            "thinking_tokens", .integer(0...10_000_000), default: "left to the endpoint",
            "Tokens that it may think with."),
        Key(
            "context_tokens", aliases: ["num_ctx"], .integer(1...100_000_000),
            default: "left to the endpoint",
            "Tokens of context that a local server makes room for; only `wire: ollama` asks for it."
        ),
        Key(
            "keep_alive", .text, default: "left to the endpoint",
            "How long a local server keeps it in memory, such as `10m`; only with `wire: ollama`."),
        Key(
            "replay_reasoning", .flag, default: "the wire's own way",
            "Whether what it thought is sent back to it with its tool calls."),
        Key(
            "body", .json, "Further members of each request's body; they replace ours of that name."
        ),
        Key(
            "headers", texts("headers", "Headers by name.", "header"),
            "Further headers of each request; `${NAME}` is replaced.", readsEnvironment: true),
    ]

    /// What bounds the calls to it, and what they cost.
    private static let endpoint = [
        Key(
            "limits", .block(.endpointLimits),
            "Bounds on the calls to the endpoint, over all runs."),
        Key(
            "hedge_after_seconds", .seconds, default: "never",
            "Time without a beginning of the reply after which a second call is made beside it; the "
                + "first that speaks wins, both are paid."),
        Key("price", .block(.price), default: "the price table's", "What it costs."),
    ]

    static let endpointLimits = KeyTable(
        "model.limits", "Bounds on the calls to one endpoint, over all runs and agents.",
        [
            Key(
                "concurrent_calls", .integer(1...100_000), default: "no bound",
                "Calls at the same time; further ones wait."),
            Key(
                "calls_per_minute", .integer(1...1_000_000), default: "no bound",
                "Calls that may begin in a minute; further ones wait."),
            Key(
                "tokens_per_minute", .integer(1...1_000_000_000), default: "no bound",
                "Estimated tokens of the calls that begin in a minute, input and output together."),
            Key(
                "breaker_failures", .integer(0...1_000), default: "5",
                "Failures in a row after which the endpoint is left alone; 0 never does."),
            Key(
                "breaker_pause_seconds", .seconds, default: "30",
                "How long it is left alone; then one call tries it."),
        ])

    static let price = KeyTable(
        "price", "US dollars for a million tokens; 0 is free.",
        [
            Key("input_per_million", .number(0...1e6), "Input.", need: .always),
            Key("output_per_million", .number(0...1e6), "Output.", need: .always),
            Key(
                "cached_input_per_million", .number(0...1e6), default: "that of input",
                "Input that was served from a cache."),
            Key(
                "cache_write_per_million", .number(0...1e6), default: "that of input",
                "Input that was put into a cache."),
            Key(
                "reasoning_per_million", .number(0...1e6), default: "that of output",
                "Output that was reasoning."),
        ])
}
