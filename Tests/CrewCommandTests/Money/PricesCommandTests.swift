import CrewKit
import Foundation
import Testing

@testable import crew

@Suite("crew prices")
struct PricesCommandTests {
    private func folder() throws -> URL {
        let folder = URL(filePath: NSTemporaryDirectory()).appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    @Test("A table is taken in, told what was left out of it, and lies over the bundled one")
    func importing() async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }  // a temporary folder
        let source = folder.appending(path: "litellm.json").path
        let table = folder.appending(path: "deep/prices.json").path
        try #"""
        {"sample_spec": {}, "gpt-5.4": {"mode": "chat", "input_cost_per_token": 7e-06,
         "output_cost_per_token": 9e-06}, "e": {"mode": "embedding"}}
        """#.write(toFile: source, atomically: true, encoding: .utf8)
        let imported = try await Product.run("prices", "import", source, "--to", table)
        #expect(imported.code == 0)
        #expect(imported.output.contains("1 prices are in \(table)"))
        #expect(imported.output.contains("1 left out that are no language models: e"))
        let shown = try await Product.run(
            "prices", "show", "gpt-5.4-2026-03-05", "--prices", table)
        #expect(shown.output.contains("\"input_per_million\":7"))
        let other = try await Product.run("prices", "show", "gpt-4o", "--prices", table)
        #expect(other.output.contains("\"input_per_million\":2.5"))
    }

    @Test("An unknown model, a file that is not there and one that is no table are told of")
    func faults() async throws {
        let unknown = try await Product.run("prices", "show", "no-such-model")
        #expect(unknown.code == 1 && unknown.errors.contains("is not known"))
        #expect(unknown.errors.contains("that blocks lets no call of it be made"))
        let missing = try await Product.run("prices", "list", "--prices", "/no/such/file")
        #expect(missing.code == 2 && missing.errors.contains("cannot be read"))
        let wrong = try await Product.run("prices", "import", Product.binary)
        #expect(wrong.code == 2)
    }

    @Test("What is no regular file is refused unread: a pipe without a writer, a device, a folder")
    func noFile() throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }  // a temporary folder
        let pipe = folder.appending(path: "pipe").path
        try #require(mkfifo(pipe, 0o600) == 0)
        for path in ["/dev/null", folder.path, pipe] {
            #expect { try PriceFiles.read(path) } throws: {
                ($0 as? CommandFailure)?.message == "\(path): error: this is not a regular file"
            }
        }
    }

    @Test("A file that is too long is refused")
    func tooLong() throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }  // a temporary folder
        let path = folder.appending(path: "long.json").path
        try #require(FileManager.default.createFile(atPath: path, contents: nil))
        try #require(truncate(path, (64 << 20) + 1) == 0)
        #expect { try PriceFiles.read(path) } throws: {
            ($0 as? CommandFailure)?.message.hasSuffix("it has more than 64 MiB") == true
        }
    }

    @Test("The file that the environment names counts, before it the one that a crew names")
    func named() async throws {
        let kept = try KeptCrew()
        func table(_ name: String, _ models: [String]) throws {
            let price: JSONValue = ["input_per_million": 3, "output_per_million": 4]
            let entries = JSONObject(models.map { ($0, price) })
            let document: JSONValue = ["prices": .object(entries)]
            try kept.write(name, document.text)
        }
        try table("first.json", ["mine"])
        try table("second.json", ["mine", "ours"])
        let shown = try await Product.run(
            list: ["prices", "show", "mine"], more: ["CREW_PRICES": kept.folder + "/first.json"])
        #expect(shown.output.contains("\"input_per_million\":3"))

        try kept.write("agents/a.yaml", KeptCrew.asking("ours", budget: "{cost_usd: 1}"))
        let unknown = try await Product.run(
            list: ["check", kept.folder], more: ["CREW_PRICES": kept.folder + "/first.json"])
        #expect((unknown.output + unknown.errors).contains("such calls are not made"))
        try kept.write("crew.yaml", KeptCrew.short("settings: {prices: second.json}"))
        let known = try await Product.run(
            list: ["check", kept.folder], more: ["CREW_PRICES": kept.folder + "/first.json"])
        #expect(!(known.output + known.errors).contains("such calls"))
        try kept.write("crew.yaml", KeptCrew.short("settings: {prices: none.json}"))
        let missing = try await Product.run("check", kept.folder)
        #expect(missing.code == 1)
        #expect(missing.output.contains("crew.yaml:"))
        #expect(missing.output.contains("none.json: this file cannot be read"))
    }
}

extension KeptCrew {
    /// An agent that asks another model, within a budget.
    fileprivate static func asking(_ model: String, budget: String) -> String {
        """
        id: a
        name: Ana
        role: helper
        system_prompt: Help.
        primary: {model: \(model), provider: openai}
        budgets: [\(budget)]
        """
    }

    /// A crew of this agent alone.
    fileprivate static func short(_ settings: String) -> String {
        "version: \"1.0\"\nname: kept\nentry_point: a\nagents: [a]\n\(settings)\n"
    }
}
