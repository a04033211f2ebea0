import ArgumentParser
import CrewKit
import CrewStore
import Foundation
import Testing

@testable import crew

@Suite("Where runs are kept")
struct StoreChoiceTests {
    @Test("A server keeps them in its crew's folder, where git does not see them")
    func usualPlace() async throws {
        let crew = try KeptCrew()
        try await ServedCrew.serving(URL(filePath: crew.folder)) { served in
            _ = try await served.frames("hello")
            #expect(try await crew.list().map { $0["title"]?.string } == ["hello"])
        }
        let ignored = try String(contentsOfFile: crew.folder + "/.crew/.gitignore", encoding: .utf8)
        #expect(ignored == "*\n")
        let listed = try await crew.list()
        #expect(listed.count == 1, "they outlive the server")
    }

    @Test("In memory nothing is written, and a run or a chat is there unless it is told otherwise")
    func memory() async throws {
        let crew = try KeptCrew()
        try await ServedCrew.serving(URL(filePath: crew.folder), "--store", "memory") { served in
            _ = try await served.frames("hello")
        }
        _ = try await Product.run("run", crew.folder, "hello")
        _ = try await Product.run("chat", crew.folder, input: "hello\n")
        #expect(!FileManager.default.fileExists(atPath: crew.folder + "/.crew"))
        let none = try await crew.runs("list")
        #expect(none.code == 1 && none.errors.contains("there is no store"))
        let wrong = try await crew.runs("list", "--store", "memory")
        #expect(wrong.code == 1 && wrong.errors.contains("--store sqlite:PATH"))
    }

    @Test("One process at a time owns the file; another one is told which, and may read")
    func locked() async throws {
        let crew = try KeptCrew()
        try await ServedCrew.serving(URL(filePath: crew.folder)) { served in
            let second = try await Product.run("serve", crew.folder, "--port", "0")
            #expect(second.code == 1)
            #expect(second.errors.contains("in use by process \(served.process)"))
            let run = try await crew.run("hello")
            #expect(run.code == 1 && run.errors.contains("in use"))
            #expect(try await crew.list().isEmpty)
            let imported = try await crew.runs("import", "-", input: "")
            #expect(imported.code == 1)
        }
    }

    @Test("A folder that does not exist is told of, not its store")
    func noFolder() async throws {
        let ended = try await Product.run("runs", "list", "/no/such/crew")
        #expect(ended.code == 1)
        #expect(ended.errors.contains("there is no folder '/no/such/crew'"))
    }

    @Test("A folder that cannot be written is told with what to do")
    func unwritable() async throws {
        let crew = try KeptCrew()
        try crew.write(".crew", "a file where a folder should be")
        let ended = try await Product.run("serve", crew.folder, "--port", "0")
        #expect(ended.code == 1)
        #expect(
            ended.errors.contains("--store sqlite:PATH") && ended.errors.contains("--store memory"))
        let foreign = try await Product.run(
            "serve", crew.folder, "--port", "0", "--store", "sqlite:\(crew.folder)/crew.yaml")
        #expect(foreign.code == 1 && foreign.errors.contains("is not a store of runs"))
    }

    @Test(
        "Words that mean nothing are wrong usage",
        arguments: [
            ["--store", "sqlit"], ["--store", "sqlite:"], ["--on-restart", "maybe"],
            ["--keep-size", "4"], ["--keep-size", "-1G"], ["--keep-days", "-1"],
            ["--store", "memory", "--keep-days", "3"],
        ])
    func usage(words: [String]) async throws {
        let crew = try KeptCrew()
        let ended = try await Product.run(list: ["serve", crew.folder, "--port", "0"] + words)
        #expect(ended.code == 64, "\(ended.errors)")
    }

    @Test("Bounds of what is kept are read as they are meant")
    func retention() throws {
        #expect(try RetentionOptions.bytes("0") == 0)
        #expect(try RetentionOptions.bytes("3k") == 3_072)
        #expect(try RetentionOptions.bytes("4G") == 4 << 30)
        let none = try RetentionOptions.parse([
            "--keep-days", "0", "--keep-runs", "0", "--keep-size", "0",
        ])
        #expect(try none.policy() == .unlimited)
        #expect(try RetentionOptions.parse([]).policy() == .standard)
        let some = try RetentionOptions.parse(["--keep-days", "2"]).policy()
        #expect(some.maxAge == .seconds(172_800) && some.maxRuns == 100_000)
    }

    @Test("max_stored_requests of the crew counts where --keep-runs is not given")
    func storedRequests() throws {
        var settings = CrewSettings()
        settings.maxKeptRuns = 7
        let none = try RetentionOptions.parse([]).filled(from: settings)
        #expect(try none.policy().maxRuns == 7)
        let given = try RetentionOptions.parse(["--keep-runs", "5"]).filled(from: settings)
        #expect(try given.policy().maxRuns == 5)
        let plain = try RetentionOptions.parse([]).filled(from: CrewSettings())
        #expect(try plain.policy() == .standard)
    }

    @Test(
        "A command that is to be copied is read by a shell as it was meant",
        arguments: [
            ("plain/x.y", "plain/x.y"), ("a b", "'a b'"), ("it's", #"'it'\''s'"#), ("", "''"),
        ])
    func quoting(word: String, quoted: String) {
        #expect(NextCommands.quoted(word) == quoted)
    }
}
