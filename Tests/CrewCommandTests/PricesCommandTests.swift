import Foundation
import Testing

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
        let missing = try await Product.run("prices", "list", "--prices", "/no/such/file")
        #expect(missing.code == 2 && missing.errors.contains("cannot be read"))
        let wrong = try await Product.run("prices", "import", Product.binary)
        #expect(wrong.code == 2)
    }
}
