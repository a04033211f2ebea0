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
            When an agent waits for an answer, the next line is that answer. 'exit', 'quit' or
            Ctrl-D ends the conversation, Ctrl-C what the crew is doing.
            """)

    @OptionGroup var crew: CrewOptions
    @OptionGroup var models: ModelOptions

    @Option(help: "Colour the output: auto, always or never.")
    var color = ColorChoice.auto

    func run() async throws {
        let setup = try CrewSetup(crew, models: models)
        let renderer = Rendering.renderer(
            json: false, color: color, crew: setup.loaded.definition)
        try await setup.withRunner { runner, choices in
            renderer.begin(choices)
            try await Interrupts.listening { interrupts in
                try await converse(with: runner, renderer, interrupts)
            }
        }
    }

    private func converse(
        with runner: CrewRunner, _ renderer: any Renderer, _ interrupts: Interrupts
    ) async throws {
        let session = SessionID("chat")
        while let line = try await StandardStreams.ask(renderer.prompt) {
            let text = line.trimmingCharacters(in: .whitespacesAndNewlines)
            if text == "exit" || text == "quit" { return }
            guard !text.isEmpty else { continue }
            do {
                try await answer(text, in: session, of: runner, renderer, interrupts)
            } catch let error as CrewError where error.code == .invalidInput {
                StandardStreams.complain(error.message)
            }
        }
        StandardStreams.show("\n")
    }

    private func answer(
        _ text: String, in session: SessionID, of runner: CrewRunner, _ renderer: any Renderer,
        _ interrupts: Interrupts
    ) async throws {
        let paused = try await runner.pausedRun(in: session)
        let events =
            if let paused {
                try await runner.resumeFollowing(paused, with: text)
            } else {
                try await runner.startFollowing(RunRequest(text, session: session))
            }
        _ = try await interrupts.watching(events.run, of: runner) {
            try await Follower(runner: runner, renderer: renderer).follow(events)
        }
    }
}
