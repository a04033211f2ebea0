import CrewKit
import CrewTesting
import Testing

@testable import CrewTools

#if os(Linux)
    @Suite("Hanging tools in workers")
    struct HangingToolTests {
        private static let limit: Duration = .seconds(77)

        /// Moves the clock until the tool was told to stop, and until it is ended.
        private func letTimePass(_ clock: ManualClock) async {
            await clock.waitForSleepers(of: Self.limit)
            clock.advance(by: Self.limit)
            await clock.waitForSleepers(of: WorkerProcess.grace)
            clock.advance(by: WorkerProcess.grace)
        }

        @Test(
            "Out of time, a tool that listens to nothing is ended, and the next call works",
            arguments: ["block", "spin", "stop_self"] as [ToolName])
        func outOfTime(tool: ToolName) async throws {
            let clock = ManualClock()
            try await WorkerScene.living(toolTimeout: Self.limit, clock: clock) {
                scene async throws in
                async let pending = scene.failure(of: tool)
                await letTimePass(clock)
                let failure = try await pending
                #expect(failure.kind == .timeout)
                #expect(failure.message.contains("\(Self.limit)"))
                #expect(try await scene.call("echo", ["text": "x"]) == "x")
            }
        }

        @Test("Out of time, a tool that listens keeps its worker, and its answer does not count")
        func listens() async throws {
            let clock = ManualClock()
            try await WorkerScene.living(toolTimeout: Self.limit, clock: clock) {
                scene async throws in
                let process = try await scene.call("process")
                let kept = KeptArtifacts()
                async let pending = scene.failure(
                    of: "wait_after_note", artifacts: kept.artifacts)
                _ = await kept.processes()
                clock.advance(by: Self.limit)
                let failure = try await pending
                #expect(failure.kind == .timeout)
                #expect(try await scene.call("process") == process)
            }
        }

        @Test("A cancelled call ends the tool: in its worker when it listens, with it otherwise")
        func cancelled() async throws {
            for (tool, isKept) in [("wait_after_note", true), ("block_after_note", false)] {
                try await WorkerScene.living { scene async throws in
                    let kept = KeptArtifacts()
                    let process = try await scene.call("process")
                    await #expect(throws: CancellationError.self) {
                        try await withThrowingTaskGroup(of: Void.self) { group in
                            group.addTask {
                                _ = try await scene.call(
                                    ToolName(tool), artifacts: kept.artifacts)
                            }
                            #expect(await kept.processes().map { "\($0)" } == [process])
                            group.cancelAll()
                            try await group.next()
                        }
                    }
                    let next = try await scene.call("process")
                    #expect((next == process) == isKept)
                }
            }
        }

        @Test("Other calls do not notice that tools die and hang beside them")
        func others() async throws {
            var settings = ToolWorkerSettings()
            settings.most = 4
            settings.patience = .seconds(600)
            try await WorkerScene.living(settings: settings) { scene async throws in
                let deadly: [ToolName] = [
                    "trap_index", "exit_3", "kill_self", "garbage", "close_all", "abort",
                ]
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<120 {
                        group.addTask {
                            if number % 5 == 0 {
                                let tool = deadly[number / 5 % deadly.count]
                                #expect(try await scene.failure(of: tool).kind == .crashed)
                            } else {
                                let text = "\(number)"
                                let answer = try await scene.call("echo", ["text": .string(text)])
                                #expect(answer == text)
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }
#endif
