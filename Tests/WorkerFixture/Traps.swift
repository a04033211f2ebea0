import CrewKit

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Tools that end their process.
enum Traps {
    static let all: [any Tool] = [
        FixtureTool("trap_index") { call in
            let numbers = [1, 2, 3]
            return "\(numbers[call.arguments.count + 7])"
        },
        FixtureTool("trap_unwrap") { call in
            let missing = call.arguments["missing"]?.string
            // swift-format-ignore: NeverForceUnwrap
            return missing!
        },
        FixtureTool("trap_overflow") { call in
            let one = call.arguments.count + 1
            return "\(Int.max - one + one + one)"
        },
        FixtureTool("trap_fatal") { _ in fatalError("the sky is falling") },
        FixtureTool("abort") { _ in abort() },
        FixtureTool("stack") { call in "\(descend(call.arguments.count))" },
        FixtureTool("exit_0") { _ in exit(0) },
        FixtureTool("exit_3") { _ in exit(3) },
        FixtureTool("kill_self") { _ in
            kill(getpid(), SIGKILL)
            return ""
        },
    ]

    @inline(never)
    private static func descend(_ depth: Int) -> Int {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 16) { room in
            room[0] = UInt8(truncatingIfNeeded: depth)
            return descend(depth + 1) + Int(room[0])
        }
    }
}
