import ArgumentParser
import CrewKit
import CrewStore
import Foundation

/// Forgets runs.
struct RunsDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Forgets runs with all that belongs to them; what they spent stays counted.",
        discussion: "A run that is worked, or waits for its session, has to be cancelled first.")

    @OptionGroup var kept: KeptRuns

    @Argument(help: "Ids of runs, or their first characters.")
    var runs: [String]

    func run() async throws {
        let served: Void? = try await CommandStore.withReader(kept.store, of: kept.folder) {
            reader in
            try await ServedRuns.withServer(of: reader) { server in
                try await forEachRun(in: reader) { try await server.delete($0) }
            }
        }
        guard served == nil else { return }
        try await CommandStore.withOpen(kept.store, of: kept.folder) { opened in
            try await forEachRun(in: opened.runs) { try await opened.runs.delete($0) }
        }
    }

    /// All of them are looked up before the first is deleted.
    private func forEachRun(
        in store: any RunStore, _ delete: (RunID) async throws -> Void
    ) async throws {
        var found: [RunID] = []
        for text in runs { found.append(try await RunLookup.record(text, in: store).id) }
        for run in found {
            try await delete(run)
            StandardStreams.complain("run \(run): deleted")
        }
    }
}

/// Writes a run into a file.
struct RunsExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes a run as one file of JSON lines, which 'crew runs import' reads.",
        discussion: """
            The first line says what run it is, the others are its events. It holds all that was \
            said in the run; artifacts are not in it.
            """)

    @OptionGroup var kept: KeptRuns

    @Argument(help: "The run's id, or its first characters.")
    var run: String

    @Option(
        name: [.customShort("o"), .long], help: "The file to write. (default: standard output)",
        completion: .file())
    var output: String?

    func run() async throws {
        try await CommandStore.withReader(kept.store, of: kept.folder) { store in
            let record = try await RunLookup.record(run, in: store)
            if let output {
                try await write(record, of: store, to: output)
            } else {
                try await RunArchive.write(record.id, of: store) { StandardStreams.show($0) }
            }
            if !record.isAtRest {
                StandardStreams.complain(
                    "the run is not at rest: what was written cannot be imported")
            }
            let artifacts = try await store.artifacts(of: record.id).count
            if artifacts > 0 { StandardStreams.complain("left out: \(artifacts) artifacts") }
        }
    }

    /// Written beside its place first, so that there is never half a file.
    private func write(_ record: RunRecord, of store: SQLiteRunStore, to path: String) async throws
    {
        let part = path + ".part"
        guard
            FileManager.default.createFile(
                atPath: part, contents: nil, attributes: [.posixPermissions: 0o600]),
            let file = FileHandle(forWritingAtPath: part)
        else { throw CommandFailure("error: '\(path)' cannot be written") }
        do {
            try await RunArchive.write(record.id, of: store) {
                try file.write(contentsOf: Data($0.utf8))
            }
            try file.close()
            guard rename(part, path) == 0 else {
                throw CommandFailure("error: '\(path)' cannot be written")
            }
        } catch {
            unlink(part)
            throw error is CrewError || error is CommandFailure
                ? error : CommandFailure("error: '\(path)' cannot be written")
        }
    }
}

/// Reads a run from a file.
struct RunsImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Reads a run from a file that 'crew runs export' wrote.",
        discussion: """
            The run must be at rest and not be kept already. No server may own the store meanwhile.
            """)

    @OptionGroup var kept: KeptRuns

    @Argument(help: "The file. '-' reads standard input.", completion: .file())
    var file: String

    private static let mostProblems = 20

    func run() async throws {
        let archive = try read()
        try await CommandStore.withOpen(kept.store, of: kept.folder) { opened in
            guard opened.outlivesProcess else {
                throw CommandFailure(
                    "error: runs in memory end with their process: name a file, as in "
                        + "--store sqlite:PATH")
            }
            try await archive.restore(to: opened.runs)
        }
        StandardStreams.show("\(archive.record.id)\n")
    }

    private func read() throws -> RunArchive {
        let text: String
        if file == "-" {
            text = try StandardStreams.readInput(upTo: 1 << 30)
        } else {
            guard let bytes = FileManager.default.contents(atPath: file) else {
                throw CommandFailure("\(file): error: this file cannot be read")
            }
            guard let decoded = String(data: bytes, encoding: .utf8) else {
                throw CommandFailure("\(file): error: this is not a text in UTF-8")
            }
            text = decoded
        }
        let (archive, problems) = RunArchive.read(text)
        let name = file == "-" ? "standard input" : file
        for problem in problems.prefix(Self.mostProblems) {
            StandardStreams.complain("\(name):\(problem.line): error: \(problem.message)")
        }
        if problems.count > Self.mostProblems {
            StandardStreams.complain("and \(problems.count - Self.mostProblems) more")
        }
        guard let archive else { throw CommandFailure("nothing was imported") }
        return archive
    }
}
