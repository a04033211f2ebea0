import CrewKit
import CrewStore
import CrewTesting
import Foundation
import Synchronization
import Testing

@Suite("Runs that wait")
struct WaitingWeekTests {
    @Test("A thousand runs wait a week for permission, hold nothing, and all go on")
    func week() async {
        // In a process of its own: what other tests hold would count otherwise.
        await #expect(processExitsWith: .success) { try await Self.waitAWeek() }
    }

    private static func waitAWeek() async throws {
        let folder = URL(filePath: NSTemporaryDirectory()).appending(path: "crew-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try SQLiteRunStore(path: folder.appending(path: "runs.sqlite").path)
        let time = Mutex(Date(timeIntervalSince1970: 1_700_000_000))
        let runner = try runner(store) { time.withLock { $0 } }
        try await runner.workingRuns {
            let runs = try await start(1_000, of: runner)
            #expect(runner.activeRuns == 0)
            let before = Footprint()
            for _ in 0..<(7 * 24) {
                time.withLock { $0 += 3_600 }
                try await runner.settleOverdue()
                try await runner.recover()
            }
            let after = Footprint()
            #expect(after.descriptors == before.descriptors)
            // Flat: a run that was held would take several times as much.
            #expect(after.residentBytes - before.residentBytes < 1_000 * 16_384)
            #expect(runner.activeRuns == 0)
            for run in runs {
                let record = try #require(try await runner.record(of: run))
                let approval = try #require(record.approvals.first)
                try await runner.decide(approval.id, of: run, .approve)
            }
            for run in runs {
                #expect(try await runner.result(of: run).outcome == .completed)
            }
        }
        try await store.close()
    }

    private static func start(_ count: Int, of runner: CrewRunner) async throws -> [RunID] {
        try await withThrowingTaskGroup(of: RunID.self) { group in
            for _ in 0..<count {
                group.addTask {
                    let run = try await runner.start(RunRequest("go"))
                    #expect(try await runner.result(of: run).outcome == .paused(at: "a"))
                    return run
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    private static func runner(
        _ store: any RunStore, now: @escaping @Sendable () -> Date
    ) throws -> CrewRunner {
        let definition = CrewDefinition(
            name: "waiting", agents: [AgentDefinition(id: "a", tools: ["ship"])])
        let crew = try definition.validated(tools: ["ship"])
        var options = RunnerOptions()
        options.now = now
        return try CrewRunner(
            crew: crew, models: ModelSet(ShippingModel(), for: crew), tools: Toolbox([Ship()]),
            store: store, options: options)
    }

    private struct ShippingModel: LanguageModel {
        let name = "shipping"

        func reply(
            to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
        ) async throws -> ModelReply {
            if case .tool = request.messages.last { return ModelReply(text: "shipped") }
            return ModelReply(
                toolCalls: [ToolCall(id: "c", name: "ship")], finish: .toolCalls)
        }
    }

    private struct Ship: Tool {
        let definition = ToolDefinition(name: "ship", description: "Ships.", approval: .always)

        func call(_ call: ToolInvocation) async throws -> String { "done" }
    }
}

/// What this process holds.
private struct Footprint {
    let descriptors: Int
    let residentBytes: Int

    init() {
        let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        descriptors = open?.count ?? 0
        let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        let pages = text?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        residentBytes = pages * 4_096
    }
}
