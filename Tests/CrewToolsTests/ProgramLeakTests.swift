import CrewKit
import CrewTesting
import FoundationEssentials
import Testing

@testable import CrewTools

#if os(Linux)
    import Glibc

    @Suite("Programs and what they leave open")
    struct ProgramLeakTests {
        /// In a process of its own, as the other tests open and close things at the same time.
        @Test("Two hundred runs leave no descriptor and no process")
        func leaks() async {
            await #expect(processExitsWith: .success) {
                func run() async throws {
                    let echo = Program(command: ["echo", "x"], timeLimit: .seconds(600))
                    try #require(try await echo.run().output == "x\n")
                }
                try await run()
                let descriptors = try ProcessFolder.openDescriptors()
                let children = try ProcessFolder.children()
                for _ in 0..<200 { try await run() }
                try #require(try ProcessFolder.openDescriptors() <= descriptors)
                try #require(try ProcessFolder.children() <= children)
            }
        }

        @Test("Calls that succeed, fail, flood, crash and are cancelled leave no folder either")
        func calls() async {
            await #expect(processExitsWith: .success) {
                let parent = FileManager.default.temporaryDirectory
                    .appendingPathComponent("crew-leaks-\(UUID().uuidString)").path
                try FileManager.default.createDirectory(
                    atPath: parent, withIntermediateDirectories: true)
                defer { try? FileManager.default.removeItem(atPath: parent) }
                setenv("TMPDIR", parent, 1)
                func call(_ script: String) async throws {
                    let tool = try CommandTool(
                        DeclaredTool(
                            name: "T", description: "",
                            work: .command(CommandTemplate(["sh", "-c", script]))),
                        timeout: .seconds(600))
                    _ = try? await tool.call(.test())
                }
                func round() async throws {
                    for script in [
                        "echo x > y", "exit 3", "yes", "kill -9 $$", "kill -9 0", "sleep 1000 &",
                    ] {
                        try await call(script)
                    }
                    await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await call("sleep 1000") }
                        group.cancelAll()
                    }
                }
                try await round()
                let descriptors = try ProcessFolder.openDescriptors()
                let children = try ProcessFolder.children()
                for _ in 0..<20 { try await round() }
                try #require(try ProcessFolder.openDescriptors() <= descriptors)
                try #require(try ProcessFolder.children() <= children)
                let left = try FileManager.default.contentsOfDirectory(atPath: parent)
                try #require(left.isEmpty)
            }
        }
    }
#endif
