import Foundation
import Testing

@Suite("crew explain, crew schema and crew check --fix")
struct ExplainCommandTests {
    @Test("A key is explained; one that does not exist is told with the nearest")
    func explain() async throws {
        let join = try await Product.run("explain", "join")
        #expect(join.code == 0 && join.output.contains("routing.parallel_groups"))
        let wrong = try await Product.run("explain", "settings.max_round")
        #expect(wrong.code == 1 && wrong.errors.contains("max_rounds"))
        let all = try await Product.run("explain")
        #expect(all.code == 0 && all.output.contains("mcp_servers"))
    }

    @Test("The schemas are the published ones", arguments: ["crew", "agent", "script"])
    func schema(_ file: String) async throws {
        let printed = try await Product.run("schema", file)
        let published = try String(
            contentsOf: Product.root.appending(path: "docs/schema/\(file).schema.json"),
            encoding: .utf8)
        #expect(printed.output == published)
        #expect(try await Product.run("schema", "tool").code == 64)
    }

    @Test("Older forms are rewritten once, and told by file and line")
    func fix() async throws {
        let folder = try Product.crew(script: "rules: [{reply: hi}]")
        let file = "\(folder)/agents/a.yaml"
        try Data("id: a\nname: A\nrole: r\nmodel: m   # small\nprovider: scripted\n".utf8)
            .write(to: URL(filePath: file))
        let first = try await Product.run("check", folder, "--fix")
        #expect(first.code == 0, "\(first.errors)")
        #expect(first.output.contains("\(file):4: fixed: 'model' is 'primary.model' now"))
        #expect(
            try String(contentsOfFile: file, encoding: .utf8)
                == "id: a\nname: A\nrole: r\nprimary:\n  model: m   # small\n  provider: scripted\n"
        )
        let second = try await Product.run("check", folder, "--fix")
        #expect(second.code == 0 && second.output.contains("nothing to fix"))
    }
}
