import Foundation
import Subprocess
import SystemPackage
import Testing

@Suite("Conversations at the terminal", .timeLimit(.minutes(2)))
struct ConversationTests {
    /// What is done once some words were shown.
    enum Move: Sendable {
        case say(String)
        case interrupt
    }

    /// Talks with the binary, each move once the words before it have appeared; returns all that it
    /// showed.
    private func talk(
        _ arguments: [String], _ moves: [(words: String, move: Move)]
    ) async throws -> String {
        let ended = try await Subprocess.run(
            .path(FilePath(Product.binary)), arguments: Arguments(arguments),
            environment: Product.environment(), input: .inputWriter, output: .sequence,
            error: .discarded
        ) { execution in
            var shown = ""
            var fresh = ""
            var left = moves[...]
            for try await chunk in execution.standardOutput {
                let text = chunk.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
                shown += text
                fresh += text
                guard let next = left.first, fresh.contains(next.words) else { continue }
                fresh = ""
                left.removeFirst()
                switch next.move {
                case .say(let line):
                    _ = try await execution.standardInputWriter.write(line + "\n")
                case .interrupt: try execution.send(signal: .interrupt)
                }
                if left.isEmpty { try await execution.standardInputWriter.finish() }
            }
            return shown
        }
        return ended.closureResult
    }

    @Test("What was cut off is not mixed up with what comes next, which is shown once")
    func interrupted() async throws {
        let crew = try KeptCrew()
        try crew.script(wordsPerSecond: 1)
        let shown = try await talk(
            ["chat", crew.folder, "--color", "always"],
            [
                ("you: ", .say("hello")), ("said", .interrupt), ("you: ", .say("ask")),
                ("you: ", .say("exit")),
            ])
        #expect(shown.contains("cancelled"))
        #expect(shown.split(separator: "which one?").count == 2, "\(shown)")
    }

    @Test("A kept run that was interrupted goes on later where it stood")
    func goesOn() async throws {
        let crew = try KeptCrew()
        try crew.script(wordsPerSecond: 0.7)
        _ = try await talk(
            ["run", crew.folder, "hello", "--store", "sqlite", "--color", "always"],
            [("said", .interrupt)])
        #expect(try await crew.list("--status", "cancelled").count == 1)
        try crew.script()
        let resumed = try await crew.runs("resume", try await crew.newest())
        #expect(resumed.code == 0 && resumed.output.contains("at this time of the year"))
    }
}
