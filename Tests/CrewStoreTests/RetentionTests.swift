import CrewKit
import CrewTesting
import Foundation
import GRDB
import Testing

@testable import CrewStore

@Suite("Retention")
struct RetentionTests {
    private let day = 86_400.0

    private func time(_ days: Double) -> Date { Date(timeIntervalSince1970: days * day) }

    /// A run of which the last event is that many days old at day 100.
    private func add(
        _ id: RunID, age: Double, _ last: RunEvent? = .runEnded(RunEnded(outcome: .completed)),
        events: Int = 2, to store: SQLiteRunStore
    ) async throws {
        let log = (1...events).map { sequence in
            StoredEvent(
                sequence: sequence, time: time(100 - age),
                event: sequence == events ? last ?? event(1).event : event(1).event)
        }
        try await store.create(record(id), events: log)
    }

    private func ids(_ store: SQLiteRunStore) async throws -> [RunID] {
        try await store.runs(matching: RunQuery(order: .oldestFirst, limit: 1_000)).runs.map(\.id)
    }

    private func store(
        _ folder: StoreFolder, _ policy: RetentionPolicy
    ) throws -> SQLiteRunStore {
        try folder.store {
            $0.retention = policy
            $0.sparePages = 0
            $0.now = { Date(timeIntervalSince1970: 100 * 86_400) }
        }
    }

    @Test("It is on by default, and its bounds have to be above zero")
    func policy() async throws {
        #expect(SQLiteStoreOptions().retention == .standard)
        #expect(RetentionPolicy.standard.maxAge == .seconds(2_592_000))
        #expect(RetentionPolicy.standard.maxRuns == 100_000)
        #expect(RetentionPolicy.standard.maxBytes == 4_294_967_296)
        #expect(try RetentionPolicy() == .standard)
        #expect(try RetentionPolicy(maxAge: nil, maxRuns: nil, maxBytes: nil) == .unlimited)
        #expect(await code { _ = try RetentionPolicy(maxAge: .zero) } == .invalidInput)
        #expect(await code { _ = try RetentionPolicy(maxRuns: 0) } == .invalidInput)
        #expect(await code { _ = try RetentionPolicy(maxBytes: -1) } == .invalidInput)
    }

    @Test("Ended runs that are too old are forgotten; others are not, however old")
    func age() async throws {
        let folder = try StoreFolder()
        let store = try store(
            folder, RetentionPolicy(maxAge: .seconds(30 * day), maxRuns: nil, maxBytes: nil))
        try await add("old", age: 31, to: store)
        try await add("just", age: 30, to: store)
        try await add("new", age: 1, to: store)
        try await add("paused", age: 99, .paused(RunPaused(agent: "a")), to: store)
        try await add("running", age: 99, nil, to: store)
        let queued = RunQueued(crew: "c", input: "x", agent: "a", session: "s")
        try await add("queued", age: 99, .queued(queued), to: store)
        try await store.save(RunSnapshot(sequence: 1, format: 1, bytes: [1]), of: "old")
        try await store.save(
            Artifact(name: "a", mediaType: "x/y", byteCount: 1, createdAt: time(1)), bytes: [1],
            of: "old")
        let report = try await store.prune(now: time(100))
        #expect(report.runs == 1)
        #expect(report.events == 2)
        #expect(try await ids(store) == ["just", "new", "paused", "running", "queued"])
        for table in ["snapshots", "artifacts", "removals"] {
            #expect(try await store.count(table) == 0)
        }
        #expect(try await store.count("events") == 10)
        #expect(try await store.prune(now: time(100)) == PruneReport())
        try await store.close()
    }

    @Test("Of too many ended runs those go that changed longest ago")
    func count() async throws {
        let folder = try StoreFolder()
        let store = try store(folder, RetentionPolicy(maxAge: nil, maxRuns: 30, maxBytes: nil))
        for number in 1...75 {
            // Later ones are older.
            try await add(RunID("r\(number)"), age: Double(number) / 10, to: store)
        }
        try await add("running", age: 90, nil, to: store)
        let report = try await store.prune(now: time(100))
        #expect(report.runs == 45)
        #expect(try await ids(store) == (1...30).map { RunID("r\($0)") } + ["running"])
        try await store.close()
    }

