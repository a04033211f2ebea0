import CrewKit
import Foundation
import GRDB
import Synchronization

@testable import CrewStore

/// A folder of a test's own, gone with it.
final class StoreFolder: Sendable {
    let url: URL
    private let count = Mutex(0)

    init() throws {
        url = FileManager.default.temporaryDirectory
            .appending(component: "crew-store-\(UUID().uuidString)").resolvingSymlinksInPath()
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    var path: String { path("runs.sqlite") }

    func path(_ name: String) -> String { url.appending(component: name).path }

    /// A file that no other call names.
    func newPath() -> String {
        let number = count.withLock { count in
            count += 1
            return count
        }
        return path("runs-\(number).sqlite")
    }

    func store(
        _ access: SQLiteRunStore.Access = .owner,
        _ change: (inout SQLiteStoreOptions) -> Void = { _ in }
    ) throws -> SQLiteRunStore {
        // What is tested is not the disk: only a few tests wait for it.
        var options = SQLiteStoreOptions(durability: .normal)
        change(&options)
        return try SQLiteRunStore(path: path, access: access, options: options)
    }

    /// The file as any other program of SQLite would use it.
    func rawFile() throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        return try DatabaseQueue(path: path, configuration: configuration)
    }
}

extension SQLiteRunStore {
    func number(_ sql: String) async throws -> Int {
        try await read { try Int.fetchOne($0, sql: sql) ?? 0 }
    }

    func count(_ table: String) async throws -> Int {
        try await number("SELECT COUNT(*) FROM \(table)")
    }

    /// Stands for a disk on which that many pages have room, or as many as are written already.
    func limitPages(to count: Int) async throws {
        try await write(.bare) { database, _ in
            try database.execute(sql: "PRAGMA max_page_count = \(count)")
        }
    }

    /// Keeps the writer busy while `body` runs, so that what it starts waits together.
    func holdingTheWriter<Value>(_ body: () async throws -> Value) async throws -> Value {
        let isHeld = DispatchSemaphore(value: 0)
        let mayGo = DispatchSemaphore(value: 0)
        async let held: Void = write(.alone) { _, _ in
            isHeld.signal()
            mayGo.wait()
        }
        await Self.wait(for: isHeld)
        let value: Value
        do {
            value = try await body()
        } catch {
            mayGo.signal()
            throw error
        }
        mayGo.signal()
        try await held
        return value
    }

    /// Returns when that many writes wait.
    func waitForWrites(_ count: Int) async {
        while counters.waiting < count { await Task.yield() }
    }

    private static func wait(for semaphore: DispatchSemaphore) async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                semaphore.wait()
                continuation.resume()
            }
        }
    }
}

func code(of body: () async throws -> Void) async -> CrewError.Code? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? CrewError)?.code
    }
}

/// What a person reads when it fails.
func message(of body: () async throws -> Void) async -> String {
    do {
        try await body()
        return "it did not fail"
    } catch {
        return (error as? CrewError)?.message ?? "\(error)"
    }
}

func event(_ sequence: Int, _ event: RunEvent? = nil) -> StoredEvent {
    StoredEvent(
        sequence: sequence, time: Date(timeIntervalSince1970: Double(sequence)),
        event: event ?? .turnStarted(TurnStarted(agent: "a")))
}

/// An event that needs pages of its own.
func longEvent(_ sequence: Int) -> StoredEvent {
    event(
        sequence, .turnStarted(TurnStarted(agent: AgentID(String(repeating: "x", count: 9_000)))))
}

func record(_ id: RunID, session: SessionID? = nil, key: String? = nil) -> RunRecord {
    RunRecord(
        id: id, crew: "c", session: session,
        idempotencyKey: key.map { IdempotencyKey(text: $0, requestDigest: "d") },
        createdAt: Date(timeIntervalSince1970: 0))
}
