import CrewKit
import CrewTesting
import FoundationEssentials
import Testing

@testable import CrewTools

#if os(Linux)
    @Suite("Command tool and what it may take")
    struct CommandLimitTests {
        private func tool(
            _ script: String, limits: ResourceLimits = ResourceLimits()
        ) throws -> CommandTool {
            let written = DeclaredTool(
                name: "T", description: "",
                work: .command(CommandTemplate(["sh", "-c", script], limits: limits)))
            return try CommandTool(written, timeout: .seconds(600))
        }

        private func failure(
            _ script: String, limits: ResourceLimits = ResourceLimits()
        ) async throws -> ToolFailure {
            let tool = try tool(script, limits: limits)
            return try #require(
                await #expect(throws: ToolFailure.self) { try await tool.call(.test()) })
        }

        @Test("A program that uses up its processor time is told so")
        func processorTime() async throws {
            let failure = try await failure(
                "while :; do :; done", limits: ResourceLimits(cpuSeconds: 1))
            #expect(failure.kind == .timeout)
            #expect(failure.message.contains("more than 1 s of processor time"))
            let stubborn = try await self.failure(
                "trap '' XCPU; while :; do :; done", limits: ResourceLimits(cpuSeconds: 1))
            #expect(stubborn.kind == .crashed)
            #expect(stubborn.hint?.contains("processor time") == true)
        }

        @Test("A program that takes too much memory is ended, and the failure says how much it may")
        func memory() async throws {
            let failure = try await failure(
                "exec dd if=/dev/zero of=/dev/null bs=500M count=1",
                limits: ResourceLimits(memoryBytes: 20 << 20))
            #expect(failure.message.contains("memory exhausted"))
            #expect(failure.hint == "It may use 20 MiB of memory.")
        }

        @Test("The limits are the declared ones, and no core file is written")
        func numbers() async throws {
            let script = "ulimit -d; ulimit -S -t; ulimit -H -t; ulimit -n; ulimit -c"
            let limits = ResourceLimits(memoryBytes: 64 << 20, cpuSeconds: 7, openFiles: 20)
            #expect(try await tool(script, limits: limits).call(.test()) == "65536\n7\n8\n20\n0\n")
            let free = ResourceLimits(memoryBytes: nil)
            #expect(
                try await tool("ulimit -d; ulimit -t", limits: free).call(.test())
                    == "unlimited\nunlimited\n")
        }

        @Test("A limit above what this process may have does not stop the program")
        func tooHigh() async throws {
            let limits = ResourceLimits(memoryBytes: .max, openFiles: .max)
            #expect(try await tool("echo x", limits: limits).call(.test()) == "x\n")
        }

        @Test("The program has three descriptors, and ends by signals as ever")
        func plainStart() async throws {
            let open = try await tool("exec ls /proc/self/fd").call(.test())
            // The fourth is the listing itself.
            #expect(open == "0\n1\n2\n3\n")
            let signals = try await tool("sed -n 's/SigIgn:.//p' /proc/self/status").call(.test())
            let ignored = try #require(UInt64(signals.prefix { $0 != "\n" }, radix: 16))
            // The C library may keep two beyond these for itself.
            #expect(ignored & 0x7FFF_FFFF == 0)
        }

        @Test("A program that closes its outputs and goes on is waited for")
        func closedOutputs() async throws {
            #expect(
                try await tool("echo a; exec >&- 2>&-; sleep 0.1; exit 0").call(.test()) == "a\n")
            let failure = try await failure("exec >&- 2>&-; sleep 0.1; exit 5")
            #expect(failure.message == "'sh' failed with exit code 5 and wrote nothing")
        }

        @Test("The supervising shell cannot be taken over by what a model writes")
        func supervisor() async throws {
            let written = DeclaredTool(
                name: "T", description: "",
                work: .command(CommandTemplate(["printf", "%s|", "--", "{{a}}"])),
                parameters: ["type": "object", "properties": ["a": ["type": "string"]]])
            let tool = try CommandTool(written)
            for evil in ["$(id)", "`id`", "'; id; '", "\"; id; \"", "$1", "\n", "${PATH}", "\\"] {
                #expect(try await tool.call(.test(["a": .string(evil)])) == "--|\(evil)|")
            }
        }
    }
#endif
