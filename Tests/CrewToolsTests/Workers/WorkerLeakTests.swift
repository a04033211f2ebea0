import CrewKit
import CrewTesting
import Foundation
import Testing

@testable import CrewTools

#if os(Linux)
    @Suite("Workers and what they leave open")
    struct WorkerLeakTests {
        /// In a process of its own, as the other tests open and close things at the same time.
        @Test("Thousands of calls, deaths and cancellations leave no process, file or folder")
        func leaks() async {
            await #expect(processExitsWith: .success) {
                let isLong = ProcessInfo.processInfo.environment["CREW_LONG_TESTS"] == "1"
                try await Marathon(calls: isLong ? 100_000 : 2000).run()
            }
        }
    }

    /// Many calls in a few workers, one in fifty deadly and one in fifty cancelled.
    struct Marathon: Sendable {
        let calls: Int

        private static let deadly: [ToolName] = [
            "trap_index", "exit_3", "kill_self", "garbage", "close_all", "abort", "leave_children",
            "folder", "leak_file",
        ]

        func run() async throws {
            let temporary = FileManager.default.temporaryDirectory
                .appending(path: "crew-\(UUID().uuidString)")
            try FileManager.default.createDirectory(
                at: temporary, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: temporary) }
            setenv("TMPDIR", temporary.path, 1)
            // What the first of everything opens stays open.
            try await lap(20)
            let descriptors = try ProcessFolder.openDescriptors()
            let children = try ProcessFolder.children()
            try await lap(calls)
            try #require(try ProcessFolder.openDescriptors() <= descriptors)
            try #require(try ProcessFolder.children() <= children)
            try #require(try FileManager.default.contentsOfDirectory(atPath: temporary.path) == [])
        }

        private func lap(_ calls: Int) async throws {
            var settings = ToolWorkerSettings()
            (settings.most, settings.patience) = (4, .seconds(600))
            try await WorkerScene.living(settings: settings) { scene async throws in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<calls {
                        if number >= 8 { try await group.next() }
                        group.addTask { try await call(number, scene) }
                    }
                    try await group.waitForAll()
                }
            }
        }

        private func call(_ number: Int, _ scene: WorkerScene) async throws {
            switch number % 50 {
            case 7: _ = try? await scene.call(Self.deadly[number / 50 % Self.deadly.count])
            case 9: await cancelled(scene)
            default:
                let answer = try await scene.call("echo", ["text": .string("\(number)")])
                try #require(answer == "\(number)")
            }
        }

        private func cancelled(_ scene: WorkerScene) async {
            let kept = KeptArtifacts()
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    _ = try? await scene.call("wait_after_note", artifacts: kept.artifacts)
                }
                _ = await kept.processes()
                group.cancelAll()
            }
        }
    }
#endif
