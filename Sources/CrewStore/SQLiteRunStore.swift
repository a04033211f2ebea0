public import CrewKit
import Dispatch
import Foundation
import GRDB
import Synchronization

/// Keeps runs in one file, so that they outlive the process.
///
/// What was acknowledged is on the disk. One process at a time owns the file and writes; others
/// may read beside it. Writes of many runs that come together share a commit.
///
/// ```swift
/// let store = try SQLiteRunStore(path: ".crew/runs.sqlite")
/// ```
public final class SQLiteRunStore: RunStore {
    /// What a process does with the file.
    public enum Access: Sendable, Hashable {
        /// Reads and writes; nobody else owns the file for as long as the store lives.
        case owner
        /// Only reads, beside an owner or without one.
        case reader
    }

    /// The file, without links.
    public let path: String
    public let access: Access
    let options: SQLiteStoreOptions
    let pool: DatabasePool
    let faults = FaultLog()
    let place: FilePlace
    /// Both absent for a reader.
    private let lock: StoreLock?
    private let queue: WriteQueue?
    private let isClosed = Mutex(false)

    /// Opens the file; an owner makes it, with its folder, when it is missing. Blocks for the disk.
    ///
    /// - Throws: `storeInUse` when another process owns the file; `storeUnreadable` when it cannot
    ///   be used: of a newer version, damaged, not a store, or not writable.
    public init(
        path: String, access: Access = .owner, options: SQLiteStoreOptions = SQLiteStoreOptions()
    ) throws {
        let file = try StoreFile(path)
        self.path = file.path
        self.access = access
        self.options = options
        let lockWait = LockWait(limit: options.busyTimeout, patience: options.lockPatience)
        switch access {
        case .owner:
            try file.makeFolder()
            lock = try StoreLock(store: file.path)
            try file.makeFile()
            pool = try file.pool(options, lockWait)
            place = FilePlace(file.path)
            let queue = WriteQueue(pool: pool, place: place, limits: options.batch, faults: faults)
            lockWait.whenLong { [weak queue] in queue?.noteLongLock() ?? true }
            self.queue = queue
            try pool.write { database in
                try StoreFact.serverAddress.set(nil, in: database)
                try OpenReservation.settleAll(in: database)
            }
        case .reader:
            lock = nil
            pool = try file.readers(lockWait)
            place = FilePlace(file.path)
            queue = nil
        }
    }

    /// Finishes what is being written and gives the file back; nothing works afterwards.
    public func close() async throws {
        await queue?.close()
        isClosed.withLock { $0 = true }
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            DispatchQueue.global().async { [pool, path, place, access] in
                done.resume(
                    with: Result {
                        try pool.close()
                        if access == .owner, place.isKept { StoreFile.tidy(path) }
                    }
                    .mapError { StoreFailure.failure($0, path: path) })
            }
        }
        lock?.release()
    }

    /// Whether a process owns the file now.
    public var isOwned: Bool { lock?.isHeld ?? StoreLock.isHeld(store: path) }

    /// Whether a process owns that file now. It need not exist.
    public static func isOwned(path: String) throws -> Bool {
        StoreLock.isHeld(store: try StoreFile(path).path)
    }

    /// How often the store wrote and committed.
    var counters: WriteQueue.Counters { queue?.counters ?? WriteQueue.Counters() }

    /// Does the work in a transaction and returns when it is committed.
    func write<Answer: Sendable>(
        _ company: WriteQueue.Company = .shared, bytes: Int = 0,
        _ work: @escaping WriteQueue.Work<Answer>
    ) async throws -> Answer {
        guard let queue else { throw StoreFailure.readOnly }
        return try await queue.perform(company, bytes: bytes, work)
    }

    /// Reads on a connection and a thread of its own, to the end also in a cancelled task.
    func read<Answer: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Answer
    ) async throws -> Answer {
        if isClosed.withLock(\.self) { throw StoreFailure.closed }
        return try await withCheckedThrowingContinuation { continuation in
            pool.asyncRead { [faults, path] database in
                continuation.resume(
                    with: Result { try work(database.get()) }
                        .mapError { error in
                            let failure = StoreFailure.failure(error, path: path)
                            if failure.code == .storeFailed { faults.note(error, failure) }
                            return failure
                        })
            }
        }
    }
}