    @Test("Of too many bytes the oldest go, and the file becomes shorter")
    func size() async throws {
        let folder = try StoreFolder()
        let bound = 600_000
        let store = try store(folder, RetentionPolicy(maxAge: nil, maxRuns: nil, maxBytes: bound))
        for number in 1...20 {
            try await store.create(
                record(RunID("r\(number)")),
                events: [longEvent(1)] + (2...11).map { longEvent($0) }
                    + [event(12 + number, .runEnded(RunEnded(outcome: .completed)))].map { last in
                        var last = last
                        last.sequence = 12
                        return last
                    })
        }
        let before = try await store.read { try PageCounts($0) }
        #expect(before.usedBytes > 2_000_000)
        let report = try await store.prune(now: time(100))
        let after = try await store.read { try PageCounts($0) }
        let tables = 150_000
        #expect(after.usedBytes <= bound + tables)
        #expect(after.free == 0)
        #expect(report.bytes == (before.all - after.all) * after.size)
        let left = try await ids(store)
        #expect(left == (21 - left.count...20).map { RunID("r\($0)") }, "the newest stay")
        #expect((2...6).contains(left.count))
        try await store.close()
        #expect(try length(of: folder) == after.all * after.size)
    }

    @Test("Runs that wait, and those that only just ended, make no ended run go")
    func freshRuns() async throws {
        let folder = try StoreFolder()
        let policy = try RetentionPolicy(maxAge: nil, maxRuns: 1, maxBytes: 20_000)
        let store = try store(folder, policy)
        try await add("paused", age: 1, .paused(RunPaused(agent: "a")), to: store)
        try await store.save(
            Artifact(name: "a", mediaType: "x/y", byteCount: 200_000, createdAt: time(1)),
            bytes: [UInt8](repeating: 1, count: 200_000), of: "paused")
        try await add("old", age: 2, to: store)
        #expect(try await store.prune(now: time(100)).runs == 0)
        for number in 1...3 {
            try await add(RunID("new\(number)"), age: 0.01 * Double(number), to: store)
        }
        try await store.save(
            Artifact(name: "a", mediaType: "x/y", byteCount: 30_000, createdAt: time(1)),
            bytes: [UInt8](repeating: 1, count: 30_000), of: "new1")
        #expect(try await store.prune(now: time(100)).runs == 1)
        #expect(try await ids(store) == ["paused", "new1", "new2", "new3"])
        #expect(try await store.prune(now: time(100.1)).runs == 3, "the newest is too large")
        #expect(try await ids(store) == ["paused"])
        try await store.close()
    }

    private func length(of folder: StoreFolder) throws -> Int {
        let size = try FileManager.default.attributesOfItem(atPath: folder.path)[.size]
        return try #require(size as? NSNumber).intValue
    }

    @Test("Free pages that the next writes will need stay in the file")
    func sparePages() async throws {
        let folder = try StoreFolder()
        let store = try folder.store { $0.sparePages = 50 }
        try await add("old", age: 99, events: 5_000, to: store)
        _ = try await store.prune(now: time(100))
        #expect(try await store.read { try PageCounts($0) }.free == 50)
        try await store.close()
    }

    @Test("Usage stays when its runs are forgotten")
    func usage() async throws {
        let folder = try StoreFolder()
        let store = try store(folder, .standard)
        let reply = RunEvent.replied(
            Replied(
                agent: "a", round: 1, message: AgentMessage(agent: "a", text: "x"), finish: .stop,
                usage: Usage(inputTokens: 5), model: "m"))
        try await store.create(record("r"), events: [event(1)])
        try await store.append(
            [event(2, reply), event(3, .runEnded(RunEnded(outcome: .completed)))], to: "r")
        #expect(try await store.prune(now: time(100)).runs == 1)
        let usage = try await store.usage(from: "1970-01-01", through: "1970-01-01")
        #expect(usage.map(\.usage.inputTokens) == [5])
        try await store.close()
    }

    @Test("A long run goes in steps, between which those who wait write; nobody sees half of it")
    func steps() async throws {
        let folder = try StoreFolder()
        let store = try store(folder, .standard)
        try await add("old", age: 99, events: 5_000, to: store)
        try await store.create(record("live"), events: [event(1)])
        try await withThrowingTaskGroup(of: PruneReport?.self) { group in
            try await store.holdingTheWriter {
                group.addTask { try await store.prune(now: time(100)) }
                await store.waitForWrites(1)
                group.addTask {
                    try await store.append([event(2)], to: "live")
                    return nil
                }
                await store.waitForWrites(2)
                // The next hold waits behind both, and before the second step.
                group.addTask {
                    try await store.holdingTheWriter { try await expectHalfGone(store) }
                    return nil
                }
                await store.waitForWrites(3)
            }
            var reports: [PruneReport] = []
            for try await report in group { reports += [report].compactMap(\.self) }
            #expect(reports.map(\.events) == [5_000])
            #expect(reports.map(\.runs) == [1])
        }
        #expect(try await store.count("events") == 2)
        try await store.close()
    }

