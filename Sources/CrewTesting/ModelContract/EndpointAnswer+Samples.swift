import CrewKit

/// The replies that the contract's scenes play; whole ones, so that other clients can be tried too.
extension EndpointAnswer {
    /// Every whole reply of the contract by its name.
    public static let samples: [(name: String, answer: EndpointAnswer)] = [
        ("plain-text", plainText), ("many-scripts", manyScripts), ("reasoning", reasoning),
        ("one-call", oneCall), ("two-calls", twoCalls), ("arguments-in-pieces", argumentsInPieces),
        ("empty-arguments", emptyArguments), ("thoughtful-call", thoughtfulCall),
        ("full-usage", fullUsage), ("length", length), ("refusal", refusal),
        ("filtered", filtered), ("structured", structured),
    ]

    static let plainText = reply(
        [.text("The "), .text("answer"), .text(" is\n\n"), .text("\"42\" \\ {}.")], finish: .stop,
        usage: Usage(inputTokens: 12, outputTokens: 7))

    /// Characters of one to four bytes, joined ones, and a line end of another kind.
    static let manyScripts = reply(
        [
            .text("Xin chào"), .text(" — 你好 "), .text("👩‍🚒"), .text("e\u{301}\u{2028}"),
            .text("\u{7}"),
        ],
        finish: .stop, usage: Usage(inputTokens: 12, outputTokens: 20))

    static let reasoning = reply(
        [.reasoning("Let me "), .reasoning("think."), .text("Four"), .text(".")], finish: .stop,
        usage: Usage(inputTokens: 12, outputTokens: 9))

    static let oneCall = reply(
        [
            .text("I look."), .call(0, id: "call_1", name: "look_up"),
            .arguments(0, #"{"word":"Ổ cứng","deep":true}"#),
        ], finish: .toolCalls, usage: Usage(inputTokens: 40, outputTokens: 15))

    static let twoCalls = reply(
        [
            .call(0, id: "call_1", name: "look_up"), .arguments(0, #"{"word":"a"}"#),
            .call(1, id: "call_2", name: "look_up"), .arguments(1, #"{"word":"b"}"#),
        ], finish: .toolCalls, usage: Usage(inputTokens: 40, outputTokens: 25))

    static let argumentsInPieces = reply(
        [
            .call(0, id: "call_1", name: "look_up"), .arguments(0, #"{"wo"#),
            .arguments(0, #"rd":"\"qu"#), .arguments(0, #"oted\"","n":[1,2"#),
            .arguments(0, "]"), .arguments(0, "}"),
        ], finish: .toolCalls, usage: Usage(inputTokens: 40, outputTokens: 25))

    static let emptyArguments = reply(
        [.call(0, id: "call_1", name: "now")], finish: .toolCalls,
        usage: Usage(inputTokens: 40, outputTokens: 6))

    static let thoughtfulCall = reply(
        [
            .reasoning("The word is "), .reasoning("not known to me."),
            .call(0, id: "call_1", name: "look_up"), .arguments(0, #"{"word":"a"}"#),
        ], finish: .toolCalls, usage: Usage(inputTokens: 40, outputTokens: 30))

    static let fullUsage = reply(
        [.reasoning("Hm."), .text("Yes.")], finish: .stop,
        usage: Usage(
            inputTokens: 1000, outputTokens: 50, cachedInputTokens: 600, cacheWriteTokens: 100,
            reasoningTokens: 30))

    static let length = reply(
        [.text("Once upon a")], finish: .length, usage: Usage(inputTokens: 12, outputTokens: 4))

    static let refusal = reply(
        [.refusal("I cannot "), .refusal("help with that.")], finish: .refusal,
        usage: Usage(inputTokens: 12, outputTokens: 8))

    static let filtered = reply(
        [.text("It begins")], finish: .contentFilter,
        usage: Usage(inputTokens: 12, outputTokens: 3))

    static let structured = reply(
        [.text(#"{"route":"#), .text(#" "next"}"#)], finish: .stop,
        usage: Usage(inputTokens: 60, outputTokens: 8))
}
