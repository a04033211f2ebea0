import CrewKit

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Tools that take or give too much.
enum Floods {
    static let all: [any Tool] = [
        FixtureTool("eat_memory", limits: ResourceLimits(memoryBytes: 96 << 20)) { _ in
            var blocks: [[UInt8]] = []
            while true { blocks.append([UInt8](repeating: 1, count: 1 << 20)) }
        },
        FixtureTool("eat_memory_at_once", limits: ResourceLimits(memoryBytes: 96 << 20)) { _ in
            "\([UInt8](repeating: 1, count: 1 << 32).count)"
        },
        FixtureTool("flood_output") { _ in
            let page = [UInt8](repeating: 120, count: 65_536)
            while true { _ = page.withUnsafeBytes { write(1, $0.baseAddress, $0.count) } }
        },
        FixtureTool("flood_errors") { _ in
            let page = [UInt8](repeating: 120, count: 65_536)
            while true { _ = page.withUnsafeBytes { write(2, $0.baseAddress, $0.count) } }
        },
        FixtureTool("print") { _ in
            print("hello from a tool")
            return "printed"
        },
        FixtureTool("garbage") { _ in
            let words = Array("what no worker says\n".utf8)
            for number in Int32(3)..<1024 {
                _ = words.withUnsafeBytes { write(number, $0.baseAddress, $0.count) }
            }
            while true { pause() }
        },
        FixtureTool("close_all") { _ in
            for number in Int32(0)..<1024 { close(number) }
            while true { pause() }
        },
        FixtureTool("close_all_and_return") { _ in
            for number in Int32(0)..<1024 { close(number) }
            return "closed"
        },
        FixtureTool("open_files", limits: ResourceLimits(openFiles: 16)) { _ in
            for count in 0..<4096 where open("/dev/null", O_RDONLY | O_CLOEXEC) < 0 {
                throw ToolFailure(.system, "no file after \(count): \(errno == EMFILE)")
            }
            return "all opened"
        },
        FixtureTool("leak_file") { _ in
            for _ in 0..<40 { _ = open("/dev/null", O_RDONLY | O_CLOEXEC) }
            return "\(getpid())"
        },
        FixtureTool("answer_much") { _ in String(repeating: "x", count: 40 << 20) },
    ]
}
