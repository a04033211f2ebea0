import Foundation
import Testing

@Suite("The command line")
struct CommandTests {
    private let hello = "rules: [{reply: 'Hello there'}]"

    @Test("A run that completes prints what was said, says what answered, and exits with 0")
    func run() async throws {
        let ended = try await Product.run("run", try Product.crew(script: hello), "hi")
        #expect(ended.code == 0)
        #expect(ended.output == "Ana: Hello there\n")
        #expect(ended.errors.contains("scripted"))
    }

    @Test("--json prints every stored event as one line")
    func json() async throws {
        let ended = try await Product.run("run", "--json", try Product.crew(script: hello), "hi")
        let lines = ended.output.split(separator: "\n")
        let types = try lines.map { line in
            let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return event?["type"] as? String
        }
        #expect(
            types == ["run_started", "turn_started", "round_started", "replied", "run_ended"])
    }

    @Test(
        "The exit code tells how the run ended",
        arguments: [
            ("rules: [{reply: 'one moment [WAIT]'}]", "{}", 3),
            ("rules: [{reply: {error: {kind: server_error, message: boom}}}]", "{}", 1),
            (
                "rules: [{reply: {text: x, tool_calls: [{name: T}]}}, {after_tool: '*', reply: {text: x, tool_calls: [{name: T}]}}]",
                "{max_rounds: 2}", 4
            ),
            ("rules: [{reply: 'bye [DONE]'}]", "{}", 0),
        ])
    func exitCodes(script: String, settings: String, code: Int) async throws {
        let folder = try Product.crew(script: script, settings: settings)
        let ended = try await Product.run("run", folder, "hi")
        #expect(ended.code == code, "\(ended.errors)")
    }

    @Test("A missing folder, a folder without a crew and a broken file are told with their place")
    func unreadable() async throws {
        let missing = try await Product.run("run", "/nowhere/at/all", "hi")
        #expect(missing.code == 2)
        #expect(missing.errors.contains("/nowhere/at/all"))
        let folder = try Product.temporaryFolder()
        try Data("agents: [a\n".utf8).write(to: folder.appending(path: "crew.yaml"))
        let broken = try await Product.run("check", folder.path)
        #expect(broken.code == 2)
        #expect(broken.errors.contains("crew.yaml:"))
    }

    @Test("check exits with 0 for warnings and with 1 for errors")
    func check() async throws {
        let fine = try Product.crew(script: hello, settings: "{max_roundz: 3}")
        let warned = try await Product.run("check", fine)
        #expect(warned.code == 0)
        #expect(warned.output.contains("did you mean 'max_rounds'"))
        let wrong = try Product.crew(script: hello, settings: "{max_rounds: -1}")
        let refused = try await Product.run("check", wrong)
        #expect(refused.code == 1)
        #expect(refused.output.contains("crew.yaml:4:"))
    }

    @Test("The input can come from standard input")
    func standardInput() async throws {
        let script = "rules: [{reply: 'you said {{user}}'}]"
        let ended = try await Product.run(
            "run", try Product.crew(script: script), "-", input: "xin chào\n")
        #expect(ended.output == "Ana: you said xin chào\n")
    }

    @Test("A chat remembers, resumes what waits, and ends with its input")
    func chat() async throws {
        let script = """
            rules:
              - {user_matches: first, reply: 'which one? [WAIT]'}
              - {reply: 'got {{user}}'}
            """
        let ended = try await Product.run(
            "chat", try Product.crew(script: script), input: "first\nthe red\nexit\n")
        #expect(ended.code == 0)
        #expect(ended.output.contains("which one?"))
        #expect(ended.output.contains("got the red"))
    }

    @Test(
        "Wrong usage is told with help",
        arguments: [
            ["run"], ["serve", "--port", "many"], ["nothing"],
            ["run", "--local", "--scripted", "x", "y"],
        ])
    func usage(arguments: [String]) async throws {
        let ended = try await Product.run(list: arguments)
        #expect(ended.code == 64)
        #expect(ended.errors.contains("Usage") || ended.errors.contains("help"))
    }

    @Test("An address that is not the loopback is refused with what to do")
    func remoteAddress() async throws {
        let ended = try await Product.run(
            "serve", try Product.crew(script: hello), "--host", "0.0.0.0")
        #expect(ended.code == 1)
        #expect(ended.errors.contains("127.0.0.1"))
    }
}
