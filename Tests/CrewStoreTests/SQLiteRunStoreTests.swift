import CrewKit
import CrewTesting
import Foundation
import GRDB
import Testing

@testable import CrewStore

@Suite("SQLiteRunStore")
struct SQLiteRunStoreTests {
    @Test("Keeps the RunStore contract")
    func contract() async throws {
        let folder = try StoreFolder()
        try await RunStoreContract { try SQLiteRunStore(path: folder.newPath()) }.check()
    }

    @Test("What was stored is there after the file was closed and opened again")
    func reopening() async throws {
        let folder = try StoreFolder()
        let store = try folder.store()
        try await StoredLibrary.write(to: store)
        try await StoredLibrary.expect(in: store)
        try await store.close()
        let again = try folder.store()
        try await StoredLibrary.expect(in: again)
        try await again.append([event(2)], to: "running")
        try await again.close()
    }

    @Test("What was acknowledged is there though the process ended without a word")
    func crash() async throws {
        let folder = try StoreFolder()
        let store = try folder.store()
        try await StoredLibrary.write(to: store)
        // The files as they are on the disk now, while the store is still at work.
        let crashed = try StoreFolder()
        for name in ["runs.sqlite", "runs.sqlite-wal", "runs.sqlite.lock"] {
            try FileManager.default.copyItem(atPath: folder.path(name), toPath: crashed.path(name))
        }
        let reader = try crashed.store(.reader)
        #expect(!reader.isOwned)
        try await StoredLibrary.expect(in: reader)
        try await reader.close()
        let owner = try crashed.store()
        try await StoredLibrary.expect(in: owner)
        try await owner.close()
        try await store.close()
    }

    @Test("Each commit waits for the disk, unless it is told not to")
    func durability() async throws {
        let folder = try StoreFolder()
        for (durability, expected) in [(SQLiteStoreOptions.Durability.full, 2), (.normal, 1)] {
            let store = try folder.store { $0.durability = durability }
            let pragmas = try await store.write { database, _ in
                try ["synchronous", "foreign_keys", "auto_vacuum"].map {
                    try Int.fetchOne(database, sql: "PRAGMA \($0)")
                }
            }
            #expect(pragmas == [expected, 1, 2])
            let journal = try await store.read {
                try String.fetchOne($0, sql: "PRAGMA journal_mode")
            }
            #expect(journal == "wal")
            try await store.close()
        }
        #expect(SQLiteStoreOptions().durability == .full)
    }

    @Test("Closing leaves one file and its lock, and no descriptor open")
    func closing() async throws {
        let folder = try StoreFolder()
        let store = try folder.store()
        try await store.create(record("r"), events: [event(1)])
        _ = try await store.record(of: "r")
        #if os(Linux)
            #expect(try !openFiles(in: folder).isEmpty)
        #endif
        try await store.close()
        #if os(Linux)
            #expect(try openFiles(in: folder).isEmpty)
        #endif
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        #expect(files.sorted() == ["runs.sqlite", "runs.sqlite.lock"])
        #expect(await code { try await store.append([event(2)], to: "r") } == .storeFailed)
        #expect(await message { _ = try await store.record(of: "r") } == "the store is closed")
        try await store.close()
    }

    @Test("Closing waits for the writes that were asked for")
    func closingWaits() async throws {
        let folder = try StoreFolder()
        let store = try folder.store()
        try await store.create(record("r"), events: [event(1)])
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await store.holdingTheWriter {
                group.addTask { try await store.append([event(2)], to: "r") }
                await store.waitForWrites(1)
                group.addTask { try await store.close() }
                for _ in 1...100 { await Task.yield() }
            }
            try await group.waitForAll()
        }
        let again = try folder.store()
        #expect(try await again.events(of: "r", after: 0, limit: 9).count == 2)
        try await again.close()
    }

    @Test("Events cannot be changed, not even by SQL")
    func appendOnly() async throws {
        let folder = try StoreFolder()
        let store = try folder.store()
        try await store.create(record("r"), events: [event(1)])
        let change = await code {
            try await store.write { database, _ in
                try database.execute(sql: "UPDATE events SET body = '{}'")
            }
        }
        #expect(change == .storeFailed)
        #expect(try await store.events(of: "r", after: 0, limit: 9) == [event(1)])
        try await store.close()
    }

    @Test("What is looked for often is found without reading every run")
    func queryPlans() async throws {
        let folder = try StoreFolder()
        let store = try folder.store()
        var expiring = RunQuery()
        expiring.expiringBefore = Date(timeIntervalSince1970: 5)
        var unnotified = RunQuery(order: .oldestFirst, cursor: "5")
        unnotified.isUnnotified = true
        let searches = [
            "runs_by_expiry": expiring,
            "runs_unnotified": unnotified,
            "runs_by_session": RunQuery(session: "s"),
            "runs_by_crew": RunQuery(crew: "c", cursor: "5"),
            "runs_by_status": RunQuery(statuses: [.queued, .running], order: .oldestFirst),
        ]
        for (index, query) in searches {
            let search = try RunSearch(query)
            let plan = try await store.read { database in
                try Row.fetchAll(
                    database, sql: "EXPLAIN QUERY PLAN \(search.sql)",
                    arguments: search.statementArguments
                ).map { $0["detail"] as String }.joined(separator: "; ")
            }
            #expect(plan.contains("USING INDEX \(index)"), "\(plan)")
        }
        try await store.close()
    }

    @Test("A session is counted with its runs, and gone with the last one")
    func sessions() async throws {
        let folder = try StoreFolder()
        let store = try folder.store()
        for id in ["r1", "r2"] {
            try await store.create(record(RunID(id), session: "s"), events: [event(1)])
        }
        #expect(try await store.number("SELECT runs FROM sessions WHERE id = 's'") == 2)
        try await store.append(
            [event(2, .runEnded(RunEnded(outcome: .completed)))], to: "r1")
        #expect(try await store.number("SELECT updated_at FROM sessions") == 2)
        try await store.delete("r1")
        #expect(try await store.number("SELECT runs FROM sessions WHERE id = 's'") == 1)
        try await store.delete("r2")
        #expect(try await store.count("sessions") == 0)
        #expect(try await store.count("events") == 0)
        #expect(try await store.count("removals") == 0)
        try await store.close()
    }

    /// The descriptors of this process that lead into a folder.
    private func openFiles(in folder: StoreFolder) throws -> [String] {
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        return descriptors.compactMap {
            // One that was closed meanwhile leads nowhere.
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
        }.filter { $0.hasPrefix(folder.url.path) }
    }
}
