import Foundation
import Testing

@Suite("Recording and replaying from the command line")
struct CassetteTests {
    private static func cassette() throws -> String {
        try Product.temporaryFolder().appending(path: "run.cassette").path
    }

    @Test("What was recorded is replayed without a model: the same words, the same events")
    func replay() async throws {
        let folder = try Product.crew(script: "rules: [{reply: 'Hello there'}]")
        let cassette = try Self.cassette()
        let recorded = try await Product.run("run", "--json", folder, "hi", "--record", cassette)
        #expect(recorded.code == 0, "\(recorded.errors)")
        #expect(recorded.errors.contains("recorded 1 model call in \(cassette)"))
        try FileManager.default.removeItem(atPath: "\(folder)/script.yaml")
        let replayed = try await Product.run("run", "--json", folder, "hi", "--replay", cassette)
        #expect(replayed.code == 0, "\(replayed.errors)")
        #expect(!replayed.errors.contains("warning"))
        #expect(try Self.events(replayed.output) == (try Self.events(recorded.output)))
        let words = try await Product.run("run", folder, "hi", "--replay", cassette)
        #expect(words.output == "Ana: Hello there\n")
        #expect(words.errors.contains("replayed from"))
    }

    /// Events without what differs from run to run.
    private static func events(_ output: String) throws -> [String] {
        try output.split(separator: "\n").map { line in
            var event =
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
            // The definition is another one without its script.
            for key in [
                "run", "run_id", "session", "session_id", "at", "time", "timestamp", "id",
                "definition",
            ] {
                event[key] = nil
            }
            let data = try JSONSerialization.data(withJSONObject: event, options: .sortedKeys)
            return String(decoding: data, as: UTF8.self)
                .replacing(#/[0-9a-f]{8}-[0-9a-f-]{27}|run[-_][0-9a-zA-Z]+/#, with: "ID")
        }
    }

    @Test("A call that was not recorded ends the run, and says how it differs")
    func mismatch() async throws {
        let folder = try Product.crew(script: "rules: [{reply: 'Hello there'}]")
        let cassette = try Self.cassette()
        _ = try await Product.run("run", folder, "hi", "--record", cassette)
        let replayed = try await Product.run("run", folder, "hello", "--replay", cassette)
        #expect(replayed.code == 1)
        let told = replayed.output + replayed.errors
        #expect(told.contains("line 2"))
        #expect(told.contains(#"recorded "hi", asked "hello""#))
        #expect(told.contains("1 recorded answer was not asked for"))
        #expect(told.contains("line 2 (agent 'a')"))
    }

    @Test("A recording is not written over without --force, and wrong words are told")
    func options() async throws {
        let folder = try Product.crew(script: "rules: [{reply: 'Hello there'}]")
        let cassette = try Self.cassette()
        _ = try await Product.run("run", folder, "hi", "--record", cassette)
        let refused = try await Product.run("run", folder, "hi", "--record", cassette)
        #expect(refused.code == 1)
        #expect(refused.errors.contains("--force"))
        let forced = try await Product.run("run", folder, "hi", "--record", cassette, "--force")
        #expect(forced.code == 0)
        for wrong in [
            ["--record", "x", "--replay", "y"], ["--force"], ["--replay-timing"],
        ] {
            #expect(try await Product.run(list: ["run", folder, "hi"] + wrong).code == 64)
        }
        let missing = try await Product.run("run", folder, "hi", "--replay", "/nowhere/x")
        #expect(missing.code == 1)
        #expect(missing.errors.contains("/nowhere/x"))
    }

    @Test("A conversation is recorded and replayed as a whole")
    func chat() async throws {
        let script = """
            rules:
              - {user_matches: first, reply: 'which one? [WAIT]'}
              - {reply: 'got {{user}}'}
            """
        let folder = try Product.crew(script: script)
        let cassette = try Self.cassette()
        let input = "first\nthe red\nexit\n"
        let recorded = try await Product.run(
            list: ["chat", folder, "--record", cassette], input: input)
        try FileManager.default.removeItem(atPath: "\(folder)/script.yaml")
        let replayed = try await Product.run(
            list: ["chat", folder, "--replay", cassette], input: input)
        #expect(replayed.code == 0, "\(replayed.errors)")
        #expect(replayed.output == recorded.output)
        #expect(replayed.output.contains("got the red"))
    }

    @Test("A key of the environment file does not get into the recording")
    func keys() async throws {
        let folder = try Product.crew(script: "rules: [{reply: 'the key is pass-12345'}]")
        try Data("SOME_API_KEY=pass-12345\n".utf8)
            .write(to: URL(filePath: folder).appending(path: ".env"))
        let cassette = try Self.cassette()
        _ = try await Product.run("run", folder, "say pass-12345", "--record", cassette)
        let text = try String(contentsOfFile: cassette, encoding: .utf8)
        #expect(text.contains("<redacted>"))
        #expect(!text.contains("pass-12345"))
        let replayed = try await Product.run("run", folder, "say pass-12345", "--replay", cassette)
        #expect(replayed.code == 0, "\(replayed.errors)")
    }

    /// Recorded with `crew run Examples/it-support-en "My computer is very slow" --record FILE`.
    @Test("The recorded run of the IT support crew still goes the same way")
    func example() async throws {
        let cassette = Product.root
            .appending(path: "Tests/CrewCommandTests/Cassettes/it-support-en.cassette").path
        let folder = try Product.example("it-support-en")
        try FileManager.default.removeItem(at: folder.appending(path: "script.yaml"))
        let ended = try await Product.run(
            "run", folder.path, "My computer is very slow", "--replay", cassette)
        #expect(ended.code == 3, "\(ended.errors)")
        #expect(ended.output.contains("?"))
        #expect(!ended.errors.contains("warning"), "\(ended.errors)")
    }
}
