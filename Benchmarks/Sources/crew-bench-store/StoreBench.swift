import CrewKit
import CrewStore
import Foundation

/// What keeping runs costs: each figure beside a baseline that was measured in the same process.
///
/// Usage: crew-bench-store [--quick] [FOLDER]
@main
struct StoreBench {
    let folder: URL
    let scale: Int

    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        let base = arguments.first { !$0.hasPrefix("--") } ?? NSTemporaryDirectory()
        let folder = URL(filePath: base).appending(path: "crew-bench-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let bench = StoreBench(folder: folder, scale: arguments.contains("--quick") ? 1 : 10)
        try await bench.writing()
        try await bench.opening()
        try await bench.waiting()
    }

    func store(_ name: String) throws -> SQLiteRunStore {
        try SQLiteRunStore(path: folder.appending(path: "\(name).sqlite").path)
    }

    func show(_ name: String, _ figure: String) {
        print(name.padding(toLength: 52, withPad: " ", startingAt: 0) + figure)
    }
}

/// Events that are stored.
extension StoreBench {
    private func writing() async throws {
        let syncs = try rawSyncs(200 * scale)
        show("one small write and fdatasync, a second", "\(syncs)")
        let alone = try await rate(writers: 1, appends: 200 * scale, in: try store("alone"))
        for writers in [64, 512] {
            let together = try await rate(
                writers: writers, appends: max(1, 3_000 * scale / writers),
                in: try store("w\(writers)"))
            let ratio = together.eventsPerSecond / alone.eventsPerSecond
            show(
                "durable events a second, \(writers) runs at once",
                "\(Int(together.eventsPerSecond)) (\(Self.short(ratio)) times one run, "
                    + "\(Self.short(together.eventsPerSecond / Double(syncs))) a raw sync), "
                    + "\(Self.short(together.cpuPerEvent)) us CPU an event")
        }
        show("durable events a second, one run", "\(Int(alone.eventsPerSecond))")
        let memory = try await rate(writers: 64, appends: 50 * scale, in: InMemoryRunStore())
        show("events a second in memory", "\(Int(memory.eventsPerSecond))")
    }

    private struct Rate {
        let eventsPerSecond: Double
        /// Microseconds.
        let cpuPerEvent: Double
    }

    /// Each writer appends to a run of its own, two events at a time, as a round does.
    private func rate(writers: Int, appends: Int, in store: any RunStore) async throws -> Rate {
        for writer in 0..<writers { try await Log.begin(RunID("r\(writer)"), in: store) }
        let (start, cpu) = (ContinuousClock.now, Spent.cpuSeconds)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    for append in 0..<appends {
                        try await store.append(
                            Log.round(append, after: 1 + append * 2), to: RunID("r\(writer)"))
                    }
                }
            }
            try await group.waitForAll()
        }
        let events = Double(writers * appends * 2)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        return Rate(
            eventsPerSecond: events / seconds,
            cpuPerEvent: (Spent.cpuSeconds - cpu) * 1_000_000 / events)
    }

    private func rawSyncs(_ count: Int) throws -> Int {
        let path = folder.appending(path: "raw").path
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        defer { close(file) }
        let bytes = [UInt8](repeating: 1, count: 600)
        let start = ContinuousClock.now
        for _ in 0..<count {
            _ = write(file, bytes, bytes.count)
            fdatasync(file)
        }
        return Int(Double(count) / ((ContinuousClock.now - start) / .seconds(1)))
    }

    static func short(_ number: Double) -> String {
        number.formatted(.number.precision(.significantDigits(3)).grouping(.never))
    }
}

/// A long run that is opened again.
extension StoreBench {
    private func opening() async throws {
        let store = try store("long")
        let rounds = 250 * scale
        let runner = try Crews.talker(rounds: rounds, store: store)
        let run = try await runner.workingRuns {
            let run = try await runner.start(RunRequest("go"))
            _ = try await runner.result(of: run)
            return run
        }
        guard let record = try await store.record(of: run) else { return }
        let events = try await store.events(of: run, after: 0, limit: .max)
        let copy = RunRecord(id: "copy", crew: record.crew, session: nil, createdAt: Date())
        try await store.create(copy, events: events)
        let (fast, slow) = (try await time(run, runner), try await time("copy", runner))
        show(
            "opening a run of \(events.count) events",
            "\(Self.short(fast)) ms with its snapshot, \(Self.short(slow)) ms without "
                + "(\(Self.short(slow / fast)) times)")
    }

    /// Milliseconds; the middle one of five.
    private func time(_ run: RunID, _ runner: CrewRunner) async throws -> Double {
        var times: [Double] = []
        for _ in 0..<5 {
            let start = ContinuousClock.now
            _ = try await runner.result(of: run)
            times.append((ContinuousClock.now - start) / .milliseconds(1))
        }
        return times.sorted()[2]
    }
}

/// Runs that wait for a person.
extension StoreBench {
    private func waiting() async throws {
        let store = try store("waiting")
        let runner = try Crews.asker(store: store)
        try await runner.workingRuns {
            try await start(100, of: runner)
            let (memory, disk) = (Spent.residentBytes, try bytes(of: "waiting"))
            let count = 500 * scale
            try await start(count, of: runner)
            let grown = Double(Spent.residentBytes - memory) / Double(count)
            let written = Double(try bytes(of: "waiting") - disk) / Double(count)
            show("memory for a run that waits, over \(count)", "\(Int(grown)) bytes")
            show("disk for a run of 6 events", "\(Int(written)) bytes")
            show("runs under way while they wait", "\(runner.activeRuns)")
        }
    }

    private func start(_ count: Int, of runner: CrewRunner) async throws {
        for _ in 0..<count {
            let run = try await runner.start(RunRequest("go"))
            _ = try await runner.result(of: run)
        }
    }

    private func bytes(of name: String) throws -> Int {
        let size = try FileManager.default.attributesOfItem(
            atPath: folder.appending(path: "\(name).sqlite").path)[.size]
        return size as? Int ?? 0
    }
}
