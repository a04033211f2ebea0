import CrewKit
import CrewProviders
import CrewTesting
import Testing

@Suite("Scripted language model")
struct ScriptedLanguageModelTests {
    static func rule(
        _ text: String, agent: AgentID? = nil, user: String? = nil, afterTool: String? = nil,
        result: String? = nil
    ) -> ScriptRule {
        ScriptRule(
            agent: agent, userPattern: user, afterTool: afterTool, toolResultPattern: result,
            reply: ScriptReply(text: text))
    }

    static func reply(
        _ rules: [ScriptRule], _ messages: [PromptMessage], agent: AgentID = "a",
        clock: any Clock<Duration> = InstantClock(), tokensPerSecond: Double = 0,
        pieces: OpenAIChatModelTests.Pieces = OpenAIChatModelTests.Pieces()
    ) async throws -> ModelReply {
        let script = ScriptDefinition(tokensPerSecond: tokensPerSecond, rules: rules)
        return try await ScriptedLanguageModel(script, clock: clock)
            .reply(to: ModelRequest(agent: agent, messages: messages)) { pieces.take($0) }
    }

    static let results: [PromptMessage] = [
        .user("why is it slow?"),
        .assistant(
            text: "",
            toolCalls: [ToolCall(id: "c1", name: "Ping"), ToolCall(id: "c2", name: "CPU")]),
        .tool(call: "c1", name: "Ping", output: "3 ms"),
        .tool(call: "c2", name: "CPU", output: "97 %"),
    ]

    @Test("The first rule that fits answers")
    func firstRule() async throws {
        let rules = [
            Self.rule("other", agent: "b"), Self.rule("disk", user: "DISK|ổ cứng"),
            Self.rule("rest", agent: "a"), Self.rule("never"),
        ]
        #expect(try await Self.reply(rules, [.user("Ổ CỨNG đầy")]).text == "disk")
        #expect(try await Self.reply(rules, [.user("hello")]).text == "rest")
        #expect(try await Self.reply(rules, [.user("my disk")], agent: "b").text == "other")
    }

