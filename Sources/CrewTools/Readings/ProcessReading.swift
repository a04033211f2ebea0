/// One process, as `/proc/<id>/stat` or `ps` tells of it.
struct ProcessReading: Sendable, Hashable {
    let id: Int
    let name: String
    /// Processor time so far, in the system's ticks.
    let ticks: UInt64
    /// When it started, in ticks since boot: two processes with one id differ in it.
    let start: UInt64
    let residentPages: UInt64

    init?(stat text: String) {
        // The name stands in parentheses and may hold blanks and parentheses itself.
        guard let opening = text.firstIndex(of: "("), let closing = text.lastIndex(of: ")"),
            opening < closing, let id = Int(text[..<opening].filter { $0 != " " })
        else { return nil }
        let fields = text[text.index(after: closing)...].split { $0 == " " || $0 == "\n" }
        guard fields.count > 21, let user = UInt64(fields[11]), let system = UInt64(fields[12]),
            let start = UInt64(fields[19])
        else { return nil }
        self.id = id
        name = String(text[text.index(after: opening)..<closing])
        ticks = user &+ system
        self.start = start
        residentPages = UInt64(fields[21]) ?? 0
    }
}

/// One line of a process list.
struct ProcessLine: Sendable, Hashable {
    let id: Int
    let name: String
    /// Of one processor.
    let cpuPercent: Double
    let memory: UInt64

    init(id: Int, name: String, cpuPercent: Double, memory: UInt64) {
        self.id = id
        self.name = name
        self.cpuPercent = cpuPercent
        self.memory = memory
    }

    /// A line of `ps -Aceo pid=,pcpu=,rss=,comm=`.
    init?(ps line: some StringProtocol) {
        let fields = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: true)
        guard fields.count == 4, let id = Int(fields[0]), let percent = Double(fields[1]),
            let kilobytes = UInt64(fields[2])
        else { return nil }
        self.init(
            id: id, name: String(fields[3].drop { $0 == " " }), cpuPercent: percent,
            memory: kilobytes.multipliedReportingOverflow(by: 1024).partialValue)
    }

    /// The processes of the second look, with the share of time they worked since the first.
    static func lines(
        before: [ProcessReading], after: [ProcessReading], ticks: UInt64, processors: Int,
        pageSize: UInt64
    ) -> [ProcessLine] {
        let earlier = Dictionary(before.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        return after.map { process in
            var worked: UInt64 = 0
            if let old = earlier[process.id], old.start == process.start {
                worked = process.ticks > old.ticks ? process.ticks - old.ticks : 0
            }
            let share = ticks > 0 ? Double(worked) / Double(ticks) * Double(processors) : 0
            return ProcessLine(
                id: process.id, name: process.name,
                cpuPercent: min(100 * Double(processors), share * 100),
                memory: process.residentPages.multipliedReportingOverflow(by: pageSize).partialValue
            )
        }
    }

    /// The busiest ones as a table.
    static func table(_ lines: [ProcessLine], count: Int) -> String {
        let busiest = lines.sorted {
            ($0.cpuPercent, $0.memory, $1.id) > ($1.cpuPercent, $1.memory, $0.id)
        }
        let rows = busiest.prefix(count).map {
            "\($0.id)\t\($0.cpuPercent.oneDecimal)%\t\($0.memory.inBytes)\t\($0.name)"
        }
        return (["PID\tCPU\tMEMORY\tNAME"] + rows).joined(separator: "\n")
            + "\n\(min(count, lines.count)) of \(lines.count) processes, busiest first"
    }
}
