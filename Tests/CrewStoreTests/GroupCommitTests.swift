import CrewKit
import Foundation
import GRDB
import Testing

@testable import CrewStore

@Suite("Group commit")
struct GroupCommitTests {
    private func runs(_ count: Int, in store: SQLiteRunStore) async throws -> [RunID] {
        let runs = (1...count).map { RunID("r\($0)") }
        for run in runs { try await store.create(record(run), events: [event(1)]) }
        return runs
    }

    /// Appends one event to each run, all of them while the writer is busy; returns the commits
    /// that it took, and who failed with what.
    private func appendTogether(
        _ events: [RunID: StoredEvent], in store: SQLiteRunStore
    ) async throws -> (commits: Int, failures: [RunID: CrewError.Code]) {
        try await withThrowingTaskGroup(of: (RunID, CrewError.Code?).self) { group in
            let before = try await store.holdingTheWriter {
                for (run, event) in events {
                    group.addTask {
                        (run, await code { try await store.append([event], to: run) })
                    }
                }
                await store.waitForWrites(events.count)
                return store.counters.commits
            }
            var failures: [RunID: CrewError.Code] = [:]
            for try await (run, code) in group { failures[run] = code }
            // The one that held the writer commits too.
            return (store.counters.commits - before - 1, failures)
        }
    }

    private func together(_ runs: [RunID], _ event: StoredEvent) -> [RunID: StoredEvent] {
        Dictionary(uniqueKeysWithValues: runs.map { ($0, event) })
    }

