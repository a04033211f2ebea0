import ArgumentParser
import CrewStore

/// Where a command keeps runs, as `--store` says it.
enum StoreChoice: Sendable, Hashable {
    /// They end with the process.
    case memory
    /// A file of SQLite; without a path the usual one in the crew's folder.
    case file(String?)

    /// - Throws: `ValidationError` for anything but `memory`, `sqlite` and `sqlite:PATH`.
    init(argument: String) throws {
        let prefix = "sqlite:"
        switch argument {
        case "memory": self = .memory
        case "sqlite": self = .file(nil)
        case _ where argument.hasPrefix(prefix) && argument.count > prefix.count:
            self = .file(String(argument.dropFirst(prefix.count)))
        default: throw ValidationError("write memory, or sqlite:PATH for a file")
        }
    }

    /// The file that holds the runs of the crew in that folder; absent for memory.
    func path(in folder: String) -> String? {
        switch self {
        case .memory: nil
        case .file(let path): path ?? Self.usualPath(in: folder)
        }
    }

    /// What a further command has to say to find these runs; nothing for the usual file.
    func words(in folder: String) -> [String] {
        switch self {
        case .memory: ["--store", "memory"]
        case .file(let path?) where path != Self.usualPath(in: folder):
            ["--store", "sqlite:\(path)"]
        case .file: []
        }
    }

    private static func usualPath(in folder: String) -> String {
        folder.hasSuffix("/") ? "\(folder).crew/runs.sqlite" : "\(folder)/.crew/runs.sqlite"
    }
}
