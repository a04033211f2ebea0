import CrewConfig
import CrewKit
import Foundation
import Testing

@Suite("Rewriting older forms")
struct RewritingTests {
    static let crew = """
        # A crew of the old days.
        agents: [a]   # one
        routing:
          signals:
            a:
              - {signal: "[P]", behavior: pause}   # asks
              - signal: '[T]'
                "behavior": terminate
          parallel_groups:
            g: {agents: [a], wait_for_all: false, next_agent: a}
            h:
              agents: [a]
              wait_for_all:   yes   # all of them
        """
    static let newCrew = """
        # A crew of the old days.
        agents: [a]   # one
        routing:
          signals:
            a:
              - {signal: "[P]", type: pause}   # asks
              - signal: '[T]'
                "type": terminate
          parallel_groups:
            g: {agents: [a], join: first, next_agent: a}
            h:
              agents: [a]
              join:   all   # all of them
        """
    static let agent = """
        id: a
        name: A
        # which model
        model: "gpt-4o"   # large
        role: r
        provider: openai
        max_tokens_per_day: 500
        provider_url: https://example.com/v1
        enforce_cost_limits: false
        max_cost_per_day: 2.50
        """
    static let newAgent = """
        id: a
        name: A
        # which model
        primary:
          model: "gpt-4o"   # large
          provider: openai
          base_url: https://example.com/v1
        role: r
        cost_limits:
          max_tokens_per_day: 500
          block_on_cost_exceed: false
          max_cost_per_day_usd: 2.50

        """

    private func text(_ name: String, in files: CrewFiles) throws -> String {
        try String(contentsOfFile: "\(files.path)/\(name)", encoding: .utf8)
    }

    /// The definition without what tells versions of its text apart.
    private func meaning(_ files: CrewFiles) throws -> CrewDefinition {
        var crew = try files.load().definition
        crew.digest = nil
        return crew
    }

