extension KeyTable {
    /// `script.yaml`.
    public static let script = KeyTable(
        "script.yaml", "Replies of the crew's own offline model; the first rule that fits answers.",
        [
            Key(
                "tokens_per_second", .number(0...1e9), default: "0, which is at once",
                "How fast words are streamed."),
            Key("rules", .list(.block(.scriptRule)), "The replies, in order.", need: .always),
        ])

    static let scriptRule = KeyTable(
        "rule", "One reply and when it is given.",
        [
            Key("agent", .text, default: "any", "Only for this agent."),
            Key(
                "user_matches", .text, default: "anything",
                "Regular expression searched in the last user text."),
            Key(
                "after_tool", .text,
                "Only when the newest message is a result of this tool; `*` means any. Without it "
                    + "a rule never answers a tool result."),
            Key(
                "tool_result_matches", .text, default: "anything",
                "Regular expression searched in the newest tool results."),
            Key("reply", .textOrBlock(.scriptReply), "What is answered.", need: .always),
        ])

    static let scriptReply = KeyTable(
        "reply", "What a rule answers; `{{user}}`, `{{0}}`, `{{tool_output}}` are replaced.",
        [
            Key("text", .text, "The words."),
            Key("reasoning", .text, "What is thought before."),
            Key("tool_calls", .list(.block(.scriptToolCall)), "The tools that are called."),
            Key("tokens_per_second", .number(0...1e9), default: "the script's", "Its own speed."),
            Key("error", .block(.scriptError), "The call fails like this instead."),
            Key("usage", .block(.scriptUsage), default: "counted", "Tokens that it reports."),
        ])

    static let scriptToolCall = KeyTable(
        "tool call", "A call that a scripted reply makes.",
        [
            Key("name", .text, "The tool.", need: .always),
            Key("arguments", .json, default: "none", "Its arguments: a block."),
        ])

    static let scriptError = KeyTable(
        "error", "A model failure that is played.",
        [
            Key("kind", .word(failureKinds), "What fails.", need: .always),
            Key("message", .text, default: "a scripted failure", "What is said of it."),
        ])

    static let scriptUsage = KeyTable(
        "usage", "Tokens that a scripted reply reports.",
        [
            Key("input_tokens", .integer(0...1_000_000_000), "Tokens of the prompt."),
            Key("output_tokens", .integer(0...1_000_000_000), "Tokens of the reply."),
        ])

    private static let failureKinds = [
        "unreachable", "timeout", "rate_limited", "overloaded", "server_error", "stream_cut",
        "rejected_key", "rejected_request", "not_found", "quota_exhausted", "context_overflow",
        "content_filtered", "answered_nonsense", "unavailable",
    ]
}
