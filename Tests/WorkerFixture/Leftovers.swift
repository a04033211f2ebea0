import CrewKit
import Foundation
import Subprocess

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Tools that look around, and that leave things behind.
enum Leftovers {
    static let all: [any Tool] = [
        FixtureTool("process") { _ in "\(getpid())" },
        FixtureTool("environment") { _ in
            ProcessInfo.processInfo.environment.keys.sorted().joined(separator: " ")
        },
        FixtureTool("folder") { _ in
            let path = FileManager.default.currentDirectoryPath
            let count = try FileManager.default.contentsOfDirectory(atPath: path).count
            try "x".write(toFile: "left.txt", atomically: true, encoding: .utf8)
            try FileManager.default.createDirectory(
                atPath: "a/b", withIntermediateDirectories: true)
            chdir("/")
            return "\(count) \(path)"
        },
        FixtureTool("remove_folder") { _ in
            rmdir(FileManager.default.currentDirectoryPath)
            return "\(getpid())"
        },
        // Answers with the ids of its process and of its children.
        FixtureTool("leave_children") { call in
            try await children(of: call)
        },
        FixtureTool("leave_children_and_trap") { call in
            let ids = try await children(of: call)
            try await call.artifacts?.save(Array(ids.utf8), as: "ids", mediaType: "text/plain")
            fatalError("with children")
        },
        FixtureTool("leave_children_and_block") { call in
            let ids = try await children(of: call)
            try await call.artifacts?.save(Array(ids.utf8), as: "ids", mediaType: "text/plain")
            while true { pause() }
        },
        FixtureTool("leave_children_and_stop") { call in
            let ids = try await children(of: call)
            try await call.artifacts?.save(Array(ids.utf8), as: "ids", mediaType: "text/plain")
            kill(getpid(), SIGSTOP)
            // The stop may take a moment.
            while true { pause() }
        },
    ]

    /// Starts processes that outlive their starter: in the same group, and in a group of their own.
    private static func children(of call: ToolInvocation) async throws -> String {
        let script =
            "trap '' TERM HUP; (sleep 1000 & echo $!); set -m; (sleep 1000 & echo $!); true"
        let result = try await Subprocess.run(
            .name("sh"), arguments: ["-c", script], input: .none, output: .string(limit: 1000))
        let ids = result.standardOutput.split(separator: "\n").joined(separator: " ")
        return "\(getpid()) \(ids)"
    }
}
