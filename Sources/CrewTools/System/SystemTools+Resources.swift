import CrewKit

extension SystemTools {
    var cpuUsage: any Tool {
        SystemTool(
            "GetCPUUsage", "Tells how busy the processors of this machine are, in percent.",
            ownLimit: ResourceLimit.processors
        ) { _ in try await readCPUUsage() }
    }

    var memoryUsage: any Tool {
        SystemTool(
            "GetMemoryUsage", "Tells how much memory of this machine is in use.",
            ownLimit: ResourceLimit.memory
        ) { _ in try await readMemory().summary }
    }

    var memoryStatus: any Tool {
        SystemTool(
            "CheckMemoryStatus", "Tells how the memory of this machine is used, swap included.",
            ownLimit: ResourceLimit.memory
        ) { _ in try await readMemory().details }
    }

    var diskSpace: any Tool {
        SystemTool(
            "GetDiskSpace", "Tells the free and used space of the disk that holds a path.",
            parameters: [.path]
        ) { arguments in try await readDisk(arguments).summary }
    }

    var diskStatus: any Tool {
        SystemTool(
            "CheckDiskStatus", "Tells space and file count of the disk that holds a path.",
            parameters: [.path]
        ) { arguments in try await readDisk(arguments).details }
    }

    var systemInfo: any Tool {
        SystemTool(
            "GetSystemInfo", "Tells operating system, host name, architecture and uptime."
        ) { _ in try await BlockingCall.perform { try SystemFacts.read() }.text }
    }

    var diagnostics: any Tool {
        SystemTool(
            "GetSystemDiagnostics",
            "Tells processors, memory, disk and system information of this machine at once.",
            ownLimit: ResourceLimit.all
        ) { _ in
            let cpu = try await readCPUUsage()
            let memory = try await readMemory().details
            let disk = try await readDisk(["path": "/"]).details
            let system = try await BlockingCall.perform { try SystemFacts.read() }.text
            return "\(system)\n\n\(cpu)\n\n\(memory)\n\n\(disk)"
        }
    }

    private func readDisk(_ arguments: JSONObject) async throws -> DiskReading {
        let path = arguments["path"]?.string ?? "/"
        return try await BlockingCall.perform { try DiskReading(path: path) }
    }

    private func readMemory() async throws -> MemoryReading {
        #if os(macOS)
            let size = try await run(
                ["sysctl", "-n", "hw.memsize"], timeLimit: ResourceLimit.memoryProgram)
            let pages = try await run(["vm_stat"], timeLimit: ResourceLimit.memoryProgram)
            let reading = MemoryReading(memsize: size.output, vmStat: pages.output)
        #else
            let text = try await SystemFile.read("/proc/meminfo")
            let reading = MemoryReading(meminfo: text)
        #endif
        guard let reading else { throw SystemFile.unreadable("the memory statistics") }
        return reading
    }

    private func readCPUUsage() async throws -> String {
        #if os(macOS)
            let top = try await run(
                ["top", "-l", "2", "-n", "0"], timeLimit: ResourceLimit.processorProgram)
            guard let percent = ProcessorReading.percent(top: top.output) else {
                throw SystemFile.unreadable("the processor statistics")
            }
            return "CPU usage: \(percent.oneDecimal)%"
        #else
            let first = ProcessorReading(stat: try await SystemFile.read("/proc/stat"))
            try await clock.sleep(for: .milliseconds(200))
            let second = ProcessorReading(stat: try await SystemFile.read("/proc/stat"))
            guard let first, let second else {
                throw SystemFile.unreadable("the processor statistics")
            }
            let load = try await SystemFile.read("/proc/loadavg").split(separator: " ").prefix(3)
            return "CPU usage: \(second.percent(since: first).oneDecimal)% of \(second.count) "
                + "processors\nLoad average (1, 5, 15 min): \(load.joined(separator: ", "))"
        #endif
    }
}

/// How long the readings may take where they come from programs; Linux has them in files.
private enum ResourceLimit {
    #if os(macOS)
        static let processorProgram: Duration = .seconds(15)
        static let memoryProgram: Duration = .seconds(5)
        static let processors: Duration? = processorProgram
        static let memory: Duration? = memoryProgram * 2
        static let all: Duration? = processorProgram + memoryProgram * 2
    #else
        static let processors: Duration? = nil
        static let memory: Duration? = nil
        static let all: Duration? = nil
    #endif
}
