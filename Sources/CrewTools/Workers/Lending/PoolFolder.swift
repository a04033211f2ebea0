import CrewProcess
import FoundationEssentials

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The folder that holds the working folders of a pool's workers, for as long as the pool lives.
///
/// It is locked by this process. One that is not locked by anybody is of a process that was killed,
/// and is removed by the next pool.
struct PoolFolder: Sendable {
    let path: String
    private let lock: Int32

    private static let prefix = "crew-tools-"

    init() throws {
        let parent = FileManager.default.temporaryDirectory.path
        Self.removeAbandoned(in: parent)
        // Each attempt fails only when another pool looks for abandoned folders in that very moment.
        for _ in 0..<100 {
            var template = Array("\(parent)/\(Self.prefix)XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { break }
            let path = String(
                decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if let lock = Self.takeLock(in: path) {
                (self.path, self.lock) = (path, lock)
                return
            }
        }
        throw CocoaError(.fileWriteUnknown)
    }

    /// The lock of a new folder; absent when another pool has taken the folder for abandoned, and has
    /// removed it or is about to.
    private static func takeLock(in folder: String) -> Int32? {
        let lock = open("\(folder)/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else { return nil }
        var facts = stat()
        guard crew_lock(lock) != 0, fstat(lock, &facts) == 0, facts.st_nlink > 0 else {
            close(lock)
            return nil
        }
        return lock
    }

    /// A new working folder for the worker of that number.
    func folder(of worker: Int) throws -> String {
        let folder = "\(path)/\(worker)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700])
        return folder
    }

    /// Removes what a worker has left.
    func removeFolder(of worker: Int) { Self.remove("\(path)/\(worker)") }

    func remove() {
        Self.remove(path)
        close(lock)
    }

    private static func remove(_ folder: String) {
        let files = FileManager.default
        // What fails here is tried again below.
        if (try? files.removeItem(atPath: folder)) != nil { return }
        // A tool may have left folders that cannot be entered: they are opened, and it is tried again.
        openFolders(below: folder)
        try? files.removeItem(atPath: folder)  // nobody can do more
    }

    private static func openFolders(below folder: String) {
        guard chmod(folder, 0o700) == 0 else { return }
        // What is no folder has nothing below it.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            var status = stat()
            let path = "\(folder)/\(name)"
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { continue }
            openFolders(below: path)
        }
    }

    private static func removeAbandoned(in parent: String) {
        // Without a listing there is nothing to be tidied.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        for name in names where name.hasPrefix(prefix) {
            let lock = open("\(parent)/\(name)/lock", O_RDWR | O_CLOEXEC)
            guard lock >= 0 else { continue }
            if crew_lock(lock) != 0 { remove("\(parent)/\(name)") }
            close(lock)
        }
    }
}
