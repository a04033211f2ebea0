import CrewKit
import Foundation
import Testing

@testable import CrewConfig

@Suite("Digest of a definition")
struct DigestTests {
    @Test("Fingerprints are those of FNV-1a with 128 bits")
    func vectors() {
        let known = [
            "": "6c62272e07bb014262b821756295c58d",
            "a": "d228cb696f1a8caf78912b704e4a8964",
            "foobar": "343e1662793c64bf6f0d3597ba446f18",
        ]
        for (text, expected) in known {
            var fingerprint = Fingerprint()
            fingerprint.add(text)
            #expect(fingerprint.text == expected)
        }
    }

    static let crew = """
        agents: [a, b]
        entry_point: a
        routing:
          defaults: {a: b}
        settings: {max_rounds: 5, prices: "${NOWHERE:-x}"}
        """

    static func files() -> [String: String] {
        [
            "crew.yaml": crew,
            "agents/a.yaml":
                "id: a\nname: A\nprimary: &m {provider: scripted, model: m}\nbackup: *m",
            "agents/b.yaml": "id: b\nname: B\nprimary: {provider: scripted, model: m}",
            "script.yaml": "rules: [{reply: hi}]",
        ]
    }

    private func digest(
        _ files: [String: String], environment: [String: String] = [:]
    ) throws -> String {
        try #require(CrewFiles(files).load(environment: environment).definition.digest)
    }

    /// A file, and another way to write the same.
    static let layouts = [
        ("crew.yaml", "# a comment\n" + crew),
        ("crew.yaml", crew.replacing("agents: [a, b]", with: "agents:\n  - a\n  - 'b'")),
        ("crew.yaml", crew.replacing("{a: b}", with: "{ \"a\" : b }   # here")),
        (
            "crew.yaml",
            "settings: {prices: \"${NOWHERE:-x}\", max_rounds: 5}\nrouting: {defaults: {a: b}}\n"
                + "entry_point: a\nagents: [a, b]"
        ),
        (
            "agents/a.yaml",
            "id: a\nname: A\nprimary: {provider: scripted, model: m}\n"
                + "backup: {provider: scripted, model: m}"
        ),
        ("agents/c.yaml", "id: c\nname: C\nprimary: {provider: scripted, model: m}"),
        ("README.md", "Not read."),
    ]

    @Test("Layout, comments, the order of keys and foreign files do not count", arguments: layouts)
    func layout(_ file: String, _ text: String) throws {
        var files = Self.files()
        files[file] = text
        #expect(try digest(files) == digest(Self.files()))
    }

    static let changes = [
        ("crew.yaml", crew.replacing("[a, b]", with: "[b, a]")),
        ("crew.yaml", crew.replacing("max_rounds: 5", with: "max_rounds: 6")),
        ("crew.yaml", crew.replacing("max_rounds: 5", with: "max_rounds: '5'")),
        ("crew.yaml", crew.replacing("{a: b}", with: "{a: null}")),
        ("agents/a.yaml", files()["agents/a.yaml", default: ""] + "\nrole: r"),
        ("agents/b.yaml", "id: b\nname: B\nprimary: {provider: scripted, model: n}"),
        ("script.yaml", "rules: [{reply: ho}]"),
    ]

    @Test("Every other change counts", arguments: changes)
    func change(_ file: String, _ text: String) throws {
        var files = Self.files()
        files[file] = text
        #expect(try digest(files) != digest(Self.files()))
    }

    @Test("The environment does not count, so that no secret is in it")
    func environment() throws {
        let files = Self.files()
        #expect(try digest(files, environment: ["NOWHERE": "key"]) == digest(files))
    }

    @Test("Values do not run into each other")
    func borders() throws {
        var files = Self.files()
        files["agents/b.yaml"] = "id: b\nname: B\nrole: xy\ndescription: z\nmodel: m"
        let first = try digest(files)
        files["agents/b.yaml"] = "id: b\nname: B\nrole: x\ndescription: yz\nmodel: m"
        #expect(try digest(files) != first)
    }
}
