/// The time that all processors have spent so far, as `/proc/stat` counts it.
struct ProcessorReading: Sendable, Hashable {
    let busy: UInt64
    let total: UInt64
    /// Processors that are on.
    let count: Int

    /// - Returns: nothing when the text has no line for all processors.
    init?(stat text: String) {
        var times: [UInt64]?
        var count = 0
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard let name = fields.first, name.hasPrefix("cpu") else { continue }
            if name == "cpu" {
                // user nice system idle iowait irq softirq steal; guest times are in user already.
                times = fields.dropFirst().prefix(8).compactMap { UInt64($0) }
            } else {
                count += 1
            }
        }
        guard let times, times.count >= 4 else { return nil }
        let idle = times[3] &+ (times.count > 4 ? times[4] : 0)
        total = times.reduce(0, &+)
        busy = total &- idle
        self.count = max(1, count)
    }

    /// The share of the time since then in which processors were busy, from 0 to 100.
    func percent(since earlier: ProcessorReading) -> Double {
        // The counters of idle time may step back a little.
        guard total > earlier.total else { return 0 }
        let worked = busy > earlier.busy ? busy - earlier.busy : 0
        return min(100, Double(worked) / Double(total - earlier.total) * 100)
    }

    /// The last measurement in what macOS's `top -l 2` writes.
    static func percent(top text: String) -> Double? {
        let line = text.split(separator: "\n").last { $0.hasPrefix("CPU usage:") }
        let idle = line?.split(separator: ",").last { $0.contains("idle") }
        let number = idle?.split(separator: "%").first.flatMap { Double($0.filter { $0 != " " }) }
        return number.map { min(100, max(0, 100 - $0)) }
    }
}
