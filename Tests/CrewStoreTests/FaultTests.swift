import CrewKit
import Foundation
import GRDB
import Synchronization
import Testing

@testable import CrewStore

@Suite("A store in trouble")
struct FaultTests {
    /// A wall clock that a test moves.
    private final class Wall: Sendable {
        private let seconds = Mutex(0.0)
        var now: Date { Date(timeIntervalSince1970: seconds.withLock(\.self)) }
        func advance(_ seconds: Double) { self.seconds.withLock { $0 += seconds } }
    }

    private func isDegraded(_ store: SQLiteRunStore, _ part: String) async -> Bool {
        guard case .degraded(let sentence) = await store.health() else { return false }
        return sentence.contains(part)
    }

    @Test("A full disk fails the write and keeps what was acknowledged; with room it goes on")
    func fullDisk() async throws {
        let folder = try StoreFolder()
        let wall = Wall()
        let store = try folder.store {
            $0.maximumPages = 60
            $0.now = { wall.now }
        }
        try await store.create(record("r"), events: [event(1)])
        #expect(await store.health() == .working)
        var acknowledged = 1
        var failure: CrewError?
        while failure == nil, acknowledged < 1_000 {
            do {
                try await store.append([longEvent(acknowledged + 1)], to: "r")
                acknowledged += 1
            } catch {
                failure = error as? CrewError
            }
        }
        #expect(failure?.code == .storeFailed)
        #expect(
            failure?.message == "the disk that holds the store of runs is full: make room on it")
        let cause = try #require(failure?.cause)
        #expect("\(cause)".contains(folder.path), "the log names the file")
        #expect(await isDegraded(store, "is full"))
        wall.advance(2)
        #expect(await isDegraded(store, "is full"), "the probe needs room too")
        let events = try await store.events(of: "r", after: 0, limit: 2_000)
        #expect(events.map(\.sequence) == Array(1...acknowledged))
        #expect(try await store.record(of: "r")?.lastSequence == acknowledged)
        #expect(
            await code { try await store.append([longEvent(acknowledged + 1)], to: "r") }
                == .storeFailed)

        try await store.limitPages(to: 10_000)
        try await store.append([longEvent(acknowledged + 1)], to: "r")
        #expect(await store.health() == .working)
        try await store.close()
        let again = try folder.store()
        #expect(try await again.events(of: "r", after: acknowledged, limit: 9).count == 1)
        try await again.close()
    }

    @Test("Health finds by itself that there is room again")
    func healing() async throws {
        let folder = try StoreFolder()
        let wall = Wall()
        let store = try folder.store { $0.now = { wall.now } }
        try await store.create(record("r"), events: [event(1)])
        try await store.limitPages(to: 1)
        #expect(await isDegraded(store, "is full"))
        try await store.limitPages(to: 10_000)
        #expect(await isDegraded(store, "is full"), "asking often costs no write each time")
        wall.advance(1)
        #expect(await store.health() == .working)
        #expect(try await store.count("facts") == 0)
        try await store.close()
    }

    @Test("A file that another program locks fails the write after a while; later it goes on")
    func locked() async throws {
        let folder = try StoreFolder()
        let store = try folder.store { $0.busyTimeout = .milliseconds(20) }
        try await store.create(record("r"), events: [event(1)])
        let raw = try folder.rawFile()
        try await raw.writeWithoutTransaction { try $0.beginTransaction(.immediate) }
        let refusal = await message { try await store.append([event(2)], to: "r") }
        #expect(refusal == "the store of runs is locked by another program: end that program")
        #expect(try await store.events(of: "r", after: 0, limit: 9).count == 1, "reading goes on")
        #expect(await isDegraded(store, "is locked"))
        try await raw.writeWithoutTransaction { try $0.rollback() }
        try raw.close()
        try await store.append([event(2)], to: "r")
        #expect(await store.health() == .working)
        try await store.close()
    }

    @Test("Health does not wait for a lock as long as a write, and tells of it until one works")
    func lockedHealth() async throws {
        let folder = try StoreFolder()
        let wall = Wall()
        let store = try folder.store {
            $0.busyTimeout = .seconds(3_600)
            $0.lockPatience = .milliseconds(5)
            $0.now = { wall.now }
        }
        try await store.create(record("r"), events: [event(1)])
        let raw = try folder.rawFile()
        try await raw.writeWithoutTransaction { try $0.beginTransaction(.immediate) }
        #expect(await isDegraded(store, "is locked"), "the probe itself waits")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await store.append([event(2)], to: "r") }
            wall.advance(2)
            #expect(await isDegraded(store, "is locked"), "the probe waits behind a write")
            #expect(await isDegraded(store, "is locked"), "nothing is probed")
            try await raw.writeWithoutTransaction { try $0.rollback() }
            try await group.waitForAll()
        }
        try raw.close()
        #expect(await store.health() == .working)
        try await store.close()
    }

    @Test("A lock that is given back in time costs only time")
    func lockedForAWhile() async throws {
        let folder = try StoreFolder()
        let store = try folder.store { $0.busyTimeout = .seconds(60) }
        try await store.create(record("r"), events: [event(1)])
        let raw = try folder.rawFile()
        try await raw.writeWithoutTransaction { try $0.beginTransaction(.immediate) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await store.append([event(2)], to: "r") }
            try await raw.writeWithoutTransaction { try $0.rollback() }
            try await group.waitForAll()
        }
        try raw.close()
        #expect(try await store.record(of: "r")?.lastSequence == 2)
        try await store.close()
    }

    @Test("Damage is told of and stays told of, though undamaged parts still work")
    func damagedPages() async throws {
        let folder = try StoreFolder()
        let made = try folder.store()
        try await made.create(record("r"), events: (1...500).map { event($0) })
        try await made.close()
        try damageEvents(in: folder)

        let wall = Wall()
        let store = try folder.store { $0.now = { wall.now } }
        #expect(await store.health() == .working)
        #expect(
            await message { _ = try await store.events(of: "r", after: 0, limit: 999) }
                .contains("is damaged: put a backup in its place"))
        #expect(await code { try await store.append([event(501)], to: "r") } == .storeFailed)
        #expect(try await store.record(of: "r")?.lastSequence == 500)
        try await store.setServerAddress("x")
        wall.advance(2)
        #expect(await isDegraded(store, "is damaged"))
        try await store.close()
    }

    @Test(
        "A run that cannot be read hides no other, and health names it and why until it is deleted",
        arguments: [
            ("'{'", "run 'b' is damaged: put a backup"),
            ("'{}'", "run 'b' is damaged: put a backup"),
            (
                "replace(record, 'running', 'asleep')",
                "run 'b' was written by a newer version"
            ),
        ])
    func unreadableRecord(stored: String, sentence: String) async throws {
        let folder = try StoreFolder()
        let wall = Wall()
        let store = try folder.store { $0.now = { wall.now } }
        for run in ["a", "b", "c"] as [RunID] { try await store.create(record(run), events: []) }
        try await store.write(.alone) { database, _ in
            try database.execute(
                sql: "UPDATE runs SET record = \(stored) WHERE id = 'b'")
        }
        let page = try await store.runs(matching: RunQuery(limit: 2))
        #expect(page.runs.map(\.id) == ["c"])
        let rest = try await store.runs(matching: RunQuery(cursor: page.next, limit: 2))
        #expect(rest.runs.map(\.id) == ["a"])
        #expect(await isDegraded(store, sentence))
        #expect(await message { _ = try await store.record(of: "b") }.contains(sentence))
        try await store.delete("b")
        wall.advance(2)
        #expect(await store.health() == .working)
        try await store.close()
    }

    /// Overwrites pages that hold events and nothing else, but not the first of them, which opening
    /// moves to make room.
    private func damageEvents(in folder: StoreFolder) throws {
        let file = URL(filePath: folder.path)
        var bytes = try Data(contentsOf: file)
        let leaf: UInt8 = 0x0a
        var count = 0
        for start in stride(from: 0, to: bytes.count, by: 4_096) {
            let page = start..<start + 4_096
            guard bytes[start] == leaf, bytes[page].firstRange(of: Data("turn_started".utf8)) != nil
            else {
                continue
            }
            count += 1
            if count > 1 {
                bytes.replaceSubrange(page, with: Data(repeating: 0xff, count: 4_096))
            }
        }
        try #require(count > 3)
        try bytes.write(to: file)
    }

    @Test("A file that is gone or replaced is told of")
    func moved() async throws {
        let folder = try StoreFolder()
        let wall = Wall()
        let store = try folder.store { $0.now = { wall.now } }
        #expect(await store.health() == .working)
        try await store.create(record("r"), events: [event(1)])
        try FileManager.default.moveItem(atPath: folder.path, toPath: folder.path("away"))
        let refusal = await message { try await store.append([event(2)], to: "r") }
        #expect(refusal.contains("was moved or deleted"))
        #expect(await isDegraded(store, "was moved or deleted"), "the write told of it")
        wall.advance(2)
        #expect(await isDegraded(store, "was moved or deleted"))
        try Data().write(to: URL(filePath: folder.path))
        #expect(await code { try await store.append([event(2)], to: "r") } == .storeFailed)
        wall.advance(2)
        #expect(await isDegraded(store, "was moved or deleted"))
        try FileManager.default.removeItem(atPath: folder.path)
        try FileManager.default.moveItem(atPath: folder.path("away"), toPath: folder.path)
        try await store.append([event(2)], to: "r")
        #expect(await store.health() == .working, "a write that works heals")
        #expect(try await store.record(of: "r")?.lastSequence == 2)
        try await store.close()
    }

    @Test("A store whose file is gone leaves none in its place when it closes")
    func closedWithoutFile() async throws {
        let folder = try StoreFolder()
        let store = try folder.store()
        try FileManager.default.removeItem(atPath: folder.path)
        try await store.close()
        #expect(!FileManager.default.fileExists(atPath: folder.path))
    }

    @Test("What JSON cannot say is refused before it is stored")
    func notANumber() async throws {
        let folder = try StoreFolder()
        let store = try folder.store()
        try await store.create(record("r"), events: [event(1)])
        let end = RunEvent.runEnded(RunEnded(outcome: .completed, cost: .nan))
        #expect(await code { try await store.append([event(2, end)], to: "r") } == .invalidInput)
        #expect(try await store.record(of: "r")?.lastSequence == 1)
        #expect(await store.health() == .working)
        try await store.close()
    }
}
