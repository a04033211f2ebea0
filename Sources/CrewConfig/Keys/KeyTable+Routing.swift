extension KeyTable {
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
                "type", older: ["behavior"],
                .word(["route", "terminate", "pause", "external", "sub_crew"]), default: "route",
                "`route` hands over to the target, `terminate` ends the run, `pause` waits for a "
                    + "person, `external` for an answer from outside, `sub_crew` lets another crew "
                    + "work and goes on with its answer."),
            Key(
                "target", .text,
                "An agent or a group, of `sub_crew` a crew that works as a tool, of `external` who "
                    + "is asked; nothing ends the run where the type is `route`."),
            Key(
                "input_template", .text, default: "the conversation as it is",
                "What the target reads in place of the last words; `{{input}}` is what the person "
                    + "said last, `{{reply}}` the agent's reply without its signal, `{{agent}}` its "
                    + "name.",
                example: "input_template: \"Customer said: {{input}}\""),
            Key(
                "return_to", .text, default: "the agent that asked",
                "Who goes on with the answer of a person, an outside party or a crew."),
            Key(
                "when", .block(.trigger),
                "Also follows a reply that holds no signal and passes this test.",
                example: "when: {any: [{keyword: refund}, {pattern: \"money back\"}]}"),
            Key("description", .text, "What it means, for people."),
            Key(
                "priority", .integer(nil), default: "50, or the built-in signal's",
                "Decides under `signal_choice: priority`; the higher one wins."),
            Key("max_occurs", .integer(1...mostUnits), "How often one run follows the signal."),
            Key(
                "parallel_targets", .anything, "Not understood.",
                effect: .instead("name a group of routing.parallel_groups as the target")),
            Key(
                "parallel_execution", .anything, "Not understood.",
                effect: .instead("name a group of routing.parallel_groups as the target")),
        ])

    /// `when` of a signal; `any` and `all` hold further ones.
    static let trigger: KeyTable = KeyTable(
        "when", "Exactly one test of what the agent said.",
        [
            Key(
                "keyword", .text, "The text holds this word or phrase; case does not matter."),
            Key("pattern", .text, "This regular expression is found in the text."),
            Key(
                "prefix", .text,
                "The text begins with this; white space and case do not matter."),
            Key("any", .list(.again("when") { .trigger }), "At least one of these tests passes."),
            Key("all", .list(.again("when") { .trigger }), "Each of these tests passes."),
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
}
