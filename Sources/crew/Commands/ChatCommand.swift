import ArgumentParser
import CrewConfig
import CrewKit
import Foundation

/// A conversation with a crew at the terminal.
struct ChatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Talks with a crew; what was said is remembered.",
        discussion: """
            When an agent waits for an answer, the next line is that answer; when a call needs \
            permission, the question says so. 'exit', 'quit' or Ctrl-D ends the conversation, Ctrl-C \
            what the crew is doing.

            The conversation is forgotten when this command ends. With --store sqlite:PATH it stays in that file, \
            and --session goes on with it.
            """)

    @OptionGroup var crew: CrewOptions
    @OptionGroup var models: ModelOptions
    @OptionGroup var cassettes: CassetteOptions

    @Option(help: "Use this model for every agent: PROVIDER/NAME, or NAME at each one's provider.")
    var model: String?

    @Option(
        help: ArgumentHelp(
            "Where the conversation is kept: memory, sqlite:PATH, or sqlite for "
                + "DIR/.crew/runs.sqlite. (default: memory)"),
        transform: StoreChoice.init)
    var store: StoreChoice = .memory

    @Option(help: "The conversation to begin or to go on with. (default: a new one)")
    var session: String?

    @Option(help: "Colour the output: auto, always or never.")
    var color = ColorChoice.auto

    func run() async throws {
        let setup = try CrewSetup(crew, models: models).with(cassettes)
        defer { setup.cassette?.tell() }
        let renderer = Rendering.renderer(
            json: false, color: color, names: AgentNames(setup.loaded.definition))
        let session = SessionID(session ?? "chat-\(UUID().uuidString.prefix(8).lowercased())")
        try await CommandStore.withOpen(store, of: crew.folder) { opened in
            try await setup.withRunner(opened) { runner, choices in
                renderer.begin(choices.replaced(by: model))
                try await Interrupts.listening { interrupts in
                    let place = OwnRuns(runner: runner)
                    let follower = Follower(
                        place: place, renderer: renderer, interrupts: interrupts, asks: true)
                    try await converse(in: session, follower, place)
                }
            }
        }
        tellWayOn(session)
    }

    private func tellWayOn(_ session: SessionID) {
        guard store != .memory else { return }
        let words = ["crew", "chat", crew.folder] + store.words(in: crew.folder)
        let stored = words.contains("--store") ? words : words + ["--store", "sqlite"]
        StandardStreams.complain(
            "  "
                + (stored + ["--session", session.rawValue]).map(NextCommands.quoted)
                .joined(separator: " "))
    }

    private func converse(
        in session: SessionID, _ follower: Follower, _ place: OwnRuns
    ) async throws {
        guard try await settleWaiting(in: session, follower, place) else { return }
        while let line = try await StandardStreams.ask(follower.renderer.prompt) {
            let text = line.trimmingCharacters(in: .whitespacesAndNewlines)
            if text == "exit" || text == "quit" { return }
            guard !text.isEmpty else { continue }
            do {
                let record = try await answer(text, in: session, follower, place)
                // Nobody answers any more.
                if record.pause?.kind == .approval { return }
            } catch let error as CrewError where error.code == .invalidInput {
                StandardStreams.complain(error.message)
            }
        }
        StandardStreams.show("\n")
    }

    /// Goes on first with what an earlier process left in the conversation.
    ///
    /// - Returns: false when nobody decides about it.
    private func settleWaiting(
        in session: SessionID, _ follower: Follower, _ place: OwnRuns
    ) async throws -> Bool {
        guard let last = try await place.runner.store.newestRun(in: session) else { return true }
        switch (last.status, last.pause?.kind) {
        case (.running, _), (.paused, .recovery):
            let record = try await follower.follow(
                try await place.perform(.resume(last, input: nil)))
            return record.pause?.kind != .approval
        case (.paused, .approval):
            let record = try await follower.follow(
                try await place.follow(last.id, after: 0))
            return record.pause?.kind != .approval
        default: return true
        }
    }

    private func answer(
        _ text: String, in session: SessionID, _ follower: Follower, _ place: OwnRuns
    ) async throws -> RunRecord {
        let last = try await place.runner.store.newestRun(in: session)
        if let last, last.pause?.kind == .input {
            return try await follower.follow(try await place.perform(.resume(last, input: text)))
        }
        var request = RunRequest(text, session: session)
        request.model = model
        return try await follower.follow(try await place.start(request))
    }
}
