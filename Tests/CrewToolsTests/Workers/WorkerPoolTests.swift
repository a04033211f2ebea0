import CrewKit
import CrewTesting
import Foundation
import Testing

@testable import CrewTools

#if os(Linux)
    @Suite("Worker pools")
    struct WorkerPoolTests {
        private func settings(least: Int = 0, most: Int = 1) -> ToolWorkerSettings {
            var settings = ToolWorkerSettings()
            (settings.least, settings.most) = (least, most)
            return settings
        }

        @Test("Calls beyond the most workers wait, and fail when their patience is over")
        func patience() async throws {
            let clock = ManualClock()
            try await WorkerScene.living(settings: settings(), clock: clock) { scene async throws in
                let kept = KeptArtifacts()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        _ = try? await scene.call("wait_after_note", artifacts: kept.artifacts)
                    }
                    _ = await kept.processes()
                    group.addTask {
                        let failure = try await scene.failure(of: "echo")
                        #expect(failure.kind == .unavailable)
                        #expect(failure.isWithoutEffect)
                        #expect(failure.message.contains("all workers were busy"))
                    }
                    await clock.waitForSleepers(of: .seconds(30))
                    clock.advance(by: .seconds(30))
                    try await group.next()
                    #expect(scene.pool.workerCount == 1)
                    group.cancelAll()
                }
            }
        }

        @Test("A call that is cancelled while it waits gives up its place")
        func cancelledWait() async throws {
            let clock = ManualClock()
            try await WorkerScene.living(settings: settings(), clock: clock) { scene async throws in
                let kept = KeptArtifacts()
                await withTaskGroup(of: Void.self) { group in
                    group.addTask {
                        _ = try? await scene.call("wait_after_note", artifacts: kept.artifacts)
                    }
                    _ = await kept.processes()
                    await #expect(throws: CancellationError.self) {
                        try await withThrowingTaskGroup(of: Void.self) { waiting in
                            waiting.addTask { try await scene.call("echo") }
                            await clock.waitForSleepers(of: .seconds(30))
                            waiting.cancelAll()
                            try await waiting.next()
                        }
                    }
                    group.cancelAll()
                }
                #expect(try await scene.call("echo", ["text": "x"]) == "x")
            }
        }

        @Test("A pool grows to its most and shrinks to its least")
        func size() async throws {
            let clock = ManualClock()
            let settings = settings(least: 1, most: 3)
            try await WorkerScene.living(settings: settings, clock: clock) { scene async throws in
                await withThrowingTaskGroup(of: String.self) { group in
                    let kept = (0..<3).map { _ in KeptArtifacts() }
                    for artifacts in kept {
                        group.addTask {
                            try await scene.call(
                                "wait_after_note", artifacts: artifacts.artifacts)
                        }
                    }
                    var processes: Set<Int32> = []
                    for artifacts in kept { processes.formUnion(await artifacts.processes()) }
                    #expect(processes.count == 3)
                    group.cancelAll()
                    while await group.nextResult() != nil {}
                }
                while scene.pool.idleCount < 3 { await letOthersWork() }
                for _ in 0..<2 {
                    await clock.waitForSleepers(of: settings.idleTime)
                    clock.advance(by: settings.idleTime)
                }
                while scene.pool.workerCount > 1 { await letOthersWork() }
                await clock.waitForSleepers(of: settings.idleTime)
                clock.advance(by: settings.idleTime)
                #expect(try await scene.call("echo", ["text": "x"]) == "x")
            }
        }

        @Test("A worker is replaced after so many calls, and when it has grown too large")
        func replaced() async throws {
            var settings = settings()
            settings.callsPerWorker = 2
            try await WorkerScene.living(settings: settings) { scene async throws in
                var processes: [String] = []
                for _ in 0..<5 { processes.append(try await scene.call("process")) }
                #expect(processes[0] == processes[1])
                #expect(processes[2] == processes[3])
                #expect(Set(processes).count == 3)
            }
            settings = self.settings()
            settings.residentBytes = 1
            try await WorkerScene.living(settings: settings) { scene async throws in
                let first = try await scene.call("process")
                #expect(try await scene.call("process") != first)
            }
        }

        @Test("A worker that was ended from outside while it was idle is replaced")
        func endedWhileIdle() async throws {
            try await WorkerScene.living(settings: settings(least: 1)) { scene async throws in
                let process = try #require(Int32(try await scene.call("process")))
                kill(process, SIGKILL)
                _ = await scene.notes.next(.crashed)
                #expect(try await scene.call("process") != "\(process)")
            }
        }

        @Test(
            "A worker that cannot be started fails the call with the reason",
            arguments: [
                ("/nowhere/to/be/found", "", "is not there"),
                ("/bin/true", "", "ended before it was ready"),
                ("/bin/echo", "hello", "said something else"),
            ])
        func noWorker(executable: String, argument: String, words: String) async throws {
            let launch = WorkerLaunch(executable: executable, arguments: [argument])
            try await WorkerScene.living(settings: settings(), launch: launch) {
                scene async throws in
                let failure = try await scene.failure(of: "echo")
                #expect(failure.kind == .unavailable)
                #expect(failure.isWithoutEffect)
                #expect(failure.message.contains(words), "\(failure.message)")
            }
        }

        @Test("A worker that says nothing is ended after a while, and the next start waits")
        func silentWorker() async throws {
            let clock = ManualClock()
            let launch = WorkerLaunch(executable: "/bin/sleep", arguments: ["1000"])
            try await WorkerScene.living(
                settings: settings(least: 1), launch: launch, clock: clock
            ) { scene async throws in
                for delay in [100, 200, 400] {
                    await clock.waitForSleepers(of: WorkerProcess.startTime)
                    clock.advance(by: WorkerProcess.startTime)
                    let note = await scene.notes.next(.failedToStart)
                    #expect(note?.message.contains("was not ready after") == true)
                    #expect(note?.message.contains("ToolWorker.serveIfAsked") == true)
                    await clock.waitForSleepers(of: .milliseconds(delay))
                    clock.advance(by: .milliseconds(delay))
                }
            }
        }

        @Test("A call after the end of its pool fails")
        func over() async throws {
            let scene = try await WorkerScene.living { scene async throws in
                #expect(try await scene.call("echo", ["text": "x"]) == "x")
                return scene
            }
            #expect(try await scene.failure(of: "echo").kind == .unavailable)
            #expect(scene.pool.workerCount == 0)
        }
    }
#endif
