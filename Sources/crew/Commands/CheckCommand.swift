import ArgumentParser
import CrewConfig
import CrewKit
import Foundation

/// Says everything that is wrong or odd about crews without running them.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Says everything that is wrong or odd about a crew.",
        discussion: """
            Every problem is told at once, with file, line and column, the words that it is about \
            and what to do. Secrets in the files are not shown.

            Exit codes: 0 the crew can run, warnings included; 1 it has errors; 2 it cannot be read.
            """)

    @Argument(help: "The crews' folders.", completion: .directory)
    var folders: [String]

    @Option(
        name: .customLong("env-file"),
        help: ArgumentHelp(
            "A file with NAME=value lines; what the environment sets already counts more.",
            discussion:
                "Without it, .env in the crew's folder or in this one is read where there is one."),
        completion: .file())
    var environmentFile: String?

    @Option(
        help: "A file of prices that lies over the bundled table, in place of your own.",
        completion: .file())
    var prices: String?

    @Option(help: "text for people, json for programs, sarif for editors and code scanning.")
    var format = Format.text

    @Flag(help: "The same as --format json.")
    var json = false

    @Flag(help: "Count warnings as errors, whatever the crew's config_mode says.")
    var strict = false

    @Flag(help: "Show notes too: what is accepted and has no effect. json and sarif always do.")
    var notes = false

    @Flag(help: "Show errors only, and no last line.")
    var quiet = false

    @Flag(
        help: ArgumentHelp(
            "Ask the models' endpoints: are they there, do they take the key, have they the model?",
            discussion: "Only lists of models are asked for, which costs nothing."))
    var online = false

    @Flag(help: "Rewrite older forms in the files first; comments and layout stay.")
    var fix = false

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, sarif
    }

    func validate() throws {
        if folders.isEmpty { throw ValidationError("name the folder of a crew") }
    }

    func run() async throws {
        var report = ProblemReport(isStrict: strict)
        for folder in folders {
            var one = ProblemReport(isStrict: strict)
            do {
                if fix { try CheckFix.rewrite(folder, asideOutput: json || format != .text) }
                try await check(folder, into: &one)
            } catch let failure as CommandFailure {
                one.addUnreadable(failure.problem(in: folder))
            }
            if format == .text, !json { show(one, of: folder) }
            report.add(one)
        }
        switch json ? .json : format {
        case .text: break
        case .json: StandardStreams.show(report.json.indentedText)
        case .sarif:
            let log = report.sarif(
                version: ProductVersion.current,
                workingDirectory: FileManager.default.currentDirectoryPath)
            StandardStreams.show(log.indentedText)
        }
        if report.isUnreadable { throw ExitCode(ExitCodes.unreadable) }
        if report.hasErrors { throw ExitCode(ExitCodes.failed) }
    }

    private func check(_ folder: String, into report: inout ProblemReport) async throws {
        var options = CrewOptions()
        options.folder = folder
        options.environmentFile = environmentFile
        options.prices = prices
        do {
            report.add(try await CrewCheck(options: options, isOnline: online).problems())
        } catch let crew as UnreadableCrew {
            report.add(crew)
        }
    }

    private func show(_ report: ProblemReport, of folder: String) {
        if report.isUnreadable {
            // Where it always went: nothing was found out about the crew.
            return StandardStreams.complain(String(report.text().dropLast()))
        }
        StandardStreams.show(report.text(from: quiet ? .error : notes ? .note : .warning))
        guard !quiet else { return }
        let which = folders.count > 1 ? "\(folder): " : ""
        let hidden = notes ? 0 : report.problems(of: .note).count
        StandardStreams.show(
            "\(which)\(report.hasErrors ? "cannot run" : "can run"): \(report.counts)"
                + "\(hidden > 0 ? " (--notes shows them)" : "")\n")
    }
}
