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
                "mcp_servers", .block(.mcpServers),
                "Servers of the Model Context Protocol whose tools the agents may use."),
            Key(
                "script", .block(.script),
                "Replies of the crew's offline model; usually in `script.yaml` instead."),
            Key("tasks", .anything, "The original reads and ignores it.", effect: .never),
        ])

    /// `routing` in `crew.yaml`.
    public static let routing = KeyTable(
        "routing", "The ways between agents.",
        [
            Key(
                "signals",
                .block(
                    KeyTable(
                        "routing.signals", "What each agent may say to pass the work on.",
                        others: Others(keyName: "agent id", type: .list(.block(.signal))))),
                "Per agent, its signals and where they lead."),
            Key(
                "defaults",
                .block(
                    KeyTable(
                        "routing.defaults", "Where a turn without a signal goes.",
                        others: Others(keyName: "agent id", type: .text))),
                "Per agent, who goes on when it gave no signal; `null` ends the run."),
            Key(
                "agent_behaviors",
                .block(
                    KeyTable(
                        "routing.agent_behaviors", "What agents do besides following signals.",
                        others: Others(keyName: "agent id", type: .block(.behavior)))),
                "Per agent, waiting, ending and automatic routing."),
            Key(
                "parallel_groups",
                .block(
                    KeyTable(
                        "routing.parallel_groups", "Agents that work at the same time.",
                        others: Others(keyName: "group name", type: .block(.group)))),
                "Per group, its members and who reads their results."),
        ])

    static let signal = KeyTable(
        "signal", "One entry of `routing.signals`.",
        [
            Key("signal", .text, "The signal in brackets, such as `[END_EXAM]`.", need: .always),
            Key(
                "target", .text, "An agent or a group; nothing ends the run."),
            Key("description", .text, "What it means, for people."),
            Key(
                "behavior", .word(["route", "pause", "terminate"]), default: "route",
                "`pause` waits for a person, `terminate` ends the run, whatever the target."),
            Key(
                "priority", .integer(nil), default: "50, or the built-in signal's",
                "Decides under `signal_choice: priority`; the higher one wins."),
            Key("max_occurs", .integer(nil), "How often one run follows the signal."),
            Key(
                "parallel_targets", .anything, "Not understood.",
                effect: .instead("name a group of routing.parallel_groups as the target")),
            Key(
                "parallel_execution", .anything, "Not understood.",
                effect: .instead("name a group of routing.parallel_groups as the target")),
        ])

    static let behavior = KeyTable(
        "behavior", "One entry of `routing.agent_behaviors`.",
        [
            Key(
                "wait_for_signal", .flag, default: "false",
                "A turn without a signal pauses the run for a person."),
            Key(
                "auto_route", .flag, default: "true",
                "`false` keeps a turn without a signal from going to a default or handoff target."),
            Key("is_terminal", .flag, default: "the agent's own", "The agent's turn ends the run."),
            Key("description", .text, "For people."),
        ])

    static let group = KeyTable(
        "group", "One entry of `routing.parallel_groups`.",
        [
            Key(
                "agents", .list(.text), "The members, in the order in which results are joined."),
            Key(
                "wait_for_all", .flag, default: "true",
                "`false` takes the first member that succeeds and cancels the others."),
            Key(
                "timeout_seconds", .seconds, default: "`settings.parallel_timeout_seconds`",
                "Each member's own deadline."),
            Key("next_agent", .text, "Who reads the joined results; without it the run ends."),
            Key("description", .text, "For people."),
        ])
}
