import CrewKit
import Foundation
import Testing

@Suite("crew usage and crew budgets")
struct UsageCommandTests {
    /// A crew of which two calls are kept: one of them with known usage.
    private func spent() async throws -> KeptCrew {
        let kept = try KeptCrew()
        try kept.write(
            "crew.yaml",
            """
            version: "1.0"
            name: kept
            entry_point: a
            agents: [a]
            settings:
              budgets: [{calls: 10, within: day}, {per: run, tokens: 99999}]
            """)
        try kept.write(
            "agents/a.yaml",
            """
            id: a
            name: Ana
            role: helper
            system_prompt: Help.
            primary: {model: m, provider: scripted}
            budgets: [{per: crew, calls: 5}]
            """)
        try kept.write(
            "script.yaml",
            """
            rules:
              - {reply: {text: hello, usage: {input_tokens: 30, output_tokens: 12}}}
            """)
        for text in ["one", "two"] { #expect(try await kept.run(text).code == 0) }
        return kept
    }

    @Test("What kept runs spent is shown by each kind of name, as a table and as a document")
    func usage() async throws {
        let kept = try await spent()
        let table = try await Product.run("usage", kept.folder, "--by", "agent")
        #expect(table.code == 0)
        let lines = table.output.split(separator: "\n").map {
            $0.split(separator: " ").map(String.init)
        }
        #expect(lines.first?.first == "AGENT")
        #expect(lines.last?.prefix(4) == ["a", "2", "60", "24"])
        let ended = try await Product.run(
            "usage", kept.folder, "--by", "run", "--limit", "1", "--json")
        let document = try JSONValue(parsing: ended.output)
        #expect(document["by"] == "run" && document["more"] == true)
        #expect(document["usage"]?.array?.map { $0["usage"]?["input_tokens"] } == [30])
        let before = try await Product.run(
            "usage", kept.folder, "--since", "2020-01-01", "--until", "2020-12-31")
        #expect(before.code == 0 && before.output.isEmpty)
        #expect(before.errors.contains("nothing was spent from 2020-01-01 to 2020-12-31"))
    }

    @Test(
        "Days that cannot be reported are wrong usage",
        arguments: [
            ["--since", "2026-02-31"], ["--since", "2026-02-02", "--until", "2026-02-01"],
            ["--since", "2020-01-01", "--until", "2021-01-01"],
        ])
    func refused(_ words: [String]) async throws {
        let ended = try await Product.run(list: ["usage", NSTemporaryDirectory()] + words)
        #expect(ended.code == 64 && ended.errors.contains("--since"))
    }

    @Test("What is left of each limit is shown, also of an agent's own part of the crew's")
    func budgets() async throws {
        let kept = try await spent()
        let table = try await Product.run("budgets", kept.folder)
        let lines = table.output.split(separator: "\n").map {
            $0.split(separator: " ").map(String.init)
        }
        #expect(lines.count == 4)
        #expect(lines.dropFirst().first?.prefix(6) == ["crew", "day", "calls", "10", "2", "8"])
        #expect(lines.last?.prefix(7) == ["crew", "a", "-", "calls", "5", "2", "3"])
        let ended = try await Product.run("budgets", kept.folder, "--json")
        let rows = try JSONValue(parsing: ended.output)["budgets"]?.array
        #expect(rows?.map { $0["spent"] } == [2, nil, 2])
        #expect(rows?.map { $0["agent"] } == [nil, nil, "a"])
    }

    @Test("Limits of a crew that was never worked with are whole")
    func unspent() async throws {
        let folder = try Product.crew(
            script: "rules: [{reply: x}]", settings: "{budgets: [{tokens: 7}]}")
        let ended = try await Product.run("budgets", folder, "--json")
        let row = try JSONValue(parsing: ended.output)["budgets"]?.array?.first
        #expect(row?["spent"] == 0 && row?["left"] == 7)
    }
}
