import CrewTesting
import Foundation
import Synchronization
import Testing

@testable import CrewKit

/// Whatever is crashed, cancelled, refused and trimmed, each call has exactly one result: in every
/// prompt that a model is sent, and in the log when the run is over.
@Suite("The history stays valid")
struct HistoryPropertyTests {
    @Test("Under random crashes, cancels, decisions and trims", arguments: 0..<150)
    func random(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(seed) &* 7_919 &+ 1)
        let scene = DurableScene()
        let base = InMemoryRunStore()
        var isOver = false
        for life in 0..<60 where !isOver {
            let appends = Int.random(in: 1...14, using: &random)
            let mortal = MortalStore(base, appends: life < 40 ? appends : .max)
            let plan = Plan(random: &random, mayCancel: life < 20)
            isOver = try await Self.live(scene, mortal, plan)
        }
        #expect(isOver)
        #expect(scene.prompts.problems.isEmpty)
        let log = try await base.events(of: "run", after: 0, limit: 10_000)
        #expect(log.openCalls.isEmpty)
        #expect(log.map(\.sequence) == Array(1...log.count))
        // What only writes was never repeated; what cannot be undone only with permission.
        #expect(scene.effects.repeated["note"] == nil && scene.effects.repeated["ship"] == nil)
    }

    /// What one process meets with.
    private struct Plan {
        let decision: ApprovalDecision
        let cancelAfter: Int?
        let depth: StopDepth
        let window: Int

        init(random: inout SeededGenerator, mayCancel: Bool) {
            decision = Bool.random(using: &random) ? .approve : .refuse
            let moment = Int.random(in: 1...30, using: &random)
            cancelAfter = mayCancel && Bool.random(using: &random) ? moment : nil
            depth = StopDepth.allCases.randomElement(using: &random) ?? .now
            window = [40, 120, 32_000].randomElement(using: &random) ?? 40
        }
    }

    /// Works the run as far as this process lives.
    ///
    /// - Returns: true when the run has come to its own end.
    private static func live(
        _ scene: DurableScene, _ mortal: MortalStore, _ plan: Plan
    ) async throws -> Bool {
        let runner = try scene.runner(mortal.store) {
            $0.leavesRunsUnfinished = true
        } settings: {
            $0.contextWindow = plan.window
        }
        return await withRunningQuietly(runner) {
            if try await runner.record(of: "run") == nil {
                try await runner.start(RunRequest("go"))
            }
            try await runner.recover()
            if let moment = plan.cancelAfter {
                var seen = 0
                for try await item in try await runner.events(of: "run") {
                    if case .event = item { seen += 1 }
                    if seen == moment { try await runner.cancel("run", plan.depth) }
                }
            }
            let outcome = try await runner.driveToEnd("run", decision: plan.decision)
            if outcome == .terminated(by: "[DONE]") || outcome == .completed { return true }
            try await runner.resume("run")
            return false
        }
    }

    /// A process that dies has nobody to tell.
    private static func withRunningQuietly(
        _ runner: CrewRunner, _ body: @escaping @Sendable () async throws -> Bool
    ) async -> Bool {
        (try? await withRunning(runner, body)) ?? false
    }
}
