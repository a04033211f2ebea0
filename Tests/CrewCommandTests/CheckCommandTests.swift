import CrewKit
import Foundation
import Testing

@Suite("crew check", .timeLimit(.minutes(5)))
struct CheckCommandTests {
    private static func crew(_ files: [String: String]) throws -> String {
        let folder = try Product.temporaryFolder()
        for (path, text) in files {
            let file = folder.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        return folder.path
    }

    private static let agent = "id: a\nname: A\nprimary: {provider: ollama, model: m}\n"
    private static let odd = ["crew.yaml": "agents: [a]\nx: 1\n", "agents/a.yaml": agent]
    private static let wrong = [
        "crew.yaml": "agents: [a]\nsettings:\n  max_rounds: many\n", "agents/a.yaml": agent,
    ]

    @Test("Text shows each line with a mark under the offending words")
    func text() async throws {
        let folder = try Self.crew(Self.wrong)
        let ended = try await Product.run("check", folder)
        #expect(ended.code == 1)
        #expect(
            ended.output == """
                \(folder)/crew.yaml:3:15: error: max_rounds must be a whole number, not 'many'
                  3 |   max_rounds: many
                    |               ^~~~
                cannot run: 1 error, 0 warnings, 0 notes

                """)
    }

    @Test("--strict counts warnings as errors, --quiet shows errors only")
    func strict() async throws {
        let folder = try Self.crew(Self.odd)
        #expect(try await Product.run("check", folder).code == 0)
        #expect(try await Product.run("check", folder, "--strict").code == 1)
        let quiet = try await Product.run("check", folder, "--quiet")
        #expect(quiet.code == 0 && quiet.output.isEmpty)
    }

    @Test("json has the original's shape for several crews, also when one cannot be read")
    func json() async throws {
        let ended = try await Product.run(
            "check", try Self.crew(Self.odd), try Self.crew(Self.wrong), "/nowhere/at/all",
            "--json")
        #expect(ended.code == 2)
        #expect(ended.output.hasPrefix("{\n  \"success\": false,\n  \"errors\": [\n    {\n"))
        let report = try JSONValue(parsing: ended.output)
        #expect(report["summary"]?["total_errors"] == 2)
        #expect(report["summary"]?["total_warnings"] == 1)
        #expect(report["summary"]?["is_valid"] == false)
        let first = try #require(report["errors"]?.array?.first)
        #expect(first["field"] == "settings.max_rounds" && first["section"] == "settings")
        #expect(first["line"] == 3 && first["column"] == 15 && first["end_column"] == 19)
        #expect(first["code"] == "wrong_type" && first["severity"] == "error")
        #expect(report["errors"]?.array?.last?["code"] == "unreadable_definition")
    }

    @Test(
        "A bad .env of one folder is told at its place, unquoted, and the others are still checked")
    func badEnvironment() async throws {
        let bad = try Self.crew(Self.odd.merging([".env": "A=1\nhunter2 secret\n"]) { $1 })
        let ended = try await Product.run("check", bad, try Self.crew(Self.wrong), "--json")
        #expect(ended.code == 2)
        let report = try JSONValue(parsing: ended.output)
        #expect(report["summary"]?["total_errors"] == 2)
        let errors = try #require(report["errors"]?.array)
        #expect(errors.map { $0["code"] } == ["unreadable_definition", "wrong_type"])
        #expect(errors.first?["line"] == 2)
        #expect(!ended.output.contains("hunter2"))
        let text = try await Product.run("check", bad)
        #expect(text.code == 2)
        #expect(text.errors.contains("\(bad)/.env:2:1: error: a line must be NAME=value"))
    }

    @Test("Crews that work for a crew are checked too, with their own files and lines")
    func subCrews() async throws {
        func crew(_ name: String, _ more: String) -> String {
            "name: \(name)\nagents: [a]\n\(more)"
        }
        let root = try Self.crew([
            "desk/crew.yaml": crew(
                "desk",
                "sub_crews: {one: {path: ../one, description: d}, two: {path: ../two, description: d}}\n"
            ),
            "desk/agents/a.yaml": Self.agent + "tools: [one, two]\n",
            "one/crew.yaml": crew("same", "sub_crews: {deep: {path: ../deep, description: d}}\n"),
            "one/agents/a.yaml": Self.agent + "tools: [deep]\n",
            "two/crew.yaml": crew("same", ""), "two/agents/a.yaml": Self.agent,
            "deep/crew.yaml": crew("deep", "settings:\n  max_rounds: many\n"),
            "deep/agents/a.yaml": Self.agent,
        ])
        let ended = try await Product.run("check", "\(root)/desk", "--quiet")
        #expect(ended.code == 1)
        #expect(ended.output.contains("deep/crew.yaml:4:15: error: max_rounds must be"))
        #expect(ended.output.contains("two/crew.yaml:1:7: error: two crews are named 'same'"))
        #expect(try await Product.run("check", "\(root)/two", "--quiet").code == 0)
    }

    @Test("sarif names rules, levels and regions, and files from the working directory")
    func sarif() async throws {
        let folder = try Self.crew(Self.wrong)
        let ended = try await Product.run("check", folder, "--format", "sarif")
        #expect(ended.code == 1)
        let log = try JSONValue(parsing: ended.output)
        #expect(log["version"] == "2.1.0")
        let run = try #require(log["runs"]?.array?.first)
        #expect(run["tool"]?["driver"]?["rules"]?.array?.first?["id"] == "wrong_type")
        let result = try #require(run["results"]?.array?.first)
        #expect(result["level"] == "error" && result["ruleIndex"] == 0)
        let place = try #require(result["locations"]?.array?.first?["physicalLocation"])
        #expect(
            place["region"] == [
                "startLine": 3, "startColumn": 15, "endLine": 3, "endColumn": 19,
                "snippet": ["text": "  max_rounds: many"],
            ])
        let uri = try #require(place["artifactLocation"]?["uri"]?.string)
        #expect(!uri.hasPrefix("/") && uri.hasSuffix("/crew.yaml"))
    }

    @Test("A key is shown in no form of the report")
    func secrets() async throws {
        let key = "sk-abcdefghijklmnopqrstuvwx"
        let folder = try Self.crew([
            "crew.yaml": "agents: [a]\n",
            "agents/a.yaml":
                "id: a\nname: A\nprimary: {provider: \(key), model: m, api_key: \(key)}\n",
        ])
        for format in ["text", "json", "sarif"] {
            let ended = try await Product.run("check", folder, "--format", format, "--notes")
            #expect(ended.code == 1)
            #expect(!(ended.output + ended.errors).contains("abcdefghijkl"))
        }
    }

    @Test("--online tells of an endpoint where nobody answers, at the model's key")
    func online() async throws {
        let folder = try Self.crew([
            "crew.yaml": "agents: [a]\n",
            "agents/a.yaml":
                "id: a\nname: A\nprimary: {provider: vllm, model: m, base_url: 'http://127.0.0.1:1/v1'}\n",
        ])
        #expect(try await Product.run("check", folder).code == 0)
        let ended = try await Product.run("check", folder, "--online")
        #expect(ended.code == 1)
        #expect(
            ended.output.contains(
                "agents/a.yaml:3:47: error: agent 'a': no endpoint answers at 127.0.0.1:1"))
    }

    @Test("Other commands show the same words on standard error")
    func run() async throws {
        let ended = try await Product.run("run", try Self.crew(Self.wrong), "hi")
        #expect(ended.code == 2)
        #expect(ended.errors.contains("  3 |   max_rounds: many\n    |               ^~~~\n"))
    }
}
