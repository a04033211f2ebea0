import CrewKit
import Foundation

/// Opens the files of cassettes: made for their owner alone, and read only where they are files.
enum CassetteFile {
    /// More than any run writes; a cassette is read as a whole.
    static let mostBytes = 1 << 30

    /// A new file that nobody else can open, at no time.
    ///
    /// A file that is there is replaced as a whole, and a link is replaced, not followed.
    static func create(_ path: String, holding header: Data, replaces: Bool) throws -> FileHandle {
        guard replaces else {
            let number = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
            let file = try handle(number)
            try file.write(contentsOf: header)
            return file
        }
        try checkReplaceable(path)
        var template = Array("\(path).XXXXXX".utf8CString)
        let file = try handle(mkstemp(&template))
        _ = fcntl(file.fileDescriptor, F_SETFD, FD_CLOEXEC)
        do {
            try file.write(contentsOf: header)
            guard rename(template, path) == 0 else { throw failure() }
        } catch {
            unlink(template)
            throw error
        }
        return file
    }

    /// Everything that a cassette holds.
    static func read(_ path: String) throws -> Data {
        // A pipe without a writer would not even open.
        let file = try handle(open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC))
        var status = stat()
        guard fstat(file.fileDescriptor, &status) == 0 else { throw failure() }
        guard isFile(status) else { throw CrewError(.invalidInput, "it is no ordinary file") }
        guard status.st_size <= mostBytes else {
            throw CrewError(.invalidInput, "it is larger than \(mostBytes) bytes")
        }
        return try file.read(upToCount: Int(status.st_size)) ?? Data()
    }

    /// Devices and pipes are not put aside for a cassette.
    private static func checkReplaceable(_ path: String) throws {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard isFile(status) || status.st_mode & S_IFMT == S_IFLNK else {
            throw CrewError(.storeFailed, "what is there is no ordinary file")
        }
    }

    private static func isFile(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFREG }

    private static func handle(_ number: Int32) throws -> FileHandle {
        guard number >= 0 else { throw failure() }
        return FileHandle(fileDescriptor: number, closeOnDealloc: true)
    }

    private static func failure() -> POSIXError {
        POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
    }
}

extension Error {
    /// What went wrong with a file, for people.
    var words: String { (self as? CrewError)?.message ?? localizedDescription }
}
