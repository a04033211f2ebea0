import ArgumentParser
import CrewConfig
import CrewKit
import CrewStore

/// Ends a run as cancelled.
struct RunsCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Ends a run as cancelled; 'crew runs resume' can go on with it.",
        discussion: """
            The depth says what a run that is worked may still finish: nothing (now), the model call \
            under way with its tools (after-round), or the turn of the agent (after-turn).
            """)

    @OptionGroup var crew: CrewOptions

    @Argument(help: "The run's id, or its first characters.")
    var run: String

    @Option(
        help: "The file that keeps the runs: sqlite:PATH. (default: sqlite:DIR/.crew/runs.sqlite)",
        transform: StoreChoice.init)
    var store: StoreChoice = .file(nil)

    @Option(help: "now, after-round or after-turn. (default: now)", transform: StopDepth.init)
    var depth: StopDepth = .now

    func run() async throws {
        let served = try await CommandStore.withReader(store, of: crew.folder) { reader in
            let found = try await RunLookup.record(run, in: reader)
            return try await ServedRuns.withServer(of: reader) { try await end(found, at: $0) }
        }
        let record = if let served { served } else { try await ended() }
        switch record.status {
        case .ended(.cancelled): StandardStreams.complain("run \(record.id): cancelled")
        default:
            throw CommandFailure(
                "run \(record.id) is not cancelled: it is \(OutcomeText.word(for: record.status))")
        }
    }

    private func end(_ record: RunRecord, at place: some RunWorker) async throws -> RunRecord {
        if case .ended = record.status { return record }
        for try await _ in try await place.perform(.cancel(record, depth)).items {}
        return try await place.record(of: record.id)
    }

    /// Without a server nothing is under way: no model is needed to end a run.
    private func ended() async throws -> RunRecord {
        let setup = try CrewSetup(crew, models: ModelOptions.none)
        return try await CommandStore.withOpen(store, of: crew.folder) { opened in
            let found = try await RunLookup.record(run, in: opened.runs)
            let runner = try setup.bareRunner(
                AbsentModel.set(for: setup.loaded.definition), store: opened)
            return try await runner.workingRuns {
                try await end(found, at: OwnRuns(runner: runner))
            }
        }
    }
}

extension StopDepth {
    /// - Throws: `ValidationError` for another word.
    init(argument: String) throws {
        guard let depth = Self(rawValue: argument.replacing("-", with: "_")) else {
            throw ValidationError("write now, after-round or after-turn")
        }
        self = depth
    }
}
