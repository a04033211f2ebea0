import ArgumentParser
import CrewConfig
import CrewKit

/// Says what a key of a crew's files does.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Says what a key of a crew's files does, its type and its default.",
        discussion: """
            Name a key, or the way to it where several have the name: crew explain join, \
            crew explain settings.max_rounds, crew explain tool.retry.attempts. Without a key it \
            lists all blocks.
            """)

    @Argument(help: "A key of crew.yaml, agents/*.yaml or script.yaml.")
    var key: String?

    func run() throws {
        guard let key else { return StandardStreams.show(KeyExplanation.tables) }
        do {
            StandardStreams.show(try KeyExplanation.text(of: key))
        } catch {
            throw CommandFailure("error: \(error.message)", code: ExitCodes.failed)
        }
    }
}

/// Prints the JSON Schema of a crew's files.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Prints the JSON Schema of a crew's files, for editors.",
        discussion: """
            An editor with a YAML language server checks a file that begins with \
            '# yaml-language-server: $schema=PATH'.
            """)

    @Argument(
        help: "crew (crew.yaml), agent (agents/*.yaml) or script (script.yaml).",
        transform: { word in
            guard let file = KeyTable.File(rawValue: word) else {
                throw ValidationError("write crew, agent or script")
            }
            return file
        })
    var file: KeyTable.File

    func run() throws { StandardStreams.show(KeySchema.text(of: file)) }
}
