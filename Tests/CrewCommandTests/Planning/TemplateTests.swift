import CrewKit
import Foundation
import Testing

@testable import CrewConfig
@testable import crew

@Suite("Crews to begin with")
struct TemplateTests {
    private static func made(_ template: String, named name: String = "mine") async throws -> String
    {
        let folder = try Product.temporaryFolder().appending(path: name).path
        let ended = try await Product.run("init", folder, "--template", template)
        #expect(ended.code == 0, "\(ended.errors)")
        return folder
    }

    private static let names = CrewTemplate.all.map(\.name)

    @Test("Every template is a crew without any finding", arguments: names)
    func isClean(_ template: String) async throws {
        let folder = try await Self.made(template)
        let ended = try await Product.run("check", folder, "--notes")
        #expect(ended.code == 0)
        #expect(ended.output.contains("0 errors, 0 warnings, "), "\(ended.output)")
        // That a run can go round is worth knowing, and meant so.
        let notes = ended.output.split(separator: "\n").filter { $0.contains(": note: ") }
        #expect(notes.allSatisfy { $0.contains("a run can go round") }, "\(ended.output)")
    }

    @Test("Every template's scenarios come true, without a model", arguments: names)
    func scenarios(_ template: String) async throws {
        let folder = try await Self.made(template)
        let document = try SourceFile.document(at: "\(folder)/scenarios/first.yaml")
        let scenarios = try #require(document.root.json["scenarios"]?.array)
        #expect(!scenarios.isEmpty)
        for scenario in scenarios {
            let turns =
                scenario["turns"]?.array?.compactMap(\.string)
                ?? [scenario["input"]?.string].compactMap(\.self)
            let told = try await Self.told(turns, in: folder)
            let expected = scenario["expect"]
            #expect(told.path == expected?["path"]?.array?.compactMap(\.string))
            #expect(told.outcome == expected?["outcome"]?.string)
            #expect(told.text.contains(expected?["contains"]?.string ?? "?"), "\(told.text)")
        }
    }

    @Test("The schemas that the files name are there", arguments: names)
    func schemas(_ template: String) async throws {
        let folder = try await Self.made(template)
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder)
        var named = 0
        for file in files where file.hasSuffix(".yaml") {
            let place = URL(filePath: "\(folder)/\(file)")
            let first = try String(contentsOf: place, encoding: .utf8).prefix { $0 != "\n" }
            guard let match = first.firstMatch(of: #/\$schema=(\S+)/#) else { continue }
            let schema = place.deletingLastPathComponent().appending(path: String(match.1))
            let text = try String(contentsOf: schema, encoding: .utf8)
            #expect(try JSONValue(parsing: text)["$schema"] != nil, "\(file)")
            named += 1
        }
        #expect(named >= 3)
    }

    fileprivate struct Told {
        var path: [String] = []
        var text = ""
        var outcome = ""
    }

    /// What came of the last turn; the path is of all of them, what comes twice in a row once.
    private static func told(_ turns: [String], in folder: String) async throws -> Told {
        let store = "sqlite:\(folder)/runs-\(UUID()).sqlite"
        var told = Told()
        var run: String?
        for turn in turns {
            let isWaiting = told.outcome == "paused"
            let arguments =
                isWaiting
                ? ["runs", "resume", folder, run ?? "", turn, "--json", "--store", store]
                : ["run", folder, turn, "--json", "--store", store]
            let ended = try await Product.run(list: arguments)
            for line in ended.output.split(separator: "\n") {
                let event = try JSONValue(parsing: String(line))
                told.take(event)
            }
            let list = try await Product.run("runs", "list", folder, "--store", store, "--json")
            // The newest one stands first.
            let newest = list.output.split(separator: "\n").first ?? "{}"
            run = try JSONValue(parsing: String(newest))["id"]?.string
        }
        return told
    }
}

extension TemplateTests.Told {
    fileprivate mutating func take(_ event: JSONValue) {
        guard event["branch"]?.string == nil else { return }
        switch event["type"]?.string {
        case "turn_started":
            guard let agent = event["agent"]?.string, agent != path.last else { return }
            path.append(agent)
        case "replied": text = event["message"]?["text"]?.string ?? text
        case "paused": outcome = "paused"
        case "run_ended":
            outcome = event["outcome"]?["name"]?.string ?? event["outcome"]?.string ?? outcome
        default: break
        }
    }
}

extension TemplateTests {
    @Test("The templates are listed, and an unknown one is refused with their names")
    func list() async throws {
        let list = try await Product.run("init", "--template", "list")
        for name in Self.names { #expect(list.output.contains("\(name) ")) }
        let folder = try Product.temporaryFolder().appending(path: "x").path
        let wrong = try await Product.run("init", folder, "--template", "none")
        #expect(wrong.code == 1)
        #expect(wrong.errors.contains("basic, tools, routing, parallel, sub-crews"))
        #expect(!FileManager.default.fileExists(atPath: folder))
    }

    @Test("Nothing that is there is written over")
    func refuses() async throws {
        let folder = try await Self.made("basic")
        let file = "\(folder)/crew.yaml"
        try Data("mine".utf8).write(to: URL(filePath: file))
        let again = try await Product.run("init", folder)
        #expect(again.code == 1)
        #expect(again.errors.contains("is there already"))
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
        let empty = try Product.temporaryFolder().path
        #expect(try await Product.run("init", empty).code == 0)
        let nowhere = try await Product.run("init", "/proc/none/x")
        #expect(nowhere.code == 1)
    }

    @Test("The next steps that are printed work as they are")
    func nextSteps() async throws {
        let folder = try Product.temporaryFolder().appending(path: "Mein Team").path
        let ended = try await Product.run("init", folder)
        #expect(ended.output.contains("crew run '\(folder)' \"hello\""))
        let run = try await Product.run("run", folder, "hello")
        #expect(run.output.contains("Hello! I am a script"))
        let name = try CrewFolder.load(folder, environment: [:]).definition.name
        #expect(name == "mein-team")
    }
}
