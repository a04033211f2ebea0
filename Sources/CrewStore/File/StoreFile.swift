import CrewKit
import Foundation
import GRDB

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The file of a store: found or made, checked, and brought to this version's tables.
struct StoreFile {
    let path: String

    /// - Throws: `storeUnreadable` for a path that cannot be one of a store.
    init(_ path: String) throws {
        guard !path.isEmpty else {
            throw CrewError(.storeUnreadable, "the store has no file name: name one")
        }
        // One file has one lock, by whatever links it is reached.
        let url = URL(filePath: path).standardizedFileURL
        let folder = url.deletingLastPathComponent().resolvingSymlinksInPath()
        self.path =
            folder.appending(component: url.lastPathComponent).resolvingSymlinksInPath().path
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: self.path, isDirectory: &isFolder),
            isFolder.boolValue
        {
            throw CrewError(
                .storeUnreadable, "'\(self.path)' is a folder: name a file in it for the store")
        }
    }

    var exists: Bool { FileManager.default.fileExists(atPath: path) }

    /// Makes the folder when it is missing.
    func makeFolder() throws {
        let folder = URL(filePath: path).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw Self.unwritable(folder.path, reason: "it cannot be made", cause: error)
        }
    }

    /// Makes the file, readable for this user alone, when it is missing.
    func makeFile() throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
        } else if errno != EEXIST {
            throw Self.unwritable(path, reason: String(cString: strerror(errno)))
        }
    }

    /// Opens the file for its owner.
    func pool(_ options: SQLiteStoreOptions, _ lockWait: LockWait) throws -> DatabasePool {
        try reporting {
            let pool = try DatabasePool(
                path: path, configuration: configuration(isReader: false, lockWait))
            try pool.writeWithoutTransaction { database in
                // The pool has set NORMAL when it turned the write-ahead log on.
                let synchronous = options.durability == .full ? "FULL" : "NORMAL"
                try database.execute(sql: "PRAGMA synchronous = \(synchronous)")
                // Without it macOS leaves what it synchronised in the disk's own cache.
                try database.execute(sql: "PRAGMA fullfsync = ON")
                try database.execute(sql: "PRAGMA journal_size_limit = \(64 << 20)")
                if let pages = options.maximumPages {
                    try database.execute(sql: "PRAGMA max_page_count = \(pages)")
                }
            }
            try refuseNewer(pool)
            try StoreSchema.migrator.migrate(pool)
            return pool
        }
    }

    /// Opens the file beside its owner.
    func readers(_ lockWait: LockWait) throws -> DatabasePool {
        guard exists else {
            throw CrewError(.storeUnreadable, "there is no store '\(path)'")
        }
        return try reporting {
            let configuration = configuration(isReader: true, lockWait)
            let pool: DatabasePool
            do {
                pool = try DatabasePool(path: path, configuration: configuration)
            } catch let error as DatabaseError where needsWritableFolder(error) {
                pool = try immutableReaders(configuration)
            }
            try refuseNewer(pool)
            guard try pool.read(StoreSchema.migrator.hasCompletedMigrations) else {
                throw Self.unfinished(path)
            }
            return pool
        }
    }

    /// Readers too make files beside the store's, which tell them what its owner writes.
    private func needsWritableFolder(_ error: DatabaseError) -> Bool {
        let codes: [ResultCode] = [.SQLITE_CANTOPEN, .SQLITE_READONLY]
        let folder = URL(filePath: path).deletingLastPathComponent().path
        return codes.contains(error.resultCode)
            && FileManager.default.isReadableFile(atPath: path)
            && !FileManager.default.isWritableFile(atPath: folder)
    }

    /// Opens a file that nobody owns without making any beside it.
    ///
    /// - Throws: `storeUnreadable` when a part of it is in its write-ahead log still.
    func immutableReaders(_ configuration: Configuration) throws -> DatabasePool {
        guard !FileManager.default.fileExists(atPath: path + "-wal") else {
            throw CrewError(
                .storeUnreadable,
                "'\(path)' cannot be read without writing to its folder, since it was not closed: "
                    + "let this user write that, or copy the file together with '\(path)-wal'")
        }
        var url = URLComponents()
        url.scheme = "file"
        url.path = path
        url.queryItems = [URLQueryItem(name: "immutable", value: "1")]
        return try DatabasePool(path: url.string ?? path, configuration: configuration)
    }

    /// Moves the write-ahead log into a file that nobody has open any more.
    ///
    /// The last connection of a file does this when it closes, unless it may only read, as the last
    /// one of a pool.
    static func tidy(_ path: String) {
        // The next opening does it too.
        try? DatabaseQueue(path: path).close()
    }

    func configuration(isReader: Bool, _ lockWait: LockWait) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = isReader
        configuration.label = "crew.store"
        configuration.busyMode = .callback { lockWait.waits(after: $0) }
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { [path] database in
            try Self.claim(database, path: path)
        }
        return configuration
    }

    /// Makes a new file a store's, and refuses the file of another program before it is changed.
    private static func claim(_ database: Database, path: String) throws {
        if try Int.fetchOne(database, sql: "PRAGMA page_count") == 0 {
            guard !database.configuration.readonly else { throw Self.unfinished(path) }
            // Both have to be said before the first table.
            try database.execute(
                sql: """
                    PRAGMA auto_vacuum = INCREMENTAL;
                    PRAGMA application_id = \(StoreSchema.applicationID);
                    """)
            return
        }
        let application = try Int.fetchOne(database, sql: "PRAGMA application_id")
        guard application == StoreSchema.applicationID else {
            throw CrewError(
                .storeUnreadable,
                "'\(path)' belongs to another program than crew: name another file")
        }
    }

    private func refuseNewer(_ pool: DatabasePool) throws {
        guard try pool.read(StoreSchema.migrator.hasBeenSuperseded) else { return }
        throw CrewError(
            .storeUnreadable,
            "the store '\(path)' was written by a newer version of crew: use that one, or name another file"
        )
    }

    /// What keeps a file from being opened makes it unreadable, whatever SQLite calls it.
    private func reporting<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as CrewError {
            throw error
        } catch {
            throw CrewError(
                .storeUnreadable, StoreFailure.sentence(for: error, path: path), cause: error)
        }
    }

    private static func unfinished(_ path: String) -> CrewError {
        CrewError(
            .storeUnreadable,
            "the store '\(path)' is empty or of an older version: start 'crew serve' once with it")
    }

    static func unwritable(_ path: String, reason: String, cause: (any Error)? = nil) -> CrewError {
        CrewError(
            .storeUnreadable,
            "'\(path)' cannot be written (\(reason)): let this user write its folder, or name another file",
            cause: cause)
    }
}
