/// How the memory of a machine is used, in bytes.
struct MemoryReading: Sendable, Hashable {
    let total: UInt64
    /// What programs could get without swapping.
    let available: UInt64
    var cached: UInt64?
    var swapTotal: UInt64?
    var swapFree: UInt64?

    var used: UInt64 { total - min(total, available) }

    /// From Linux's `/proc/meminfo`.
    init?(meminfo text: String) {
        var values: [Substring: UInt64] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":")
            guard parts.count == 2, let number = parts[1].split(separator: " ").first else {
                continue
            }
            values[parts[0]] = UInt64(number).map { $0.multipliedReportingOverflow(by: 1024).0 }
        }
        guard let total = values["MemTotal"], total > 0 else { return nil }
        // Kernels before 3.14 do not tell what is available.
        guard let available = values["MemAvailable"] ?? values["MemFree"] else { return nil }
        self.total = total
        self.available = available
        cached = values["Cached"]
        swapTotal = values["SwapTotal"]
        swapFree = values["SwapFree"]
    }

    /// From macOS's `sysctl -n hw.memsize` and `vm_stat`.
    init?(memsize: String, vmStat: String) {
        let lines = vmStat.split(separator: "\n")
        guard let total = UInt64(memsize.filter(\.isNumber)), total > 0,
            let pageSize = lines.first.flatMap({ UInt64($0.filter(\.isNumber)) })
        else { return nil }
        func pages(_ name: String) -> UInt64? {
            lines.first { $0.hasPrefix(name + ":") }
                .flatMap { UInt64($0.dropFirst(name.count).filter(\.isNumber)) }
        }
        guard let free = pages("Pages free") else { return nil }
        self.total = total
        let idle = free + (pages("Pages inactive") ?? 0) + (pages("Pages speculative") ?? 0)
        available = idle.multipliedReportingOverflow(by: pageSize).0
    }

    var summary: String {
        let percent = Double(used) / Double(total) * 100
        return "Memory: \(used.inBytes) of \(total.inBytes) in use (\(percent.oneDecimal)%)"
    }

    var details: String {
        var lines = [summary, "Available: \(available.inBytes)"]
        if let cached { lines.append("File cache: \(cached.inBytes)") }
        if let swapTotal, let swapFree {
            let used = swapTotal - min(swapTotal, swapFree)
            lines.append(
                swapTotal == 0
                    ? "Swap: none" : "Swap: \(used.inBytes) of \(swapTotal.inBytes) in use")
        }
        return lines.joined(separator: "\n")
    }
}
