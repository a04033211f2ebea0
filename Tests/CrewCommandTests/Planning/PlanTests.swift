import CrewKit
import Foundation
import Testing

@testable import crew

@Suite("Planning a run")
struct PlanTests {
    /// A crew whose agents are named by letters, with this routing.
    private static func crew(
        _ agents: String, _ routing: String, more: String = ""
    ) throws -> String {
        let folder = try Product.temporaryFolder()
        try FileManager.default.createDirectory(
            at: folder.appending(path: "agents"), withIntermediateDirectories: true)
        let list = agents.map(String.init)
        let crew = """
            version: "1.0"
            name: test
            entry_point: \(list[0])
            agents: [\(list.joined(separator: ", "))]
            \(more)
            routing:
            \(routing.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
            """
        try Data(crew.utf8).write(to: folder.appending(path: "crew.yaml"))
        for agent in list {
            let text =
                "id: \(agent)\nname: \(agent)\nmax_tokens: 100\nprimary: {provider: scripted, model: m}\n"
            try Data(text.utf8).write(to: folder.appending(path: "agents/\(agent).yaml"))
        }
        return folder.path
    }

    /// The numbered lines of a plan with how each path ends.
    private static func paths(_ arguments: String...) async throws -> [String] {
        let ended = try await Product.run(list: ["plan"] + arguments)
        #expect(ended.code == 0, "\(ended.errors)")
        let lines = ended.output.split(separator: "\n").map(String.init)
        return lines.indices.filter {
            lines[$0].first?.isNumber == true && lines[$0].contains(". ") && lines[$0].contains("→")
        }
        .map { index in
            let way = lines[index].drop { $0 != " " }.dropFirst()
            let end = lines[index + 1].split(separator: "·")[0]
                .trimmingCharacters(in: .whitespaces)
            return "\(way) | \(end)"
        }
    }

    @Test("A crew that may go round for ever is planned as far as it is walked, which is said")
    func far() async throws {
        let folder = try Self.crew(
            "a", "signals: {a: [{signal: \"[A]\", target: a}]}",
            more: "settings: {max_handoffs: 100000, max_rounds: 1000000, timeout_seconds: 0.5}")
        let ended = try await Product.run(list: ["plan", folder, "hi"])
        #expect(ended.code == 0, "\(ended.errors)")
        #expect(ended.output.contains("no path is walked further than 50 handoffs"))
        #expect(!ended.output.contains("timeout_seconds"))
    }

