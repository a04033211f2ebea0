import CrewKit
import Foundation
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The right to write a store, held by one process at a time.
///
/// A lock of the kernel on a file beside the store's: it ends with its process, however that dies.
/// The file stays, empty or with the id of the process that holds or last held it.
final class StoreLock: Sendable {
    /// Absent when it was given back.
    private let descriptor: Mutex<Int32?>

    static func path(of store: String) -> String { store + ".lock" }

    /// - Throws: `storeInUse` when another store owns the file.
    init(store: String) throws {
        let path = Self.path(of: store)
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreFile.unwritable(path, reason: String(cString: strerror(errno)))
        }
        guard Self.takes(descriptor) else {
            let holder = Self.holder(descriptor)
            close(descriptor)
            let who =
                holder == getpid() ? "this process" : holder.map { "process \($0)" } ?? "a process"
            throw CrewError(
                .storeInUse,
                "the store '\(store)' is in use by \(who): end that, or name another file")
        }
        self.descriptor = Mutex(descriptor)
        Self.sign(descriptor)
    }

    deinit { release() }

    var isHeld: Bool { descriptor.withLock { $0 != nil } }

    func release() {
        descriptor.withLock { descriptor in
            if let open = descriptor {
                // Closing is not enough: a program that is just being started has a copy.
                flock(open, LOCK_UN)
                close(open)
            }
            descriptor = nil
        }
    }

    /// Whether some process holds the lock of a store now.
    static func isHeld(store: String) -> Bool {
        let descriptor = open(path(of: store), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        // Closing it gives back what this takes.
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }

    /// Takes the lock, or finds that another has it.
    ///
    /// A reader that asks whether there is an owner holds it for a moment, so once is not enough.
    private static func takes(_ descriptor: Int32) -> Bool {
        for _ in 0..<20 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            poll(nil, 0, 5)
        }
        return false
    }

    private static func holder(_ descriptor: Int32) -> pid_t? {
        var bytes = [UInt8](repeating: 0, count: 20)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        let text = String(decoding: bytes.prefix(count), as: UTF8.self)
        return pid_t(text.prefix { $0.isNumber })
    }

    /// The name is for people only: that it cannot be written changes nothing.
    private static func sign(_ descriptor: Int32) {
        let text = "\(getpid())\n"
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.utf8.count, 0)
    }
}
