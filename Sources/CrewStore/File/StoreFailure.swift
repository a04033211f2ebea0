import CrewKit
import GRDB

/// What SQLite's errors mean for whoever runs the server.
enum StoreFailure {
    static let closed = CrewError(.storeFailed, "the store is closed")
    static let readOnly = CrewError(.storeFailed, "the store was opened for reading only")

    /// Whether only the write that met the error is wrong, and others of its transaction are not.
    static func isOfOneWrite(_ error: DatabaseError) -> Bool {
        switch error.resultCode {
        case .SQLITE_CONSTRAINT, .SQLITE_TOOBIG, .SQLITE_MISMATCH: true
        default: false
        }
    }

    /// Whether the file itself is broken.
    static func isDamage(_ error: any Error) -> Bool {
        switch (error as? DatabaseError)?.resultCode {
        case .SQLITE_CORRUPT?, .SQLITE_NOTADB?: true
        default: false
        }
    }

    /// What a caller is told when the store did not do what it was asked for.
    static func failure(_ error: any Error, path: String) -> CrewError {
        if let error = error as? CrewError { return error }
        return CrewError(
            .storeFailed, sentence(for: error), cause: Incident(path: path, error: error))
    }

    /// What happened, for the log.
    private struct Incident: Error, CustomStringConvertible {
        let path: String
        let error: any Error

        var description: String { "'\(path)': \(error)" }
    }

    /// - Parameter path: named in the sentence; absent for one that clients of a server read too.
    static func sentence(for error: any Error, path: String? = nil) -> String {
        let store = path.map { "'\($0)'" } ?? "the store of runs"
        guard let error = error as? DatabaseError else { return "\(store) failed" }
        return switch error.resultCode {
        case .SQLITE_FULL:
            "the disk that holds \(store) is full: make room on it"
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            "\(store) is locked by another program: end that program"
        case .SQLITE_CORRUPT:
            "\(store) is damaged: put a backup in its place, or move it away to begin anew"
        case .SQLITE_NOTADB:
            "\(store) is not a store of runs: name another file, or move this one away"
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH, .SQLITE_CANTOPEN:
            "\(store) cannot be written: let this user write the file and its folder"
        case .SQLITE_IOERR:
            "the disk that holds \(store) failed (SQLite code \(code(of: error))): look after it"
        case .SQLITE_TOOBIG:
            "what was to be stored is too large"
        default:
            "\(store) failed (SQLite code \(code(of: error)))"
        }
    }

    private static func code(of error: DatabaseError) -> Int32 {
        error.extendedResultCode.rawValue
    }
}