    /// After the first step, and before the second.
    private func expectHalfGone(_ store: SQLiteRunStore) async throws {
        #expect(try await store.count("events") == 3_002)
        #expect(try await store.record(of: "live")?.lastSequence == 2)
        #expect(try await store.record(of: "old") == nil)
        let reading = await code { _ = try await store.events(of: "old", after: 0, limit: 1) }
        #expect(reading == .unknownRun)
    }

    @Test("Runs that are written while others are forgotten lose nothing")
    func whileAppending() async throws {
        let folder = try StoreFolder()
        let store = try store(folder, .standard)
        for number in 1...60 {
            try await add(RunID("old\(number)"), age: 50, events: 100, to: store)
        }
        let live = (1...10).map { RunID("live\($0)") }
        for run in live { try await store.create(record(run), events: [event(1)]) }
        let report = try await withThrowingTaskGroup(of: Void.self) { group in
            for run in live {
                group.addTask {
                    for sequence in 2...100 { try await store.append([event(sequence)], to: run) }
                }
            }
            let report = try await store.prune(now: time(100))
            try await group.waitForAll()
            return report
        }
        #expect(report.runs == 60)
        #expect(report.events == 6_000)
        #expect(try await ids(store) == live)
        for run in live {
            let events = try await store.events(of: run, after: 0, limit: 200)
            #expect(events == (1...100).map { event($0) })
        }
        #expect(try await store.count("events") == 1_000)
        try await store.close()
    }

    @Test("What a crash left of a forgotten run goes with the next pruning")
    func halfGone() async throws {
        let folder = try StoreFolder()
        let store = try store(folder, .unlimited)
        try await add("r", age: 1, events: 10, to: store)
        try await store.write { database, _ in
            try Removal(of: "r", in: database).begin(in: database)
        }
        try await store.close()
        let again = try self.store(folder, .unlimited)
        // A run of its name has nothing to do with it.
        try await again.create(record("r"), events: [event(1)])
        let report = try await again.prune(now: time(100))
        #expect(report.events == 10)
        #expect(try await again.events(of: "r", after: 0, limit: 9) == [event(1)])
        try await again.close()
    }

    @Test("Maintenance prunes now and after every interval, until it is cancelled")
    func maintenance() async throws {
        let folder = try StoreFolder()
        let store = try store(folder, .standard)
        let clock = ManualClock()
        try await store.create(record("live"), events: (1...50).map { longEvent($0) })
        try await add("one", age: 99, to: store)
        let before = try length(of: folder)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await store.maintain(every: .seconds(300), clock: clock) }
            await clock.waitForSleepers(of: .seconds(300))
            #expect(try await ids(store) == ["live"])
            #expect(try length(of: folder) > before + 400_000, "the log goes into the file")
            try await add("two", age: 99, to: store)
            clock.advance(by: .seconds(300))
            await clock.waitForSleepers(of: .seconds(300))
            #expect(try await ids(store) == ["live"])
            group.cancelAll()
        }
        try await store.close()
    }

    @Test("Maintenance that fails is told of and goes on")
    func failingMaintenance() async throws {
        let folder = try StoreFolder()
        let store = try folder.store { $0.busyTimeout = .milliseconds(20) }
        let clock = ManualClock()
        try await add("one", age: 99, to: store)
        let raw = try folder.rawFile()
        try await raw.writeWithoutTransaction { try $0.beginTransaction(.immediate) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await store.maintain(every: .seconds(300), clock: clock) }
            await clock.waitForSleepers(of: .seconds(300))
            #expect(await store.health() != .working)
            try await raw.writeWithoutTransaction { try $0.rollback() }
            clock.advance(by: .seconds(300))
            await clock.waitForSleepers(of: .seconds(300))
            #expect(try await ids(store).isEmpty)
            group.cancelAll()
        }
        try raw.close()
        try await store.close()
    }
}
