extension KeyTable {
    /// `crew.yaml`.
    public static let crew = KeyTable(
        "crew.yaml", "The crew: who is in it, how the work moves, within which bounds.",
        [
            Key("version", .text, default: "1.0", "Version of the crew, for people."),
            Key("name", .text, default: "the folder's name", "Name of the crew."),
            Key("description", .text, "What the crew is for."),
            Key(
                "entry_point", .text, default: "the first agent",
                "The agent that receives the input."),
            Key(
                "agents", .list(.text), "Ids of the agents, each with a file in `agents/`.",
                need: .always),
            Key("settings", .block(.settings), "Bounds and modes."),
            Key("routing", .block(.routing), "The ways between agents."),
            Key("tools", .block(.tools), "Tools that the crew declares itself."),
            Key(
                "sub_crews", .block(.subCrews),
                "Other crews that work for this one, each also a tool of that name."),
            Key(
                "mcp_servers", .block(.mcpServers),
                "Servers of the Model Context Protocol whose tools the agents may use."),
            Key(
                "script", .block(.script),
                "Replies of the crew's offline model; usually in `script.yaml` instead."),
            Key("tasks", .anything, "The original reads and ignores it.", effect: .never),
        ])
}