    @Test("Every signal, and none, is a path with its end")
    func signals() async throws {
        let folder = try Self.crew(
            "abc",
            """
            signals:
              a:
                - {signal: "[B]", target: b}
                - {signal: "[BYE]", target: null}
              b: [{signal: "[C]", target: c}]
            agent_behaviors:
              c: {wait_for_signal: true}
            """)
        let paths = try await Self.paths(folder, "hi")
        #expect(
            paths == [
                "a –[B]→ b –[C]→ c –no signal→ a person | waits for an answer, with which c goes on",
                "a –[B]→ b –no signal→ the end | completed",
                "a –[BYE]→ the end | terminated by [BYE]",
                "a –no signal→ the end | completed",
            ])
        #expect(try await Self.paths(folder, "hi") == paths)
    }

    @Test("Each way in a circle is followed once, to its limit")
    func circles() async throws {
        let folder = try Self.crew(
            "ab",
            """
            signals:
              a: [{signal: "[B]", target: b}]
            defaults: {b: a}
            """)
        #expect(
            try await Self.paths(folder, "hi") == [
                "a –[B]→ b –default→ a –no signal→ the end | completed",
                "a [–[B]→ b –default→ a] ×2 –[B]→ b | limit_reached: max_handoffs",
                "a –no signal→ the end | completed",
            ])
    }

    @Test("Groups are one step with their members, and their editor and next agent follow")
    func groups() async throws {
        let folder = try Self.crew(
            "abcde",
            """
            signals:
              a: [{signal: "[ALL]", target: g}]
              b: [{signal: "[A]", target: a}]
            parallel_groups:
              g: {agents: [b, c], join: {first_valid: {pattern: "\\\\d+"}}, aggregate: {agent: d}, next_agent: e}
            """)
        #expect(
            try await Self.paths(folder, "hi") == [
                "a –[ALL]→ group g (b, c) –aggregates→ d –joined→ e –no signal→ the end | completed",
                "a –no signal→ the end | completed",
            ])
    }

    @Test("An answer is given where it leads to an agent that had no turn yet")
    func answers() async throws {
        let folder = try Self.crew(
            "ab",
            """
            signals:
              a:
                - {signal: "[CRM]", type: external, target: crm, return_to: b}
                - {signal: "[ASK]", type: pause}
            """)
        #expect(
            try await Self.paths(folder, "hi") == [
                "a –[CRM]→ outside: crm –answer→ b –no signal→ the end | completed",
                "a –[ASK]→ a person | waits for an answer, with which a goes on",
                "a –no signal→ the end | completed",
            ])
    }

    @Test("Built-in signals are tried when asked for")
    func builtIns() async throws {
        let folder = try Self.crew("a", "defaults: {a: null}")
        #expect(try await Self.paths(folder, "hi") == ["a –no signal→ the end | completed"])
        let all = try await Self.paths(folder, "hi", "--built-in-signals")
        #expect(all.count == 6)
        #expect(all.contains("a –[STOP], built in→ the end | terminated by [STOP]"))
    }

    @Test("Too many paths are cut, which is said, as are agents that none came to")
    func cut() async throws {
        let folder = try Self.crew(
            "abcz",
            """
            signals:
              a: [{signal: "[B]", target: b}, {signal: "[C]", target: c}]
            """)
        let cut = try await Product.run("plan", folder, "hi", "--max-paths", "1")
        #expect(cut.output.hasPrefix("plan of test: 1 path, and there are more (--max-paths)\n"))
        #expect(cut.output.contains("never visited on these paths: c, z"))
        let whole = try await Product.run("plan", folder, "hi")
        #expect(whole.output.contains("never visited: z\n"))
    }

    @Test("Replies by shape and by tools are explored like signals")
    func modes() async throws {
        for routing in ["schema", "tools"] {
            let folder = try Self.crew(
                "ab", "signals:\n  a: [{signal: \"[B]\", target: b}]\n")
            let file = URL(filePath: "\(folder)/agents/a.yaml")
            let text = try String(contentsOf: file, encoding: .utf8) + "routing: \(routing)\n"
            try Data(text.utf8).write(to: file)
            let paths = try await Self.paths(folder, "hi")
            #expect(paths.count == 2)
            #expect(paths.first?.hasSuffix("→ b –no signal→ the end | completed") == true)
        }
    }

    @Test("The JSON form says what the text does, with bounds of tokens and cost")
    func json() async throws {
        let folder = try Self.crew("a", "defaults: {a: null}")
        let ended = try await Product.run("plan", folder, "hi", "--json")
        let plan = try JSONValue(parsing: ended.output)
        #expect(plan["crew"]?.string == "test")
        let path = try #require(plan["paths"]?.array?.first)
        #expect(path["kind"]?.string == "ends")
        #expect(path["outcome"]?.string == "completed")
        #expect(path["model_calls"] == 1)
        #expect(path["most"]?["is_bound"] == true)
        #expect(path["steps"]?.array?.first?["to"]?.string == "the end")
        let tokens = try #require(path["most"]?["tokens"]?.integer)
        // The window, the longest reply and the prompt.
        #expect(tokens > 32_100 && tokens < 32_200)
        #expect(plan["worst"]?["tokens"]?.integer == tokens * 10)
    }

    @Test("The dearest of an agent's models counts, and what is not counted is said")
    func fallbacks() async throws {
        let folder = try Self.crew("a", "defaults: {a: null}")
        let text = """
            id: a
            name: a
            max_tokens: 100
            primary: {provider: scripted, model: m}
            backup: {provider: openai, model: gpt-4o}
            """
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/agents/a.yaml"))
        let ended = try await Product.run("plan", folder, "hi", "--json")
        let most = try JSONValue(parsing: ended.output)["paths"]?.array?.first?["most"]
        #expect(try #require(most?["cost"]?.double) > 0.05, "\(ended.output)")
        let told = try await Product.run("plan", folder, "hi")
        #expect(told.output.contains(" without retries\n"), "\(told.output)")
    }

    @Test("Nobody is asked to approve what a plan does")
    func approvals() async throws {
        let other = try Self.crew("b", "defaults: {b: null}")
        let name = try String(contentsOfFile: "\(other)/crew.yaml", encoding: .utf8)
            .replacing("name: test", with: "name: other")
        try Data(name.utf8).write(to: URL(filePath: "\(other)/crew.yaml"))
        let folder = try Self.crew(
            "a",
            """
            signals:
              a: [{signal: "[ASK]", type: sub_crew, target: other}]
            """,
            more: """
                settings: {tool_approval: always}
                sub_crews: {other: {path: \(other), description: Helps., approval: always}}
                """)
        let paths = try await Self.paths(folder, "hi")
        let ends = paths.map { $0.split(separator: "| ").last.map(String.init) }
        // The one in between asks again and again.
        #expect(ends == ["completed", "limit_reached: max_handoffs", "completed"], "\(paths)")
    }

    @Test("A crew with errors is not planned")
    func wrong() async throws {
        let folder = try Self.crew("a", "defaults: {a: nobody}")
        let ended = try await Product.run("plan", folder, "hi")
        #expect(ended.code == 2)
        #expect(ended.errors.contains("nobody"))
    }

    @Test(
        "What follows upon itself is found, however long",
        arguments: [
            ("abc", nil), ("aab", "0 1 2"), ("xabab", "1 2 2"), ("ababab", "0 2 3"), ("", nil),
        ] as [(String, String?)])
    func repetition(text: String, expected: String?) {
        let found = PlannedPath.repetition(in: text.map(String.init))
        #expect(found.map { "\($0.start) \($0.length) \($0.count)" } == expected)
    }
}
