import CrewKit
import FoundationEssentials
import Testing

@testable import CrewTools

#if os(Linux)
    @Suite("Programs and their end")
    struct ProgramEndTests {
        /// Runs a body with the path of a file that does not exist yet.
        private func withNote(_ body: (String) async throws -> Void) async throws {
            let path = FileManager.default.temporaryDirectory
                .appendingPathComponent("crew-\(UUID().uuidString)").path
            defer { try? FileManager.default.removeItem(atPath: path) }
            try await body(path)
        }

        private func processes(in note: String) throws -> [Int32] {
            try String(contentsOfFile: note, encoding: .utf8).split(separator: "\n")
                .flatMap { $0.split(separator: " ") }.compactMap { Int32($0) }
        }

        private func program(
            _ script: String, note: String, clock: any Clock<Duration> = ContinuousClock()
        ) -> Program {
            Program(
                command: ["sh", "-c", script, "sh", note], timeLimit: .seconds(600),
                grace: .milliseconds(20), clock: clock)
        }

        private static let withGrandchild = #"sleep 1000 & echo "$$ $!" > "$1"; wait"#
        private static let stubborn = """
            trap '' TERM
            (while :; do sleep 1; done) &
            echo "$$ $!" > "$1"
            while :; do sleep 1; done
            """

        @Test(
            "Out of time, program and grandchild are gone", arguments: [withGrandchild, stubborn])
        func timeLimit(script: String) async throws {
            try await withNote { note in
                let clock = FileClock(path: note)
                let report = try await program(script, note: note, clock: clock).run()
                #expect(report.ending == .outOfTime)
                let processes = try processes(in: note)
                #expect(processes.count == 2)
                await waitUntilGone(processes)
            }
        }

        @Test("Cancelled, program and grandchild are gone", arguments: [withGrandchild, stubborn])
        func cancelled(script: String) async throws {
            try await withNote { note in
                await #expect(throws: CancellationError.self) {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        let program = program(script, note: note)
                        group.addTask { _ = try await program.run() }
                        try await FileClock(path: note).waitForLine()
                        group.cancelAll()
                        try await group.next()
                    }
                }
                await waitUntilGone(try processes(in: note))
            }
        }

        @Test("What a finished program left behind is ended, and does not hold up its result")
        func leftover() async throws {
            try await withNote { note in
                let script = #"sleep 1000 & echo "$$ $!" > "$1"; echo done"#
                let report = try await program(script, note: note).run()
                #expect(report.ending == .exited(0))
                #expect(report.output == "done\n")
                await waitUntilGone(try processes(in: note))
            }
        }

        @Test("Runs at the same time do not disturb each other")
        func concurrent() async throws {
            try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        try await Program(command: ["echo", "\(number)"], timeLimit: .seconds(600))
                            .run().output
                    }
                }
                var outputs: Set<String> = []
                for try await output in group { outputs.insert(output) }
                #expect(outputs == Set((0..<20).map { "\($0)\n" }))
            }
        }

        /// A killed orphan is gone when its new parent has looked, which takes it a moment.
        private func waitUntilGone(_ processes: [Int32]) async {
            for process in processes {
                while ProcessFolder.isAlive(process) { await letOthersWork() }
            }
        }
    }
#endif
