import Foundation

/// What the file system says of files, to notice when one of them changes.
struct FileMarks: Sendable, Hashable {
    private struct Mark: Sendable, Hashable {
        let size: Int
        let inode: UInt64
        let seconds: Int
        let nanoseconds: Int
    }

    private var marks: [String: Mark] = [:]

    /// - Parameters:
    ///   - folders: of crews; their YAML files and `.env` count.
    ///   - files: further ones; those that are not there count as such.
    init(crews folders: [String] = [], files: [String] = []) {
        for folder in folders {
            note("\(folder)/.env")
            noteDefinitions(in: folder)
            noteDefinitions(in: "\(folder)/agents")
        }
        for file in files { note(file) }
    }

    mutating func add(_ others: FileMarks) { marks.merge(others.marks) { $1 } }

    private mutating func noteDefinitions(in folder: String) {
        // A folder that is not there has no files.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
            note("\(folder)/\(name)")
        }
    }

    private mutating func note(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        marks[path] = Mark(
            size: Int(status.st_size), inode: UInt64(status.st_ino), seconds: Int(time.tv_sec),
            nanoseconds: Int(time.tv_nsec))
    }
}
