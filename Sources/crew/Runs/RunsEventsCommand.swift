import ArgumentParser
import CrewKit
import CrewStore

/// Prints a run's events as they are stored.
struct RunsEventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Prints a run's stored events, one JSON document a line.",
        discussion: "docs/events.md tells what they mean. 'crew runs tail' waits for those to come."
    )

    @OptionGroup var kept: KeptRuns

    @Argument(help: "The run's id, or its first characters.")
    var run: String

    @Option(help: "Begin after this event.")
    var after = 0

    func run() async throws {
        try await CommandStore.withReader(kept.store, of: kept.folder) { store in
            let record = try await RunLookup.record(run, in: store)
            var sequence = max(0, after)
            while true {
                let page = try await store.events(of: record.id, after: sequence, limit: 500)
                guard let last = page.last else { return }
                for event in page { StandardStreams.show(try RunJSON.text(of: event) + "\n") }
                sequence = last.sequence
            }
        }
    }
}

/// Shows a run as it happens.
struct RunsTailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Shows a run from its beginning, and follows it until it is at rest.",
        discussion: "Ctrl-C ends the showing, not the run. The exit code tells how the run rests.")

    @OptionGroup var kept: KeptRuns

    @Argument(help: "The run's id, or its first characters.")
    var run: String

    @Option(help: "Begin after this event.")
    var after = 0

    @OptionGroup var output: RunOutput

    func run() async throws {
        try await CommandStore.withReader(kept.store, of: kept.folder) { store in
            let found = try await RunLookup.record(run, in: store)
            let renderer = output.renderer(for: kept.folder)
            try await items(of: found, in: store) { items in
                for try await item in items { renderer.show(item) }
            }
            let record = try await store.record(of: found.id) ?? found
            guard record.isAtRest else {
                throw CommandFailure(
                    "the run is not at rest, and nobody works it: 'crew serve' takes it up, and so "
                        + "does 'crew runs resume'")
            }
            renderer.end(record)
            NextCommands(folder: kept.folder, store: kept.store).tell(record)
            try ExitCodes.check(record)
        }
    }

    private func items(
        of record: RunRecord, in store: SQLiteRunStore,
        _ show: (any AsyncSequence<FeedItem, any Error>) async throws -> Void
    ) async throws {
        let sequence = max(0, after)
        if !record.isAtRest {
            let served: Void? = try await ServedRuns.withServer(of: store) { server in
                try await show(ServedItems(run: record.id, sequence: sequence, server: server))
            }
            if served != nil { return }
        }
        try await show(StoredItems(run: record.id, sequence: sequence, store: store))
    }
}