    @Test("Two hundred writers that wait share one commit")
    func oneCommit() async throws {
        let folder = try StoreFolder()
        let store = try folder.store()
        let runs = try await runs(200, in: store)
        let (commits, failures) = try await appendTogether(together(runs, event(2)), in: store)
        #expect(commits == 1)
        #expect(failures.isEmpty)
        for run in runs { #expect(try await store.record(of: run)?.lastSequence == 2) }
        try await store.close()
    }

    @Test("Two hundred runs worked at once take fewer commits than appends, and lose nothing")
    func manyWriters() async throws {
        let folder = try StoreFolder()
        let store = try folder.store { $0.durability = .full }
        let runs = try await runs(200, in: store)
        let before = store.counters
        try await withThrowingTaskGroup(of: Void.self) { group in
            for run in runs {
                group.addTask {
                    for sequence in 2...11 { try await store.append([event(sequence)], to: run) }
                }
            }
            try await group.waitForAll()
        }
        #expect(store.counters.writes - before.writes == 2_000)
        #expect(store.counters.commits - before.commits < 2_000)
        try await store.close()
        let again = try folder.store()
        for run in runs {
            let events = try await again.events(of: run, after: 0, limit: 99)
            #expect(events == (1...11).map { event($0) })
        }
        try await again.close()
    }

    @Test("A transaction takes no more than its bounds, and a write beyond them alone")
    func bounds() async throws {
        for (writes, bytes, expected) in [(8, Int.max, 3), (512, 1, 20), (512, 1_000_000, 1)] {
            let folder = try StoreFolder()
            let store = try folder.store {
                $0.batch = WriteQueue.Limits(writes: writes, bytes: bytes)
            }
            let runs = try await runs(20, in: store)
            let told = try await appendTogether(together(runs, event(2)), in: store)
            #expect(told.commits == expected)
            #expect(told.failures.isEmpty)
            try await store.close()
        }
    }

    @Test("A conflict fails its own write and no other of the transaction")
    func conflict() async throws {
        let folder = try StoreFolder()
        let store = try folder.store()
        let runs = try await runs(50, in: store)
        var events = together(runs, event(2))
        events["r7"] = event(1)
        events["r8"] = event(9)
        events["unknown"] = event(1)
        let (commits, failures) = try await appendTogether(events, in: store)
        #expect(commits == 1)
        #expect(failures == ["r7": .conflict, "r8": .conflict, "unknown": .unknownRun])
        for run in runs {
            let last = try await store.record(of: run)?.lastSequence
            #expect(last == (run == "r7" || run == "r8" ? 1 : 2))
        }
        #expect(await store.health() == .working)
        try await store.close()
    }

    @Test("A write that breaks in the middle leaves nothing, and others of its transaction stay")
    func broken() async throws {
        let folder = try StoreFolder()
        let store = try folder.store()
        let runs = try await runs(3, in: store)
        // An event that is in the way of the run's next one, so that the second insert fails.
        try await store.write { database, _ in
            try database.execute(
                sql: """
                    INSERT INTO events SELECT number, 3, '{}' FROM runs WHERE id = 'r2'
                    """)
        }
        let failures = try await withThrowingTaskGroup(of: CrewError.Code?.self) { group in
            try await store.holdingTheWriter {
                for run in runs {
                    group.addTask {
                        await code { try await store.append([event(2), event(3)], to: run) }
                    }
                }
                await store.waitForWrites(3)
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(failures.compactMap(\.self) == [.storeFailed])
        #expect(try await store.record(of: "r2")?.lastSequence == 1)
        #expect(try await store.number("SELECT COUNT(*) FROM events WHERE sequence = 2") == 2)
        #expect(try await store.record(of: "r3")?.lastSequence == 3)
        // The writer does not remember what was rolled back.
        try await store.append([event(2)], to: "r2")
        try await store.close()
    }

    @Test("A commit that fails fails every write of it, and stores none")
    func failedCommit() async throws {
        let folder = try StoreFolder()
        let store = try folder.store()
        let runs = try await runs(40, in: store)
        try await store.limitPages(to: 1)
        let full = try await appendTogether(together(runs, longEvent(2)), in: store)
        #expect(full.failures.count == 40)
        #expect(Set(full.failures.values) == [.storeFailed])
        #expect(try await store.count("events") == 40)
        for run in runs { #expect(try await store.record(of: run)?.lastSequence == 1) }
        // Nor does the writer remember any.
        try await store.limitPages(to: 10_000)
        let again = try await appendTogether(together(runs, longEvent(2)), in: store)
        #expect(again.failures.isEmpty)
        try await store.close()
    }

    @Test("Nobody is answered before the commit: when that fails at its very end all have failed")
    func lateFailure() async throws {
        let folder = try StoreFolder()
        let store = try folder.store()
        let runs = try await runs(20, in: store)
        let failures = try await withThrowingTaskGroup(of: CrewError.Code?.self) { group in
            try await store.holdingTheWriter {
                for run in runs {
                    group.addTask { await code { try await store.append([event(2)], to: run) } }
                }
                await store.waitForWrites(20)
                group.addTask {
                    await code {
                        // What only the commit looks after: a snapshot of a run that is not there.
                        try await store.write { database, _ in
                            try database.execute(
                                sql: """
                                    PRAGMA defer_foreign_keys = ON;
                                    INSERT INTO snapshots VALUES (1000, 1, 1, x'00');
                                    """)
                        }
                    }
                }
                await store.waitForWrites(21)
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(failures == Array(repeating: .storeFailed, count: 21))
        #expect(try await store.count("events") == 20)
        #expect(try await store.count("snapshots") == 0)
        for run in runs { try await store.append([event(2)], to: run) }
        try await store.close()
    }

    @Test("A write is done though the task that asked for it was cancelled while it waited")
    func cancelledWhileWaiting() async throws {
        let folder = try StoreFolder()
        let store = try folder.store()
        try await store.create(record("r"), events: [event(1)])
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await store.holdingTheWriter {
                group.addTask { try await store.append([event(2)], to: "r") }
                await store.waitForWrites(1)
                group.cancelAll()
            }
            try await group.waitForAll()
        }
        #expect(try await store.record(of: "r")?.lastSequence == 2)
        try await store.close()
    }
}
