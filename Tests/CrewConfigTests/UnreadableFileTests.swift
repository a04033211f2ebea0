import CrewConfig
import CrewKit
import Foundation
import Testing

@Suite("Unreadable and hostile files")
struct UnreadableFileTests {
    private func message(_ folder: CrewFiles) -> String {
        do throws(CrewError) {
            _ = try CrewFolder.load(folder.path, environment: [:])
            return "loaded"
        } catch {
            #expect(error.code == .unreadableDefinition)
            return error.message.replacing(folder.path, with: "DIR")
        }
    }

    private func message(crew: String) throws -> String {
        message(try CrewFiles(["crew.yaml": crew]))
    }

    static let syntax = [
        ("a: [1", "DIR/crew.yaml:1:4: error:"), ("a:\n\tb: 1", "DIR/crew.yaml:2:1: error:"),
        ("a: b: c", "DIR/crew.yaml:1:5: error:"), ("a: *nowhere", "DIR/crew.yaml:1:4: error:"),
        ("a: \u{1}", "DIR/crew.yaml:1:4: error:"), ("a: 'x", "DIR/crew.yaml:1:4: error:"),
        ("? [a]\n: 1", "DIR/crew.yaml:1:3: error:"), ("- &a [*a]", "DIR/crew.yaml:1:7: error:"),
        ("a: *b\nc: &b 1", "DIR/crew.yaml:1:4: error:"), ("<<: 1", "DIR/crew.yaml:1:5: error:"),
    ]

    @Test("Text that is not YAML is refused with its place and advice", arguments: syntax)
    func noYAML(_ text: String, _ expected: String) throws {
        let message = try message(crew: text)
        #expect(message.hasPrefix(expected), "\(message)")
        #expect(message.hasSuffix(")"))
    }

    @Test("Tabs are named")
    func tabs() throws {
        #expect(try message(crew: "a:\n\tb: 1").contains("does not allow tabs"))
    }

