import ArgumentParser
import CrewConfig
import CrewKit
import CrewStore

/// Something that is to be done to a kept run, by whoever may do it.
struct RunActionOptions: ParsableArguments {
    @OptionGroup var crew: CrewOptions

    @Argument(help: "The run's id, or its first characters.")
    var run: String

    @Option(
        help: "The file that keeps the runs: sqlite:PATH. (default: sqlite:DIR/.crew/runs.sqlite)",
        transform: StoreChoice.init)
    var store: StoreChoice = .file(nil)

    @Flag(help: "Leave the run to the server that owns the file, instead of showing it.")
    var detach = false

    @OptionGroup var output: RunOutput
    @OptionGroup var models: ModelOptions

    /// Does it, shows the run until it is at rest, and ends with the exit code of its outcome.
    func perform(_ makeAction: @Sendable @escaping (RunRecord) throws -> RunAction) async throws {
        guard let record = try await followed(makeAction) else { return }
        NextCommands(folder: crew.folder, store: store).tell(record)
        try ExitCodes.check(record)
    }

    /// - Returns: the run at rest; `nil` when it was left to the server.
    private func followed(
        _ makeAction: @Sendable @escaping (RunRecord) throws -> RunAction
    ) async throws -> RunRecord? {
        let served = try await CommandStore.withReader(store, of: crew.folder) { reader in
            let record = try await RunLookup.record(run, in: reader)
            let action = try makeAction(record)
            return try await ServedRuns.withServer(of: reader) { server in
                let renderer = output.renderer(for: crew.folder)
                return try await follow(action, at: server, renderer)
            }
        }
        if let served { return served }
        guard !detach else {
            throw CommandFailure(
                "error: no server owns the store, so there is none to leave the run to: go without "
                    + "--detach")
        }
        return try await worked(makeAction)
    }

    private func worked(
        _ makeAction: @Sendable @escaping (RunRecord) throws -> RunAction
    ) async throws -> RunRecord? {
        let setup = try CrewSetup(crew, models: models)
        let renderer = output.renderer(for: crew.folder)
        return try await CommandStore.withOpen(store, of: crew.folder) { opened in
            let record = try await RunLookup.record(run, in: opened.runs)
            let action = try makeAction(record)
            return try await setup.withRunner(opened) { runner, choices in
                guard runner.works(record.crew) else {
                    throw CommandFailure(
                        "error: run '\(record.id)' is of crew '\(record.crew)': name that crew's folder"
                    )
                }
                renderer.begin(choices)
                return try await follow(action, at: OwnRuns(runner: runner), renderer)
            }
        }
    }

    private func follow(
        _ action: RunAction, at place: some RunWorker, _ renderer: any Renderer
    ) async throws -> RunRecord? {
        let followed = try await place.perform(action)
        if case .fork = action { StandardStreams.complain("run: \(followed.run)") }
        if detach { return nil }
        return try await Interrupts.listening { interrupts in
            try await Follower(
                place: place, renderer: renderer, interrupts: interrupts,
                asks: !output.json && StandardStreams.isConversation
            ).follow(followed)
        }
    }
}
