import Dispatch
import FoundationEssentials

/// What `/proc` says of processes, for tests that count them.
enum ProcessFolder {
    /// Whether a process lives; one that only waits for its parent to look does not.
    static func isAlive(_ process: Int32) -> Bool {
        guard let state = field("State", of: "\(process)") else { return false }
        return !state.hasPrefix("Z") && !state.hasPrefix("X")
    }

    static func isStopped(_ process: Int32) -> Bool {
        field("State", of: "\(process)")?.hasPrefix("T") == true
    }

    /// Whether any process works in a folder or below it, also when it has been removed.
    static func anyIsIn(_ folder: String) -> Bool {
        // Without /proc there is none; a process that is not ours has no place to be seen.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.contains { name in
            let place = try? FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/\(name)/cwd")
            return place?.hasPrefix(folder) == true
        }
    }

    static func openDescriptors() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }

    static func children() throws -> Int {
        let own = "\(ProcessInfo.processInfo.processIdentifier)"
        return try FileManager.default.contentsOfDirectory(atPath: "/proc")
            .filter { Int($0) != nil && field("PPid", of: $0) == own }.count
    }

    /// The command lines of a process's living children.
    static func commands(ofChildrenOf parent: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc")
            .filter { Int($0) != nil && field("PPid", of: $0) == parent }
            .compactMap { try? String(contentsOfFile: "/proc/\($0)/cmdline", encoding: .utf8) }
    }

    private static func field(_ name: String, of process: String) -> String? {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        else { return nil }
        let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
        return line.map { String($0.dropFirst(name.count + 1).drop { $0.isWhitespace }) }
    }
}

/// A clock whose waits are over when a file holds a line: nobody guesses how long a start takes.
struct FileClock: Clock {
    let path: String
    var now: ContinuousClock.Instant { ContinuousClock().now }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        try await waitForLine()
    }

    func waitForLine() async throws {
        while (try? String(contentsOfFile: path, encoding: .utf8))?.hasSuffix("\n") != true {
            try Task.checkCancellation()
            await letOthersWork()
        }
    }
}

/// Lets others work before a condition is looked at again: a loop that asks at once takes a whole
/// processor from whatever it waits for.
func letOthersWork() async {
    await withCheckedContinuation { continuation in
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(5)) {
            continuation.resume()
        }
    }
}
