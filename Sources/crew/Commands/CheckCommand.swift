import ArgumentParser
import CrewConfig
import CrewKit

/// Says everything that is wrong or odd about a crew without running it.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Says everything that is wrong or odd about a crew.",
        discussion: """
            Exit codes: 0 the crew can run, warnings included; 1 it has errors; 2 it cannot be read.
            """)

    @OptionGroup var crew: CrewOptions

    @Flag(help: "Show notes too: what is accepted and has no effect.")
    var notes = false

    @Flag(help: "Rewrite older forms in the files first; comments and layout stay.")
    var fix = false

    func run() async throws {
        if fix { try CheckFix.rewrite(crew.folder) }
        let setup = try CrewSetup(crew, models: ModelOptions(), showsProblems: false)
        let problems = setup.problems
        for problem in problems where notes || problem.severity > .note {
            StandardStreams.show("\(problem)\n")
        }
        let counts = Dictionary(grouping: problems, by: \.severity).mapValues(\.count)
        let errors = counts[.error] ?? 0
        StandardStreams.show(
            "\(errors == 0 ? "can run" : "cannot run"): "
                + "\(Self.count(errors, "error")), "
                + "\(Self.count(counts[.warning] ?? 0, "warning")), "
                + "\(Self.count(counts[.note] ?? 0, "note"))\(notesHint(counts[.note] ?? 0))\n")
        if errors > 0 { throw ExitCode(ExitCodes.failed) }
        do {
            try await setup.checkSandbox()
        } catch let error as CrewError {
            StandardStreams.complain("on this machine it cannot: \(error.message)")
            throw ExitCode(ExitCodes.failed)
        }
    }

    private func notesHint(_ count: Int) -> String {
        count > 0 && !notes ? " (--notes shows them)" : ""
    }

    private static func count(_ number: Int, _ word: String) -> String {
        "\(number) \(word)\(number == 1 ? "" : "s")"
    }
}
