import CrewKit
import CrewTesting
import Testing

@testable import CrewTools

#if os(Linux)
    @Suite("Deadly tools in workers", .serialized)
    struct DeadlyToolTests {
        @Test(
            "A tool that dies fails with what it died of, and the next call works",
            arguments: [
                ("trap_index", "SIGILL"), ("trap_unwrap", "SIGILL"), ("trap_overflow", "SIGILL"),
                ("trap_fatal", "SIGILL"), ("abort", "SIGABRT"), ("stack", "SIGSEGV"),
                ("exit_0", "exit code 0"), ("exit_3", "exit code 3"), ("kill_self", "SIGKILL"),
                ("eat_memory", "more than 96 MiB of memory"),
                ("eat_memory_at_once", "more than 96 MiB of memory"),
                ("flood_output", "would not stop writing"),
                ("flood_errors", "would not stop writing"),
                ("garbage", "disturbed its process"), ("close_all", "closed all its files|SIGILL"),
                ("close_all_and_return", "closed all its files|SIGILL"),
                ("burn", "more than 1 s of processor time"),
            ] as [(ToolName, String)])
        func dies(tool: ToolName, words: String) async throws {
            try await WorkerScene.living { scene async throws in
                let failure = try await scene.failure(of: tool)
                #expect(failure.kind == .crashed)
                // Without its files the runtime may die before it is noticed that they are closed.
                let isTold = words.split(separator: "|").contains { failure.message.contains($0) }
                #expect(isTold, "\(failure.message)")
                #expect(failure.message.contains("'\(tool)'"))
                #expect(!failure.message.contains(" at 0x"))
                #expect(try await scene.call("echo", ["text": "still here"]) == "still here")
            }
        }
    }
#endif
