extension KeyTable {
    /// Which calls a person has to allow.
    static func approval(
        _ name: String = "approval", default text: String = "`settings.tool_approval`",
        _ documentation: String = "Which calls a person has to allow before they are made."
    ) -> Key {
        Key(
            name, .wordOrBlock(["never", "always", "irreversible"], .approvalRules),
            default: text, documentation,
            example: "\(name): {when: [{argument: amount, above: 100}]}")
    }

    static let approvalRules = KeyTable(
        "approval", "Conditions on a call's arguments.",
        [
            Key(
                "when", .list(.block(.approvalRule)),
                "A call that fulfils one of them waits for a person.", need: .always)
        ])

    static let approvalRule = KeyTable(
        "approval rule",
        "One condition: an argument and exactly one test. An argument that was not given fulfils "
            + "none; one that cannot be compared fulfils it.",
        [
            Key(
                "argument", .text, "The parameter, or a path of names such as `order.total`.",
                need: .always),
            Key("equals", .json, "It is this value."),
            Key("one_of", .list(.json), "It is one of these values."),
            Key("none_of", .list(.json), "It is none of these values."),
            Key("matches", .text, "This regular expression is found in its text."),
            Key("above", .number(nil), "It is greater than this number."),
            Key("below", .number(nil), "It is less than this number."),
            Key("present", .flag, "`true`: it was given at all."),
        ])

    /// What is done around a tool's calls.
    static let policies = [
        Key("retry", .block(.retry), "How often a failed call is made again."),
        Key(
            "cache", .block(.cache),
            "How long a result is given again for the same arguments; only with `effect: read`."),
        Key("circuit_breaker", .block(.breaker), "When a failing tool is left alone for a while."),
        Key("rate_limit", .block(.rate), "How many calls may begin within a time."),
    ]

    static let retry = KeyTable(
        "retry",
        "Only failures that may pass are tried again, and only where a repetition cannot do "
            + "something twice.",
        [
            Key(
                "attempts", .integer(1...20), "Attempts at one call, the first one included.",
                need: .always),
            Key(
                "first_delay_seconds", .seconds, default: "0.5",
                "Wait before the second attempt; doubled before each further one."),
            Key("max_delay_seconds", .seconds, default: "10", "The longest wait."),
        ])

    static let cache = KeyTable(
        "cache", "Results of earlier calls, over all runs of the process.",
        [
            Key("seconds", .seconds, "How long a result is kept.", need: .always),
            Key(
                "entries", .integer(1...1_000_000), default: "1000", "Results that are kept."),
            Key(
                "bytes", .integer(1...1_073_741_824), default: "16777216",
                "Bytes of results that are kept."),
        ])

    static let breaker = KeyTable(
        "circuit_breaker", "After several failures in a row, calls fail at once for a while.",
        [
            Key("failures", .integer(1...1_000), "Failures in a row.", need: .always),
            Key(
                "pause_seconds", .seconds, default: "30",
                "How long; then one call is let through to try."),
        ])

    static let rate = KeyTable(
        "rate_limit", "How many calls may begin within a time, over all runs of the process.",
        [
            Key("calls", .integer(1...1_000_000), "Calls that may begin.", need: .always),
            Key("per_seconds", .seconds, default: "60", "Within this time."),
        ])

    static let limits = KeyTable(
        "limits", "What a program may take of the machine.",
        [
            Key(
                "memory_mb", .integer(0...16_777_216), default: "2048",
                "Megabytes of private memory of each of its processes; 0 sets no bound."),
            Key(
                "cpu_seconds", .integer(1...86_400), default: "no bound",
                "Processor time, in whole seconds."),
            Key(
                "open_files", .integer(8...1_048_576), default: "that of the process",
                "Files and connections open at the same time."),
        ])
}
