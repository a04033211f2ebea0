extension KeyTable {
    /// `mcp_servers` in `crew.yaml`.
    static let mcpServers = KeyTable(
        "mcp_servers",
        "Servers of the Model Context Protocol by name. An agent lists a tool as "
            + "`server__tool`, or all of them as `server__*`.",
        others: Others(keyName: "server name", type: .block(.mcpServer)))

    static let mcpServer = KeyTable(
        "mcp server", "A server: one of `command` and `url` says how it is reached.",
        [
            Key(
                "command", .list(.text),
                "The program and its arguments, spoken to over its standard input and output."),
            Key(
                "url", .text, "The address of a server that speaks Streamable HTTP.",
                readsEnvironment: true),
            headers,
            Key(
                "allow", .list(.text), default: "all",
                "Tools that are offered, by the server's names."),
            Key("deny", .list(.text), default: "none", "Tools that are never offered."),
            Key(
                "connect_timeout_seconds", .seconds, default: "20",
                "Time for connecting, and for one request other than a tool call."),
            Key(
                "call_timeout_seconds", .seconds,
                default: "`settings.tool_execution_timeout_seconds`", "Time for one tool call."),
            Key(
                "required", .flag, default: "false",
                "Whether the crew refuses to start without the server."),
            Key(
                "effects",
                .block(
                    KeyTable(
                        "effects", "What the server's tools do to the world.",
                        others: Others(
                            keyName: "tool", type: .word(["read", "write", "irreversible"])))),
                default: "`write`, or `irreversible` for what the server calls destructive",
                "The effect of its tools, by the server's names."),
            approval(),
        ] + policies + program)

    static let toolWorkers = KeyTable(
        "settings.tool_workers", "How many workers run Swift tools, and how long each is used.",
        [
            Key(
                "least", .integer(0...1_000), default: "1",
                "Workers that are kept ready, however long nothing was called."),
            Key(
                "most", .integer(1...1_000), default: "16",
                "Workers at the same time; further calls wait."),
            Key(
                "idle_seconds", .seconds, default: "60",
                "How long a worker above `least` is kept that has nothing to do."),
            Key(
                "calls_per_worker", .integer(1...1_000_000_000), default: "10000",
                "Calls after which a worker is replaced."),
            Key(
                "resident_mb", .integer(1...1_048_576), default: "256",
                "Resident megabytes above which a worker is replaced after its call."),
            Key(
                "patience_seconds", .seconds, default: "30",
                "How long a call waits for a worker before it fails."),
        ])
}
