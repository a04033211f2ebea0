import CrewKit
import CrewTesting
import FoundationEssentials
import Testing

@testable import CrewTools

#if os(Linux)
    import Glibc

    @Suite("Programs whose parent is killed")
    struct ProgramOrphanTests {
        @Test(
            "When this process is killed, its programs end, and their folders go with the next start",
            arguments: [
                "sleep 1000 & echo \"$$ $!\" > \"$1\"; wait",
                "trap '' TERM HUP; nohup sleep 1000 & echo \"$$ $!\" > \"$1\"; exec >&- 2>&-; wait",
                "echo \"$$ $$\" > \"$1\"; while :; do :; done",
            ])
        func killed(script: String) async throws {
            try await WorkFolder.with { parent in
                let note = "\(parent)/note"
                await #expect(processExitsWith: .signal(SIGKILL)) {
                    [parent = parent as String, note = note as String, script = script as String] in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask {
                            try await WorkFolder.with(in: parent) { folder in
                                _ = try await Program(
                                    command: ["sh", "-c", script, "sh", note],
                                    workingDirectory: folder, timeLimit: .seconds(600)
                                ).run()
                            }
                        }
                        try await FileClock(path: note).waitForLine()
                        kill(getpid(), SIGKILL)
                        try await group.waitForAll()
                    }
                }
                let noted = try String(contentsOfFile: note, encoding: .utf8)
                    .split { $0.isWhitespace }.compactMap { Int32($0) }
                #expect(noted.count == 2)
                for process in noted {
                    while ProcessFolder.isAlive(process) { await letOthersWork() }
                }
                let left = try folders(in: parent)
                #expect(left.count == 1)
                WorkFolder.removeLeftovers(in: parent)
                let kept = try folders(in: parent)
                #expect(kept.isEmpty)
            }
        }

        private func folders(in parent: String) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: parent)
                .filter { $0.hasPrefix("crew-work-") }
        }
    }
#endif