    @Test("Letters match however their accents were typed")
    func normalisation() async throws {
        let composed = "m\u{00E1}y"
        let decomposed = "ma\u{0301}y"
        #expect(
            try await Self.reply([Self.rule("x", user: composed)], [.user(decomposed)]).text == "x")
        #expect(
            try await Self.reply([Self.rule("x", user: decomposed)], [.user(composed)]).text == "x")
    }

    @Test("What other agents said is not the user's text")
    func context() async throws {
        let messages: [PromptMessage] = [
            .user("disk full"), .user("[Context from My]\nnetwork down"),
            .user("[Context] It is your turn again."),
        ]
        let rules = [Self.rule("network", user: "network"), Self.rule("{{user}}", user: "^disk")]
        #expect(try await Self.reply(rules, messages).text == "disk full")
    }

    @Test("A rule answers a tool's result only when it says so, by the newest result")
    func afterTool() async throws {
        let rules = [
            Self.rule("no"), Self.rule("ping", afterTool: "Ping"),
            Self.rule("cool", afterTool: "CPU", result: "^cool"),
            Self.rule(
                "{{tool.0}} hot: {{tool_output}} ({{user}})", afterTool: "CPU", result: #"(\d+) %"#),
        ]
        #expect(
            try await Self.reply(rules, Self.results).text
                == "97 % hot: 3 ms\n97 % (why is it slow?)")
        #expect(
            try await Self.reply([Self.rule("any", afterTool: "*")], Self.results).text == "any")
        #expect(try await Self.reply(rules, [.user("x")]).text == "no")
    }

    @Test("Results that were given as text match like native ones")
    func resultsAsText() async throws {
        let block = """

            [📊 TOOL EXECUTION RESULTS]

            Ping:
              Status: success
              Output: 3 ms
            Note:
            done

            CPU:
              Status: error
              Output: none

            [END RESULTS]
            """
        let messages: [PromptMessage] = [
            .user("slow"), .assistant(text: "CPU()", toolCalls: []), .user(block),
        ]
        let rules = [
            Self.rule("no"), Self.rule("wrong", afterTool: "Ping"),
            Self.rule("{{user}}: {{tool_output}}", afterTool: "CPU"),
        ]
        #expect(try await Self.reply(rules, messages).text == "slow: 3 ms\nNote:\ndone\nnone")
    }

    @Test("Templates are filled once, in arguments too, and missing groups are empty")
    func templates() async throws {
        var rule = Self.rule(
            "{{0}}|{{1}}|{{2}}|{{9}}|{{ user }}|{{what}}|{{", user: #"ping (\S+)( x)?"#)
        rule.reply.toolCalls = [
            ScriptToolCall(name: "Ping", arguments: ["host": "{{1}}", "n": [1, "{{0}}"]])
        ]
        let reply = try await Self.reply([rule], [.user("ping {{0}} now")])
        #expect(reply.text == "ping {{0}}|{{0}}|||ping {{0}} now|{{what}}|{{")
        #expect(reply.toolCalls.first?.arguments == ["host": "{{0}}", "n": [1, "ping {{0}}"]])
        #expect(reply.finish == .toolCalls)
    }

    @Test("Tool calls get ids that no other call of the conversation has")
    func callIDs() async throws {
        var rule = ScriptRule(reply: ScriptReply())
        rule.reply.toolCalls = [ScriptToolCall(name: "f"), ScriptToolCall(name: "f")]
        let first = try await Self.reply([rule], [.user("x")]).toolCalls
        rule.afterTool = "*"
        let second = try await Self.reply([rule], Self.results).toolCalls
        #expect(Set((first + second).map(\.id)).count == 4)
        #expect(first.allSatisfy { $0.origin == .native })
    }

    @Test("Words are paced by the clock, reasoning first")
    func pace() async throws {
        let clock = InstantClock()
        let pieces = OpenAIChatModelTests.Pieces()
        var rule = Self.rule("one  two\nthree")
        rule.reply.reasoning = "hm hm"
        let reply = try await Self.reply(
            [rule], [.user("x")], clock: clock, tokensPerSecond: 4, pieces: pieces)
        #expect(reply.text == "one  two\nthree")
        #expect(reply.reasoning == "hm hm")
        #expect(
            pieces.all == [
                .reasoning("hm "), .reasoning("hm"), .text("one  "), .text("two\n"), .text("three"),
            ])
        #expect(clock.sleeps == Array(repeating: .milliseconds(250), count: 4))
    }

    @Test("A fast script streams several words at once, a speed of 0 all of them")
    func fast() async throws {
        let clock = InstantClock()
        let pieces = OpenAIChatModelTests.Pieces()
        var rule = Self.rule("a b c d e")
        _ = try await Self.reply(
            [rule], [.user("x")], clock: clock, tokensPerSecond: 100, pieces: pieces)
        #expect(pieces.all == [.text("a b "), .text("c d "), .text("e")])
        #expect(clock.sleeps == Array(repeating: .milliseconds(20), count: 2))
        rule.reply.tokensPerSecond = 0
        let atOnce = OpenAIChatModelTests.Pieces()
        _ = try await Self.reply(
            [rule], [.user("x")], clock: clock, tokensPerSecond: 1, pieces: atOnce)
        #expect(atOnce.all == [.text("a b c d e")])
    }

    @Test("Cancelling ends a reply between two words")
    func cancel() async throws {
        let clock = ManualClock()
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    _ = try await Self.reply(
                        [Self.rule("a b")], [.user("x")], clock: clock, tokensPerSecond: 1)
                    return false
                } catch { return error is CancellationError }
            }
            await clock.waitForSleepers(of: .seconds(1))
            group.cancelAll()
            #expect(await group.next() == true)
        }
    }

    @Test("A failure is played with its code, and usage is reported only when written")
    func failureAndUsage() async throws {
        var rule = Self.rule("")
        rule.reply.failure = ScriptFailure(kind: "rate_limited", message: "slow {{user}}")
        let error = await #expect(throws: CrewError.self) {
            try await Self.reply([rule], [.user("x")])
        }
        #expect(error?.code == .modelRateLimited)
        #expect(error?.message == "slow x")
        rule.reply.failure = nil
        #expect(try await Self.reply([rule], [.user("x")]).usage == nil)
        rule.reply.usage = Usage(inputTokens: 1)
        #expect(try await Self.reply([rule], [.user("x")]).usage == Usage(inputTokens: 1))
    }

    @Test("Without a rule that fits the error says what to write, and not what was asked")
    func noRule() async throws {
        for messages in [[.user("secret")], Self.results] {
            let error = await #expect(throws: CrewError.self) {
                try await Self.reply([Self.rule("x", agent: "b")], messages)
            }
            #expect(error?.code == .modelUnavailable)
            #expect(error?.message.contains("agent: a") == true)
            #expect(error?.message.contains("secret") == false)
        }
    }

    @Test("A bad pattern or error kind is refused with the number of its rule")
    func badRules() {
        var failing = Self.rule("")
        failing.reply.failure = ScriptFailure(kind: "rate_limitd", message: "")
        for bad in [Self.rule("", user: "("), Self.rule("", afterTool: "*", result: "["), failing] {
            let error = #expect(throws: CrewError.self) {
                try ScriptedLanguageModel(ScriptDefinition(rules: [Self.rule(""), bad]))
            }
            #expect(error?.code == .invalidDefinition)
            #expect(error?.message.contains("Rule 2") == true)
        }
    }

    @Test("Its name says what it is")
    func name() throws {
        #expect(try ScriptedLanguageModel(ScriptDefinition(rules: [])).name.hasPrefix("scripted"))
    }
}
