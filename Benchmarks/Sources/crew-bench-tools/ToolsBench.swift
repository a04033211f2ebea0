import CrewKit
import CrewTools
import Foundation

/// What isolation costs: calls in workers beside the same calls in this process, the start and the
/// memory of a worker, and how soon a death is seen.
///
/// Usage: crew-bench-tools [--quick]
@main
struct ToolsBench {
    let scale: Int

    static func main() async throws {
        await ToolWorker.serveIfAsked(BenchTool.all)
        let bench = ToolsBench(scale: CommandLine.arguments.contains("--quick") ? 1 : 10)
        try await bench.roundTrips()
        try await bench.starts()
        try await bench.memory()
        try await bench.deaths()
    }

    func show(_ name: String, _ samples: [Duration]) {
        let sorted = samples.map { $0 / .microseconds(1) }.sorted()
        let median = sorted[sorted.count / 2]
        let p99 = sorted[min(sorted.count - 1, sorted.count * 99 / 100)]
        show(name, String(format: "median %.1f us, p99 %.1f us", median, p99))
    }

    func show(_ name: String, _ figure: String) {
        print(name.padding(toLength: 56, withPad: " ", startingAt: 0) + figure)
    }

    func time(_ body: () async throws -> Void) async rethrows -> Duration {
        let clock = ContinuousClock()
        let start = clock.now
        try await body()
        return start.duration(to: clock.now)
    }
}

extension ToolsBench {
    /// One call after another.
    private func roundTrips() async throws {
        for (size, name) in [(20, "20 B"), (1024, "1 KiB"), (65_536, "64 KiB")] {
            let arguments: JSONObject = ["text": .string(String(repeating: "x", count: size))]
            let own = try await samples(of: BenchTool.echo, arguments)
            show("call in this process, \(name)", own)
            try await withToolWorkers(BenchTool.all) { tools in
                let tool = tools[0]
                show("call in a worker, \(name)", try await samples(of: tool, arguments))
                let executor = ToolExecutor()
                let asEngine = try await withTaskExecutorPreference(executor) {
                    try await samples(of: tool, arguments)
                }
                show("call in a worker from the engine's threads, \(name)", asEngine)
            }
        }
    }

    private func samples(of tool: any Tool, _ arguments: JSONObject) async throws -> [Duration] {
        for _ in 0..<200 { _ = try await tool.call(BenchTool.invocation(arguments)) }
        var samples: [Duration] = []
        for _ in 0..<(1000 * scale) {
            samples.append(
                try await time { _ = try await tool.call(BenchTool.invocation(arguments)) })
        }
        return samples
    }

    /// From nothing to the first answer.
    private func starts() async throws {
        var settings = ToolWorkerSettings()
        settings.callsPerWorker = 1
        settings.least = 0
        try await withToolWorkers(BenchTool.all, settings: settings) { tools in
            var samples: [Duration] = []
            for _ in 0..<(10 * scale) {
                samples.append(
                    try await time {
                        _ = try await tools[0].call(BenchTool.invocation(["text": "x"]))
                    })
            }
            show("start of a worker and first call", samples)
        }
    }

    /// Of workers that wait.
    private func memory() async throws {
        var settings = ToolWorkerSettings()
        (settings.least, settings.most) = (8, 8)
        try await withToolWorkers(BenchTool.all, settings: settings) { tools in
            let processes = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await tools[1].call(BenchTool.invocation([:]))
                    }
                }
                var found: Set<String> = []
                for try await process in group { found.insert(process) }
                return found
            }
            let sizes = processes.compactMap { process in
                let path = "/proc/\(process)/smaps_rollup"
                let text = try? String(contentsOfFile: path, encoding: .utf8)
                let line = text?.split(separator: "\n").first { $0.hasPrefix("Pss:") }
                return line?.split(separator: " ").compactMap { Double($0) }.first
            }
            guard !sizes.isEmpty else { return }
            let mean = sizes.reduce(0, +) / Double(sizes.count) / 1024
            show(
                "proportional memory of an idle worker",
                String(format: "%.1f MB (%d workers)", mean, sizes.count))
        }
    }

    /// From the call to its failure.
    private func deaths() async throws {
        try await withToolWorkers(BenchTool.all) { tools in
            for tool in tools.dropFirst(2) {
                var samples: [Duration] = []
                for _ in 0..<(5 * scale) {
                    // Not the start of the replacement, which a call may have to wait for.
                    _ = try await tools[0].call(BenchTool.invocation(["text": "x"]))
                    samples.append(
                        await time { _ = try? await tool.call(BenchTool.invocation([:])) })
                }
                show("death by \(tool.definition.name) seen after", samples)
            }
        }
    }
}