    @Test("Nested too deeply, too large, too many values and alias bombs are refused")
    func bounds() throws {
        let deep = String(repeating: "[", count: 70) + String(repeating: "]", count: 70)
        #expect(try message(crew: "a: " + deep).contains("64 levels"))
        let deeper = String(repeating: "[", count: 500_000)
        #expect(try message(crew: "a: " + deeper).hasPrefix("DIR/crew.yaml:1:"))
        let blocks = String(repeating: "- ", count: 400_000)
        #expect(try message(crew: blocks).hasPrefix("DIR/crew.yaml:1:"))
        let large = "a: " + String(repeating: "x", count: 1_048_576)
        #expect(try message(crew: large).contains("larger than 1048576 bytes"))
        let many = "a: [" + String(repeating: "1,", count: 100_001) + "]"
        #expect(try message(crew: many).contains("100000 values"))
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let uses = (1...9).map { _ in "*a\(level - 1)" }.joined(separator: ", ")
            bomb += "a\(level): &a\(level) [\(uses)]\n"
        }
        #expect(try message(crew: bomb).contains("100000 values, aliases written out"))
        #expect(try message(crew: bomb + "? *a9\n: 1").contains("100000 values"))
        let nested = (1...40).map { "b\($0): &b\($0) [[*b\($0 - 1)]]\n" }.joined()
        #expect(try message(crew: "b0: &b0 1\n" + nested).contains("64 levels"))
    }

    @Test("Aliases and merge keys work, and text that looks like them stays text")
    func aliases() throws {
        let folder = try CrewFiles([
            "crew.yaml": "x: &id a\nagents: [*id]",
            "agents/a.yaml": """
            id: a
            name: &who "Anh *who"
            role: *who
            description: see *who &who here
            system_prompt: |
              - *who
              & *model
            primary: &model
              provider: ollama
              model: m
            backup:
              <<: *model
              model: other
            """,
        ])
        let found = try folder.problems()
        #expect(found == ["crew.yaml:1:1: warning unknown_key"])
        let agent = try #require(folder.load().definition.agents.first)
        #expect(agent.name == "Anh *who")
        #expect(agent.role == "Anh *who")
        #expect(agent.description == "see *who &who here")
        #expect(agent.systemPrompt == "- *who\n& *model\n")
        #expect(
            agent.fallbacks.first?.reference == ModelReference(provider: "ollama", model: "other"))
    }

    @Test("Of a key given several times the last one counts, each earlier one is told")
    func repeatedKeys() throws {
        let folder = try CrewFiles(
            oneAgent("'role': x\nrole: y\n\"role\": z", crew: "mô tả: 1\nmô tả: 2"))
        let found = try folder.problems()
        #expect(
            found == [
                "crew.yaml:3:1: warning repeated_key", "crew.yaml:3:1: warning unknown_key",
                "agents/a.yaml:5:1: warning repeated_key",
                "agents/a.yaml:6:1: warning repeated_key",
            ])
        #expect(try folder.load().definition.agents.first?.role == "z")
    }

    @Test("A missing folder, a missing file and a misnamed one are told apart")
    func missing() throws {
        let folder = try CrewFiles()
        #expect(message(folder).hasPrefix("DIR/crew.yaml:1:1: error: there is no such file"))
        try folder.write("crew.yml", Data())
        #expect(message(folder).contains("rename crew.yml to crew.yaml"))
        let error = #expect(throws: CrewError.self) {
            _ = try CrewFolder.load(folder.path + "/nowhere", environment: [:])
        }
        #expect(error?.message.contains("there is no such folder") == true)
        let file = #expect(throws: CrewError.self) {
            _ = try CrewFolder.load(folder.path + "/crew.yml", environment: [:])
        }
        #expect(file?.message.contains("this is not a folder") == true)
    }

    @Test("An empty crew.yaml is a crew without agents")
    func empty() throws {
        let found = try CrewFiles(["crew.yaml": ""]).problems()
        #expect(found == ["crew.yaml:1:1: error missing_key"])
        let list = try CrewFiles(["crew.yaml": "- a"]).problems()
        #expect(list == ["crew.yaml:1:1: error wrong_type"])
    }

    @Test("A byte-order mark and Windows line ends are accepted")
    func windows() throws {
        let folder = try CrewFiles([
            "crew.yaml": "\u{FEFF}agents: [a]\r\nnamee: x\r\n",
            "agents/a.yaml": "\u{FEFF}id: a\r\nname: A\r\nmodel: m\r\nprovider: p\r\n",
        ])
        let found = try folder.problems()
        #expect(found == ["crew.yaml:2:1: warning unknown_key"])
    }

    @Test("Agent files that cannot be read are errors of their own, without echoes")
    func agentFiles() throws {
        let folder = try CrewFiles([
            "crew.yaml": """
            agents: [a, broken, latin, loop]
            entry_point: broken
            routing: {signals: {broken: [{signal: "[X]", target: latin}]}}
            """,
            "agents/a.yaml": "id: a\nname: A\nmodel: m\nprovider: p\nhandoff_targets: [loop]",
            "agents/broken.yaml": "id: [",
        ])
        try folder.write("agents/latin.yaml", Data([0x69, 0x64, 0x0A, 0xE9, 0x0A]))
        let files = FileManager.default
        try files.createSymbolicLink(
            atPath: folder.path + "/agents/loop.yaml", withDestinationPath: "loop.yaml")
        try files.createDirectory(
            atPath: folder.path + "/agents/dir.yaml", withIntermediateDirectories: false)
        let found = try folder.problems()
        #expect(
            found == [
                "agents/broken.yaml:1:5: error unreadable_file",
                "agents/latin.yaml:2:1: error unreadable_file",
                "agents/loop.yaml:1:1: error unreadable_file",
                "agents/dir.yaml:1:1: warning unreadable_file",
            ])
    }

    @Test("A pipe in place of a file is not waited for")
    func pipe() throws {
        let folder = try CrewFiles(oneAgent())
        #expect(mkfifo(folder.path + "/script.yaml", 0o600) == 0)
        let found = try folder.problems()
        #expect(found == ["script.yaml:1:1: error unreadable_file"])
    }

    @Test("More than a thousand agents are refused")
    func manyAgents() throws {
        var files: [String: String] = [:]
        for index in 1_000...2_001 { files["agents/a\(index).yaml"] = "id: a\(index)" }
        files["crew.yaml"] = "agents: [a1000]"
        let found = try CrewFiles(files).problems()
        #expect(
            found.filter { $0.contains("error") } == [
                "agents/a2000.yaml:1:1: error too_many_agents"
            ])
    }
}
