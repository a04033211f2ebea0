extension KeyTable {
    /// `tools` in `crew.yaml`.
    public static let tools = KeyTable(
        "tools", "Tools that the crew declares itself, by name.",
        [
            Key(
                "ExecuteCommand", .block(.executeCommand),
                "What the built-in tool of that name may start.")
        ],
        others: Others(keyName: "tool name", type: .block(.tool)))

    static let executeCommand = KeyTable(
        "tools.ExecuteCommand", "The built-in tool that starts a program a model names.",
        [
            Key(
                "allow", .list(.text), default: "none", "The programs that it may start.",
                need: .always),
            approval(),
        ])

    static let tool = KeyTable(
        "tool", "A tool: one of `command`, `http`, `agent` and `crew` says what a call does.",
        [
            Key("description", .text, "What it does; a model chooses by it."),
            Key(
                "command", .list(.text),
                "Starts a program without a shell: the program and its arguments. "
                    + "`{{parameter}}` is replaced inside one argument, `{{idempotency_key}}` by a "
                    + "text that is the same for every attempt at a call."),
            Key("http", .block(.httpRequest), "Makes an HTTP request."),
            Key(
                "agent", .text, "Lets that agent of the crew work by itself, and takes its answer."),
            Key(
                "crew", .text,
                "Lets another crew work, whose folder this is, relative to the crew's folder.",
                readsEnvironment: true),
            Key(
                "parameters", .json, default: "none",
                "JSON Schema of the parameters: an object with `properties` and `required`."),
            Key(
                "effect", .word(["read", "write", "irreversible"]), default: "write",
                "What it does to the world, which decides whether a call may be made again."),
            approval(),
            Key(
                "timeout_seconds", .seconds,
                default: "`settings.tool_execution_timeout_seconds`; "
                    + "for `agent` and `crew` the time for a run",
                "Time for one attempt at a call."),
            Key(
                "max_output_bytes", .integer(1...16_777_216), default: "1048576",
                "Bytes of output that are kept."),
            Key(
                "sequential", .flag, default: "false",
                "Whether a call of it runs with no other call of the same reply beside it."),
        ] + policies + program)

    static let httpRequest = KeyTable(
        "tool.http", "An HTTP request; `{{parameter}}` is replaced in its texts.",
        [
            Key(
                "method", .word(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]),
                default: "GET", "What to do with the address."),
            Key(
                "url", .text,
                "The address. Parameters may stand behind the host, where they are "
                    + "percent-encoded; `${NAME}` is replaced.", need: .always,
                readsEnvironment: true),
            Key(
                "query", texts("query", "Members of the URL's query by name.", "member"),
                "Added to the address; one whose parameter was not given is left out.",
                readsEnvironment: true),
            headers,
            Key(
                "body", .json,
                "Sent as JSON; a text that is one `{{parameter}}` alone takes its value and type."),
            Key(
                "answer", .text, default: "the whole body",
                "Where the answer is in the response's JSON, such as `data.items[0].name`."),
            Key(
                "allowed_hosts", .list(.text), default: "the one of `url`",
                "Hosts that may be asked, redirects included."),
            Key(
                "allow_private_addresses", .flag, default: "false",
                "Whether hosts in private networks, or this machine, may be asked."),
            Key(
                "max_response_bytes", .integer(1...67_108_864), default: "1048576",
                "The largest response that is read."),
            Key(
                "max_redirects", .integer(0...20), default: "3",
                "Redirects that are followed."),
            Key(
                "idempotency_header", .text, default: "Idempotency-Key",
                "The header that carries the key of the call; empty sends none."),
        ])

    /// What only a program of this machine has.
    static let program = [
        Key(
            "working_directory", .text, default: "a temporary folder of its own",
            "Folder in which the program starts, relative to the crew's folder.",
            readsEnvironment: true),
        Key(
            "environment",
            texts("environment", "Environment variables by name.", "variable"),
            "Variables that the program gets besides `PATH`, `HOME`, `LANG` and "
                + "`CREW_IDEMPOTENCY_KEY`; `${NAME}` is replaced.", readsEnvironment: true),
        Key("limits", .block(.limits), "What the program may take of the machine."),
        Key(
            "sandbox", .word(["none", "bubblewrap"]), default: "none",
            "`bubblewrap` runs it without a network, on a read-only system, with a private `/tmp`."
        ),
    ]

    static let headers = Key(
        "headers", texts("headers", "Headers by name.", "header"),
        "Sent with each request; `${NAME}` is replaced.", readsEnvironment: true)

    static func texts(_ name: String, _ summary: String, _ keyName: String) -> ValueType {
        .block(KeyTable(name, summary, others: Others(keyName: keyName, type: .text)))
    }
}
