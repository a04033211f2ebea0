extension KeyTable {
    /// One entry of `routing.parallel_groups`.
    static let group = KeyTable(
        "group", "One entry of `routing.parallel_groups`.",
        [
            Key(
                "agents", .list(.text), "The members, in the order in which results are joined."),
            Key(
                "join", .wordOrBlock(["all", "first"], .join), default: "all",
                "When there are enough results: all members have ended, one has succeeded, or what "
                    + "the block says.", example: "join: {quorum: 2, cancel_siblings: true}"),
            Key(
                "aggregate",
                .wordOrBlock(["text", "json", "table", "dedupe", "vote"], .aggregate),
                default: "text",
                "What is made of the results: texts under their agents' names, a JSON array, a "
                    + "Markdown table, equal texts once, the text that most members gave, or what "
                    + "an agent makes of them.", example: "aggregate: {agent: editor}"),
            Key(
                "wait_for_all", .flag, default: "true",
                "Older form of `join`: `false` is `join: first`.",
                newer: Newer("join", words: ("all", "first"))),
            Key(
                "timeout_seconds", .seconds, default: "`settings.parallel_timeout_seconds`",
                "Each member's own deadline."),
            Key("next_agent", .text, "Who reads the joined results; without it the run ends."),
            Key("description", .text, "For people."),
        ])

    static let join = KeyTable(
        "join",
        "When a group has enough results: exactly one of the first four keys. What members have "
            + "finished by then is kept.",
        [
            Key("policy", .word(["all", "first"]), "As the word alone."),
            Key("quorum", .integer(1...1_000), "So many members have succeeded."),
            Key(
                "first_valid", .block(.firstValid),
                "One member has succeeded with a text that passes a test."),
            Key(
                "best_effort", .block(.bestEffort),
                "All members have ended, or the time is over."),
            Key(
                "cancel_siblings", .flag, default: "true",
                "Whether enough results cancel the members that are still at work; otherwise the "
                    + "group waits for them."),
        ])

    static let firstValid = KeyTable(
        "first_valid", "Exactly one test of a member's text.",
        [
            Key("pattern", .text, "This regular expression is found in it."),
            Key("schema", .json, "It is a JSON object of this JSON Schema."),
        ])

    static let bestEffort = KeyTable(
        "best_effort", "Takes what there is when the time is over.",
        [
            Key(
                "min", .integer(1...1_000), default: "1",
                "Fewer members that have succeeded fail the group."),
            Key("deadline_seconds", .seconds, "The time, from the group's start.", need: .always),
        ])

    static let aggregate = KeyTable(
        "aggregate", "Lets an agent make one text of the results.",
        [Key("agent", .text, "The agent that reads them.", need: .always)])

    /// `sub_crews` in `crew.yaml`.
    static let subCrews = KeyTable(
        "sub_crews", "Other crews that work for this one, by name.",
        others: Others(keyName: "crew name", type: .block(.subCrew)))

    static let subCrew = KeyTable(
        "sub crew",
        "A crew that works in a run of its own. Signals of `type: sub_crew` lead to it, and agents "
            + "may list its name among their tools.",
        [
            Key(
                "path", older: ["config_path"], .text,
                "The crew's folder, relative to this crew's.", need: .always,
                readsEnvironment: true),
            Key("description", .text, "What it does; a model chooses by it."),
            Key(
                "parameters", .json, default: "one text, `input`",
                "JSON Schema of what it is asked with as a tool."),
            Key(
                "effect", .word(["read", "write", "irreversible"]), default: "write",
                "What it does to the world, which decides whether a call may be made again."),
            approval(),
            Key(
                "timeout_seconds", .seconds, default: "the time for a run",
                "Time for one run of it."),
        ])
}
