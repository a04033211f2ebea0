extension KeyTable {
    /// `tools` in `crew.yaml`.
    public static let tools = KeyTable(
        "tools", "Tools that start programs, by name.",
        [
            Key(
                "ExecuteCommand", .block(.executeCommand),
                "What the built-in tool of that name may start.")
        ],
        others: Others(keyName: "tool name", type: .block(.commandTool)))

    static let executeCommand = KeyTable(
        "tools.ExecuteCommand", "The built-in tool that starts a program a model names.",
        [
            Key(
                "allow", .list(.text), default: "none", "The programs that it may start.",
                need: .always),
            approval,
        ])

    private static let approval = Key(
        "approval", .word(["never", "always", "irreversible"]), default: "never",
        "Whether a person has to allow each call before it is made.")

    static let commandTool = KeyTable(
        "command tool", "A tool that starts one program, without a shell.",
        [
            Key("description", .text, "What it does; a model chooses by it."),
            Key(
                "command", .list(.text),
                "The program and its arguments; `{{parameter}}` is replaced inside one argument, "
                    + "`{{idempotency_key}}` by a text that is the same for every attempt at a call.",
                need: .always),
            Key(
                "parameters", .json, default: "none",
                "JSON Schema of the parameters: an object with `properties` and `required`."),
            Key(
                "timeout_seconds", .seconds, default: "`settings.tool_execution_timeout_seconds`",
                "Time for one call."),
            Key(
                "effect", .word(["read", "write", "irreversible"]), default: "write",
                "What it does to the world, which decides whether a call may be made again."),
            approval,
            Key(
                "max_output_bytes", .integer(1...16_777_216), default: "65536",
                "Bytes of output that are kept."),
            Key(
                "working_directory", .text, default: "that of the process",
                "Folder in which the program starts, relative to the crew's folder.",
                readsEnvironment: true),
            Key(
                "environment",
                .block(
                    KeyTable(
                        "environment", "Environment variables by name.",
                        others: Others(keyName: "variable", type: .text))),
                "Variables that the program gets besides `PATH`, `HOME`, `LANG` and "
                    + "`CREW_IDEMPOTENCY_KEY`; `${NAME}` is replaced.", readsEnvironment: true),
        ])
}
