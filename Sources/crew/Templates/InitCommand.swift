import ArgumentParser
import CrewConfig
import Foundation

/// Makes a crew to begin with.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Makes a crew that works at once, to be changed into your own.",
        discussion: """
            It works without a key, a model or a network: script.yaml answers until a model can be \
            reached. Nothing that is there already is written over.
            """)

    @Argument(help: "The folder to make; its last part is the crew's name.")
    var name: String?

    @Option(help: "What to begin with; 'list' tells which there are.")
    var template = "basic"

    func run() throws {
        if template == "list" { return StandardStreams.show(Self.list) }
        guard let chosen = CrewTemplate.named(template) else {
            let names = CrewTemplate.all.map(\.name).joined(separator: ", ")
            throw CommandFailure("error: there is no template '\(template)'; there are: \(names)")
        }
        guard let name else { throw ValidationError("name the folder to make") }
        try TemplateWriter(folder: name).write(chosen)
        StandardStreams.show(Self.nextSteps(name, chosen))
    }

    private static var list: String {
        let width = CrewTemplate.all.map(\.name.count).max() ?? 0
        return CrewTemplate.all.map { template in
            template.name + String(repeating: " ", count: width - template.name.count + 2)
                + template.summary + "\n"
        }.joined()
    }

    private static func nextSteps(_ name: String, _ template: CrewTemplate) -> String {
        let folder = NextCommands.quoted(name)
        return """
            \(name): \(template.summary)

              crew run \(folder) "\(template.firstInput)"
              crew check \(folder)
              crew graph \(folder)
              crew serve \(folder)

            script.yaml answers until a model can be reached: set OPENAI_API_KEY, start Ollama, or try \
            --local. README.md says what the files are for.

            """
    }
}

/// Writes a template's files into a folder of their own.
struct TemplateWriter {
    let folder: String

    /// The crew's name: letters, digits, `-` and `_` of the folder's.
    private var crewName: String {
        let last = URL(filePath: folder).standardizedFileURL.lastPathComponent
        let name = last.lowercased().map { $0.isLetter || $0.isNumber || $0 == "_" ? $0 : "-" }
        let trimmed = String(name).trimmingCharacters(in: CharacterSet(charactersIn: "-"))
        return trimmed.isEmpty ? "crew" : trimmed
    }

    /// What the first lines of the files name, for editors.
    private static var schemas: [(path: String, text: String)] {
        KeyTable.File.allCases.map { ("schema/\($0).json", KeySchema.text(of: $0)) }
    }

    /// - Throws: `CommandFailure` when something is there already, or cannot be written.
    func write(_ template: CrewTemplate) throws {
        let files = FileManager.default
        let root = URL(filePath: folder)
        do {
            var isDirectory: ObjCBool = false
            if files.fileExists(atPath: root.path, isDirectory: &isDirectory) {
                let isEmpty =
                    try isDirectory.boolValue
                    && files.contentsOfDirectory(atPath: root.path).isEmpty
                guard isEmpty else {
                    throw CommandFailure(
                        "error: '\(folder)' is there already; name a folder that is not")
                }
            }
            for (path, text) in template.files(for: crewName) + Self.schemas {
                let file = root.appending(path: path)
                try files.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file, options: .withoutOverwriting)
            }
        } catch let error as CommandFailure {
            throw error
        } catch {
            throw CommandFailure(
                "error: \(folder) cannot be written: \(error.localizedDescription)")
        }
    }
}
