import CrewKit

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The path of a store, and which file it led to when that was opened.
///
/// SQLite goes on writing a file that was deleted or replaced, and nobody would find it again.
struct FilePlace: Sendable {
    let path: String
    private let opened: Number?

    private struct Number: Hashable {
        let device: UInt64
        let file: UInt64

        /// `nil` when the path leads nowhere.
        init?(_ path: String) {
            var found = stat()
            guard stat(path, &found) == 0 else { return nil }
            device = UInt64(truncatingIfNeeded: found.st_dev)
            file = UInt64(truncatingIfNeeded: found.st_ino)
        }
    }

    init(_ path: String) {
        self.path = path
        opened = Number(path)
    }

    var isKept: Bool { opened != nil && Number(path) == opened }

    /// - Throws: `storeFailed` when the path leads to another file now, or to none.
    func check() throws(CrewError) {
        guard !isKept else { return }
        throw CrewError(
            .storeFailed,
            "the file of the store was moved or deleted, so nothing more is kept: put it back, "
                + "or start anew")
    }
}
