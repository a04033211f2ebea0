import CrewKit
import FoundationEssentials

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A folder for one call of a program, which is gone afterwards.
///
/// Beside the folder lies a file that its process holds locked. The system gives the lock up when
/// the process ends in whatever way, so that a later process can tell a folder that is left over
/// from one in use. Process ids would not do: containers that share a disk have the same ones.
struct WorkFolder: Sendable {
    /// Where the program works, and may write.
    let path: String
    private let root: String
    private let lock: CInt

    /// Makes a folder for as long as `body` takes.
    ///
    /// - Throws: `system` when no folder can be made.
    static func with<Result: Sendable>(
        in parent: String = temporaryFolder, _ body: (String) async throws -> Result
    ) async throws -> Result {
        let folder = try make(in: parent)
        let result: Result
        do {
            result = try await body(folder.path)
        } catch {
            await folder.remove()
            throw error
        }
        await folder.remove()
        return result
    }

    /// Removes what processes that were killed have left in `parent`.
    static func removeLeftovers(in parent: String = temporaryFolder) {
        // What cannot be listed holds nothing that could be removed.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        for name in names where name.hasPrefix(prefix) { removeIfLeft("\(parent)/\(name)") }
    }

    static var temporaryFolder: String {
        var path = FileManager.default.temporaryDirectory.path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    private static let prefix = "crew-work-"
    private static let lockName = "lock"

    private static func make(in parent: String) throws(ToolFailure) -> WorkFolder {
        // Each attempt fails only when another process looks for leftovers in that very moment.
        for _ in 0..<100 {
            var template = Array("\(parent)/\(prefix)XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { break }
            let root = String(
                decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
            guard let lock = takeLock(in: root, create: true) else { continue }
            let path = "\(root)/work"
            if mkdir(path, 0o700) == 0 {
                return WorkFolder(path: path, root: root, lock: lock)
            }
            close(lock)
        }
        throw ToolFailure(
            .system, "no working folder can be made in '\(parent)'",
            hint: "Look at its rights and its free space.", action: .askAPerson,
            isWithoutEffect: true)
    }

    /// The lock of a folder, as a descriptor; absent when another process has it.
    private static func takeLock(in root: String, create: Bool) -> CInt? {
        let flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (create ? O_CREAT | O_EXCL : 0)
        let descriptor = open("\(root)/\(lockName)", flags, 0o600)
        guard descriptor >= 0 else { return nil }
        var facts = stat()
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &facts) == 0,
            facts.st_nlink > 0
        else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    private static func removeIfLeft(_ root: String) {
        var facts = stat()
        guard lstat(root, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR,
            facts.st_uid == geteuid()
        else { return }
        guard access("\(root)/\(lockName)", F_OK) == 0 else {
            // Being made at this moment, or removed but for itself: it is empty in both cases.
            rmdir(root)
            return
        }
        guard let lock = takeLock(in: root, create: false) else { return }
        WorkFolder(path: "\(root)/work", root: root, lock: lock).removeNow()
    }

    /// Not on this thread, as a program may leave a great many files; and whatever happens.
    private func remove() async {
        do {
            try await BlockingCall.perform { removeNow() }
        } catch {
            removeNow()
        }
    }

    /// The lock goes last, so that a folder that could not be removed is found again.
    private func removeNow() {
        defer { close(lock) }
        Self.removeTree(path)
        guard access(path, F_OK) != 0 else { return }
        unlink("\(root)/\(Self.lockName)")
        rmdir(root)
    }

    private static func removeTree(_ path: String) {
        let files = FileManager.default
        // A program may have taken the right to write from its own folders: given back, and again.
        if (try? files.removeItem(atPath: path)) != nil { return }
        chmod(path, 0o700)
        // What cannot be listed is left, and tried again by the next process.
        for name in (try? files.subpathsOfDirectory(atPath: path)) ?? [] {
            let entry = "\(path)/\(name)"
            var facts = stat()
            if lstat(entry, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR { chmod(entry, 0o700) }
        }
        // As above.
        try? files.removeItem(atPath: path)
    }
}
