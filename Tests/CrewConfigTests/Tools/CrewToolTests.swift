import CrewConfig
import CrewKit
import Foundation
import Testing

@Suite("Crews as tools")
struct CrewToolTests {
    /// A folder of crews, each with the crews that it has as tools.
    private static func crews(_ crews: [String: [String]]) throws -> CrewFiles {
        let files = try CrewFiles()
        for (name, tools) in crews {
            try FileManager.default.createDirectory(
                atPath: "\(files.path)/\(name)/agents", withIntermediateDirectories: true)
            var text = "agents: [a]\n"
            if !tools.isEmpty { text += "tools:\n" }
            for (index, folder) in tools.enumerated() {
                text += "  T\(index): {description: d, crew: '\(folder)'}\n"
            }
            try files.write("\(name)/crew.yaml", Data(text.utf8))
            try files.write(
                "\(name)/agents/a.yaml",
                Data("id: a\nname: A\nprimary: {provider: scripted, model: m}".utf8))
        }
        return files
    }

    private static func problems(of name: String, in files: CrewFiles) throws -> [LocatedProblem] {
        try CrewFolder.load("\(files.path)/\(name)", environment: [:]).problems(tools: [])
            .withoutUnused
    }

    @Test("A crew's folder is relative to the crew that has it as a tool")
    func folder() throws {
        let files = try Self.crews(["a": ["../b", "../c"], "b": ["../c"], "c": []])
        #expect(try Self.problems(of: "a", in: files) == [])
        let crew = try CrewFolder.load("\(files.path)/a", environment: [:]).definition
        #expect(
            crew.tools.map(\.work) == ["b", "c"].map { .crew(folder: "\(files.path)/a/../\($0)") })
    }

    /// Crews, and the way that leads back.
    static let circles: [([String: [String]], String)] = [
        (["a": ["."]], "a → a"),
        (["a": ["../b"], "b": ["../a"]], "a → b → a"),
        (["a": ["../b"], "b": ["../c"], "c": ["../b/../b"]], "a → b → c → b"),
    ]

    @Test("A crew that leads back to itself is an error that shows the way", arguments: circles)
    func circle(_ crews: [String: [String]], _ way: String) throws {
        let files = try Self.crews(crews)
        let found = try Self.problems(of: "a", in: files)
        #expect(found.map(\.problem.code) == ["crew_includes_itself"])
        #expect(found.first?.problem.message.hasSuffix(way) == true)
        #expect(found.first?.line == 3)
    }

    @Test("A circle behind a symbolic link is seen too")
    func link() throws {
        let files = try Self.crews(["a": ["../b"], "b": ["../alias"]])
        try FileManager.default.createSymbolicLink(
            atPath: "\(files.path)/alias", withDestinationPath: "\(files.path)/a")
        #expect(
            try Self.problems(of: "a", in: files).map(\.problem.code) == ["crew_includes_itself"])
    }

    @Test("A crew that cannot be read is told with its own file and line")
    func unreadable() throws {
        let files = try Self.crews(["a": ["../b"], "b": []])
        try files.write("b/crew.yaml", Data("agents: [a]\nname: [".utf8))
        let found = try Self.problems(of: "a", in: files)
        #expect(found.map(\.problem.code) == ["unreadable_file"])
        #expect(found.first?.problem.message.contains("/b/crew.yaml:2:") == true)
    }

    @Test("A folder that comes from a missing variable is an error")
    func variable() throws {
        let files = try Self.crews(["a": ["${NOWHERE}"]])
        let found = try Self.problems(of: "a", in: files)
        #expect(found.map(\.problem.code) == ["unknown_variable", "missing_key"])
    }
}
