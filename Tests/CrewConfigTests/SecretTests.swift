import CrewConfig
import CrewKit
import Foundation
import Testing

@Suite("References and secrets in files")
struct SecretTests {
    private static func files(_ key: String, _ value: String) throws -> CrewFiles {
        try CrewFiles([
            "crew.yaml": "agents: [a]",
            "agents/a.yaml":
                "id: a\nname: A\nprimary: {provider: openai, model: m, \(key): '\(value)'}",
        ])
    }

    private static func model(
        _ files: CrewFiles, _ environment: [String: String] = [:]
    ) throws -> ModelReference? {
        try files.load(environment: environment).definition.agents.first?.primary
    }

    @Test("A secret file gives its text without the line end; the path may be relative")
    func file() throws {
        let files = try Self.files("api_key", "${file:secrets/key}")
        try FileManager.default.createDirectory(
            atPath: files.path + "/secrets", withIntermediateDirectories: true)
        try files.write("secrets/key", Data("sk-from-a-file\n".utf8))
        #expect(try Self.model(files)?.apiKey?.revealed == "sk-from-a-file")
        #expect(try files.problems() == [], "it is no key in the file")
        let absolute = try Self.files("api_key", "${file:\(files.path)/secrets/key}")
        #expect(try Self.model(absolute)?.apiKey?.revealed == "sk-from-a-file")
    }

    @Test("A secret file that is not there counts as not given, with its name")
    func missingFile() throws {
        let files = try Self.files("api_key", "${file:/nowhere/key}")
        #expect(try Self.model(files)?.apiKey == nil)
        let found = try files.load().problems(tools: [])
        #expect(found.map(\.problem.code) == ["unreadable_secret"])
        #expect(found.first?.problem.message.contains("/nowhere/key") == true)
    }

    /// A reference, the environment, and the URL that comes of it.
    static let references: [(String, [String: String], String?)] = [
        ("http://${HOST}/v1", ["HOST": "h"], "http://h/v1"),
        ("http://${HOST:-x}/v1", [:], "http://x/v1"),
        ("http://${HOST:-x}/v1", ["HOST": ""], "http://x/v1"),
        ("http://${HOST:?say where}/v1", ["HOST": "h"], "http://h/v1"),
        ("http://${HOST:?say where}/v1", [:], nil),
        ("http://${HOST:?say where}/v1", ["HOST": ""], nil),
        ("http://${9}/${}/${a b}", [:], "http://${9}/${}/${a b}"),
    ]

    @Test("Variables are replaced, have a default, or must be there", arguments: references)
    func variable(_ text: String, _ environment: [String: String], _ expected: String?) throws {
        let files = try Self.files("base_url", text)
        #expect(try Self.model(files, environment)?.baseURL == expected)
    }

    @Test("A variable that must be there is an error with its author's words")
    func needed() throws {
        let found = try Self.files("base_url", "${HOST:?say where}").load().problems(tools: [])
        #expect(found.map(\.severity) == [.error])
        #expect(found.first?.problem.message.contains("say where") == true)
    }

    /// Files with a secret in them, and whether a warning says so.
    static let clear: [([String: String], Bool)] = [
        (oneAgent(crew: "mcp_servers: {h: {url: \"https://h.example/x?api_key=SECRET\"}}"), true),
        (oneAgent(crew: "mcp_servers: {y: {command: [y, \"--password=SECRET\"], x: 1}}"), true),
        (oneAgent(crew: "mcp_servers: {y: {command: [y], env: {DB_PASS: SECRET}}}"), true),
        (oneAgent("api_keyy: SECRET # why"), false),
        (oneAgent("x: 1\npass_phrase: 'SECRET'"), false),
    ]

    @Test("What is secret by its name is in no line that is shown", arguments: clear)
    func names(_ text: [String: String], _ isTold: Bool) throws {
        let secret = "Tr0ub4dor3xyz"
        let files = try CrewFiles(text.mapValues { $0.replacing("SECRET", with: secret) })
        let found = try files.load().problems(tools: [])
        let shown = found.map(\.quotedDescription).joined(separator: "\n")
        #expect(shown.contains("***") && !shown.contains(secret), "\(shown)")
        #expect(found.contains { $0.problem.code == "secret_in_file" } == isTold, "\(shown)")
    }

    @Test("A misspelt number of tokens is shown, and words with '=' in prose are no secrets")
    func noSecrets() throws {
        let files = try CrewFiles(
            oneAgent("max_tokenss: 5000\nsystem_prompt: answer with token=something or key=other"))
        let found = try files.load().problems(tools: [])
        #expect(found.contains { $0.quote?.text == "max_tokenss: 5000" })
        #expect(!found.contains { $0.problem.code == "secret_in_file" })
    }

    @Test("A secret is in no problem and in no description of the definition")
    func redaction() throws {
        let secret = "hunter2hunter2"
        let crew = """
            tools:
              T:
                description: d
                http: {url: "ftp://${KEY}.example.com", query: {k: "${KEY}"}, allowed_hosts: ["x/${KEY}"]}
            """
        let files = try CrewFiles([
            "crew.yaml": "agents: [a]\n" + crew,
            "agents/a.yaml":
                "id: a\nname: A\nprimary: {provider: '${KEY}', model: m, api_key: '${KEY}'}",
        ])
        let loaded = try files.load(environment: ["KEY": secret])
        let text = loaded.problems(tools: []).map(\.description).joined(separator: "\n")
        #expect(!text.contains(secret), "\(text)")
        #expect(!"\(loaded.definition.agents.map(\.primary.apiKey))".contains(secret))
        #expect(loaded.secrets.redacted("a \(secret) b") == "a <redacted> b")
        #expect(loaded.definition.digest.map { !$0.contains(secret) } == true)
    }
}
