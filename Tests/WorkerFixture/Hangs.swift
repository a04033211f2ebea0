import CrewKit

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Tools that do not end.
enum Hangs {
    static let all: [any Tool] = [
        FixtureTool("block") { _ in
            while true { pause() }
        },
        FixtureTool("spin") { _ in
            while true { await Task.yield() }
        },
        FixtureTool("burn", limits: ResourceLimits(cpuSeconds: 1)) { _ in
            var number: UInt64 = 1
            while number != 0 { number = number &* 3 | 1 }
            return "\(number)"
        },
        // Ends when it is told to.
        FixtureTool("wait") { _ in
            let never = AsyncStream<Never> { _ in }
            for await _ in never {}
            try Task.checkCancellation()
            return "waited"
        },
        FixtureTool("wait_after_note") { call in
            try await note(call)
            let never = AsyncStream<Never> { _ in }
            for await _ in never {}
            try Task.checkCancellation()
            return "waited"
        },
        FixtureTool("block_after_note") { call in
            try await note(call)
            while true { pause() }
        },
        FixtureTool("stop_self") { _ in
            kill(getpid(), SIGSTOP)
            // The stop may take a moment.
            while true { pause() }
        },
    ]

    /// Says that it runs, and where.
    private static func note(_ call: ToolInvocation) async throws {
        try await call.artifacts?.save(
            Array("\(getpid())".utf8), as: "process", mediaType: "text/plain")
    }
}