    @Test("Comments, quotes and layout stay, the meaning too; a second time nothing is left")
    func rewrite() throws {
        let files = try CrewFiles(["crew.yaml": Self.crew, "agents/a.yaml": Self.agent])
        let before = try meaning(files)
        let rewriting = try CrewRewriting(files.path)
        #expect(rewriting.refusals == [])
        #expect(rewriting.changes.map(\.line) == [6, 8, 10, 13, 4, 6, 7, 8, 9, 10])
        #expect(try text("crew.yaml", in: files) == Self.crew, "nothing is written yet")
        try rewriting.write()
        #expect(try text("crew.yaml", in: files) == Self.newCrew)
        #expect(try text("agents/a.yaml", in: files) == Self.newAgent)
        #expect(try meaning(files) == before)
        #expect(
            try !files.load().problems(tools: []).contains { $0.problem.code == "older_key" })
        let again = try CrewRewriting(files.path)
        #expect(again.changes == [] && again.refusals == [])
    }

    @Test("Line ends, a mark at the beginning, the file's mode and a link to it stay")
    func bytes() throws {
        let files = try CrewFiles(oneAgent())
        let agent = Self.agent.replacing("\n", with: "\r\n") + "\r\n"
        try files.write("real.yaml", Data([0xEF, 0xBB, 0xBF] + Array(agent.utf8)))
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o640], ofItemAtPath: "\(files.path)/real.yaml")
        try FileManager.default.removeItem(atPath: "\(files.path)/agents/a.yaml")
        try FileManager.default.createSymbolicLink(
            atPath: "\(files.path)/agents/a.yaml", withDestinationPath: "../real.yaml")
        try CrewRewriting(files.path).write()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(files.path)/real.yaml"))
        let expected = Self.newAgent.replacing("\n", with: "\r\n")
        #expect(Array(bytes) == [0xEF, 0xBB, 0xBF] + Array(expected.utf8))
        let facts = try FileManager.default.attributesOfItem(atPath: "\(files.path)/real.yaml")
        #expect(facts[.posixPermissions] as? Int == 0o640)
        let link = try FileManager.default.attributesOfItem(atPath: "\(files.path)/agents/a.yaml")
        #expect(link[.type] as? FileAttributeType == .typeSymbolicLink)
    }

    /// An agent's file that stays as it is, and a part of the reason.
    static let stubborn = [
        ("id: a\nname: A\nmodel: x\nprimary: {provider: p, model: m}", "primary"),
        ("{id: a, name: A, model: x, provider: p}", "begin its line"),
        ("id: a\nname: A\nprovider: p\nprimary: {model: m, provider: q}", "primary"),
        ("id: a\nname: A\nmodel: >\n  x\nprovider: q", "same line"),
        (
            "id: a\nname: A\nmodel: x\nmax_tokens_per_day: 3\ncost_limits: {max_tokens_per_call: 1}",
            "block of lines"
        ),
        (
            "id: a\nname: A\nmodel: x\nmax_tokens_per_day: 3\ncost_limits:\n  max_tokens_per_day: 4",
            "is there too"
        ),
        (
            "id: a\nname: A\nprimary: {provider: p, model: m, provider_url: 'http://x', base_url: 'http://y'}",
            "is there too"
        ),
        ("id: a\nname: A\nmodel: x\nprimary:", "remove it"),
    ]

    @Test("What cannot be rewritten safely stays, with the reason", arguments: stubborn)
    func refuse(_ agent: String, _ reason: String) throws {
        let files = try CrewFiles(["crew.yaml": "agents: [a]", "agents/a.yaml": agent])
        let before = try meaning(files)
        let rewriting = try CrewRewriting(files.path)
        #expect(
            rewriting.refusals.contains { $0.reason?.contains(reason) == true },
            "\(rewriting.refusals)")
        try rewriting.write()
        #expect(try meaning(files) == before)
    }

    /// Flat keys of a model of which one cannot move.
    static let inseparable = [
        "id: a\nname: A\nmodel: >-\n  m1\nprovider: >-\n  scripted\napi_key_env: HOME\n",
        "id: a\nname: A\nmodel: |\n  m1\nprovider: ollama\napi_key_env: HOME\n",
        "id: a\nname: A\nx: &m\n  model: m1\n  provider: ollama\n<<: *m\napi_key_env: HOME\n",
    ]

    @Test("The flat keys of a model move together, or none does", arguments: inseparable)
    func together(_ agent: String) throws {
        let files = try CrewFiles(["crew.yaml": "agents: [a]", "agents/a.yaml": agent])
        let rewriting = try CrewRewriting(files.path)
        #expect(rewriting.changes == [])
        #expect(
            rewriting.refusals.contains {
                $0.text.contains("api_key_env") && $0.reason?.contains("together") == true
            }, "\(rewriting.refusals)")
        try rewriting.write()
        #expect(try text("agents/a.yaml", in: files) == agent)
    }

    @Test("A file without write permission stays, and that is said")
    func readOnly() throws {
        let files = try CrewFiles(["crew.yaml": "agents: [a]", "agents/a.yaml": Self.agent])
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o444], ofItemAtPath: "\(files.path)/agents/a.yaml")
        let rewriting = try CrewRewriting(files.path)
        #expect(rewriting.changes == [])
        #expect(rewriting.refusals.allSatisfy { $0.reason?.contains("read-only") == true })
        #expect(rewriting.refusals.count == 6)
        try rewriting.write()
        #expect(try text("agents/a.yaml", in: files) == Self.agent)
    }

    @Test("A group named in place of its members stays, with what to write")
    func parallelTargets() throws {
        let files = try CrewFiles(
            oneAgent(crew: "routing: {signals: {a: [{signal: '[A]', parallel_targets: [a]}]}}"))
        let rewriting = try CrewRewriting(files.path)
        #expect(rewriting.changes == [])
        #expect(rewriting.refusals.first?.reason?.contains("name a group") == true)
    }

    @Test("Anchors and merged blocks are followed, and rewritten once")
    func anchors() throws {
        let agent = """
            id: a
            name: A
            primary: &m
              provider: ollama
              model: x
              provider_url: http://localhost:1
            backup: {<<: *m, model: y}
            fallbacks: [*m]
            """
        let files = try CrewFiles(["crew.yaml": "agents: [a]", "agents/a.yaml": agent])
        let before = try meaning(files)
        let rewriting = try CrewRewriting(files.path)
        #expect(rewriting.changes.map(\.line) == [6])
        try rewriting.write()
        #expect(
            try text("agents/a.yaml", in: files)
                == agent.replacing("provider_url", with: "base_url"))
        #expect(try meaning(files) == before)
    }

    @Test("A file that changed meanwhile is left alone")
    func changedMeanwhile() throws {
        let files = try CrewFiles(["crew.yaml": Self.crew, "agents/a.yaml": Self.agent])
        let rewriting = try CrewRewriting(files.path)
        try files.write("crew.yaml", Data("agents: [a]\n".utf8))
        #expect { try rewriting.write() } throws: { ($0 as? CrewError)?.code == .conflict }
        #expect(try text("crew.yaml", in: files) == "agents: [a]\n")
    }

    /// Lines that are put into the files at random places.
    static let odd = [
        "provider_url: x", "model: y", "  model: y", "# model: z", "behavior: pause", "primary:",
        "max_cost_per_day: &a 3", "max_tokens_per_day: *a", "cost_limits:", "  enforce: true",
        "provider: 'a", "wait_for_all: no", "\tmodel: t", "---", "role: |", "    model: deep",
        "<<: {model: merged}", "api_key_env: KEY", "memory_limits: {enforce: false}", "",
    ]

    @Test(
        "Whatever the files hold, their meaning stays, and nothing is rewritten twice",
        arguments: 1...150)
    func randomFiles(_ seed: Int) throws {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
        func random(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(count))
        }
        func mutated(_ text: String) -> String {
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(
                String.init)
            for _ in 0...random(4) {
                let index = random(lines.count)
                switch random(4) {
                case 0 where lines.count > 1: lines.remove(at: index)
                case 1: lines.insert(lines[random(lines.count)], at: index)
                case 2: lines[index] = "  " + lines[index]
                default: lines.insert(Self.odd[random(Self.odd.count)], at: index)
                }
            }
            return lines.joined(separator: "\n")
        }
        let files = try CrewFiles([
            "crew.yaml": mutated(Self.crew), "agents/a.yaml": mutated(Self.agent),
        ])
        guard let before = try? meaning(files) else { return }  // no YAML any more
        try CrewRewriting(files.path).write()
        #expect(try meaning(files) == before)
        #expect(try CrewRewriting(files.path).changes == [])
    }

    @Test("A file that cannot be read is told, and the others are rewritten")
    func unreadable() throws {
        let files = try CrewFiles([
            "crew.yaml": "agents: [a, b]", "agents/a.yaml": Self.agent, "agents/b.yaml": "id: [",
        ])
        let rewriting = try CrewRewriting(files.path)
        #expect(rewriting.refusals.map(\.file) == ["\(files.path)/agents/b.yaml"])
        try rewriting.write()
        #expect(try text("agents/a.yaml", in: files) == Self.newAgent)
        #expect(throws: CrewError.self) { try CrewRewriting("\(files.path)/nowhere") }
    }

    @Test("A link to a file outside of the crew's folder is not followed")
    func outside() throws {
        let other = try CrewFiles(["real.yaml": Self.agent])
        let files = try CrewFiles(["crew.yaml": "agents: [a]"])
        try FileManager.default.createSymbolicLink(
            atPath: "\(files.path)/agents/a.yaml", withDestinationPath: "\(other.path)/real.yaml")
        let rewriting = try CrewRewriting(files.path)
        #expect(rewriting.changes == [])
        #expect(!rewriting.refusals.isEmpty)
        #expect(rewriting.refusals.allSatisfy { $0.reason?.contains("outside") == true })
        try rewriting.write()
        #expect(try text("real.yaml", in: other) == Self.agent)
    }

    @Test("A draft that a crash left over is not in the way")
    func leftover() throws {
        let files = try CrewFiles(["crew.yaml": "agents: [a]", "agents/a.yaml": Self.agent])
        try files.write("agents/a.yaml.crew-fix", Data("id: a".utf8))
        try CrewRewriting(files.path).write()
        #expect(try text("agents/a.yaml", in: files) == Self.newAgent)
    }
}
