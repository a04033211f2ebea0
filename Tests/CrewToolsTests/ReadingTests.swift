import Testing

@testable import CrewTools

@Suite("Readings of the system's texts")
struct ReadingTests {
    @Test("Processor use is the busy share between two looks")
    func processors() throws {
        let first = try #require(
            ProcessorReading(stat: "cpu  100 0 100 700 100 0 0 0 50 0\ncpu0 1\ncpu1 1\nintr 5\n"))
        let second = try #require(
            ProcessorReading(stat: "cpu  160 0 120 800 110 5 5 0 80 0\ncpu0 1"))
        #expect(first.count == 2)
        #expect(first.busy == 200)
        #expect(second.percent(since: first) == 45)
    }

    @Test("Processor use is never outside 0 to 100, even when counters step back")
    func processorBounds() throws {
        let low = try #require(ProcessorReading(stat: "cpu 10 0 10 100 50"))
        let high = try #require(ProcessorReading(stat: "cpu 90 0 90 90 0"))
        #expect(high.percent(since: low) == 100)
        #expect(low.percent(since: high) == 0)
        #expect(low.percent(since: low) == 0)
        #expect(ProcessorReading(stat: "nonsense") == nil)
        #expect(ProcessorReading(stat: "cpu a b") == nil)
        #expect(
            ProcessorReading.percent(
                top:
                    "CPU usage: 5.0% user, 2% sys, 93.0% idle \nCPU usage: 10.5% user, 9.5% sys, 80.0% idle "
            ) == 20)
        #expect(ProcessorReading.percent(top: "") == nil)
    }

    @Test("Memory from Linux")
    func memory() throws {
        let text = """
            MemTotal:        1000 kB
            MemFree:          100 kB
            MemAvailable:     250 kB
            Cached:           150 kB
            SwapTotal:          0 kB
            SwapFree:           0 kB
            HugePages_Total:    0
            """
        let reading = try #require(MemoryReading(meminfo: text))
        #expect(reading.summary == "Memory: 750.0 KiB of 1000.0 KiB in use (75.0%)")
        #expect(reading.details.hasSuffix("File cache: 150.0 KiB\nSwap: none"))
        #expect(MemoryReading(meminfo: "MemTotal: x kB") == nil)
    }

    @Test("Memory from macOS")
    func macMemory() throws {
        let text = """
            Mach Virtual Memory Statistics: (page size of 16384 bytes)
            Pages free:                               10.
            Pages active:                            500.
            Pages inactive:                           20.
            Pages speculative:                         2.
            """
        let reading = try #require(MemoryReading(memsize: "17179869184\n", vmStat: text))
        #expect(reading.available == 32 * 16384)
        #expect(MemoryReading(memsize: "", vmStat: text) == nil)
    }

    @Test("Disk space is counted as df counts it")
    func disk() {
        let disk = DiskReading(
            path: "/", total: 1000, free: 300, available: 200, files: 10, freeFiles: 4)
        #expect(disk.summary == "Disk of /: 700 B of 1000 B in use (77.8%), 200 B available")
        #expect(disk.details.hasSuffix("Files: 6 of 10 in use"))
    }

    @Test("A process may have any name")
    func process() throws {
        let fields =
            "S 1 2 3 0 -1 4194560 1 2 3 4 70 30 5 6 20 0 1 0 12345 1000 42 18446744073709551615"
        let process = try #require(ProcessReading(stat: "12 (a (b) c) \(fields)\n"))
        #expect(process.name == "a (b) c")
        #expect(process.id == 12)
        #expect(process.ticks == 100)
        #expect(process.start == 12345)
        #expect(process.residentPages == 42)
        #expect(ProcessReading(stat: "12 (a) S 1") == nil)
        #expect(ProcessReading(stat: ") 12 (") == nil)
    }

    @Test("The busiest processes come first; a reused id does not inherit work")
    func processTable() throws {
        func process(_ id: Int, _ ticks: Int, start: Int = 1, pages: Int = 1) throws
            -> ProcessReading
        {
            let line =
                "\(id) (p\(id)) S 1 2 3 0 -1 0 1 2 3 4 \(ticks) 0 5 6 20 0 1 0 \(start) 1000 \(pages) 0"
            return try #require(ProcessReading(stat: line))
        }
        let lines = try ProcessLine.lines(
            before: [process(1, 10), process(2, 10), process(3, 0)],
            after: [
                process(1, 20), process(2, 90, start: 2), process(3, 0, pages: 9), process(4, 5),
            ],
            ticks: 40, processors: 2, pageSize: 4096)
        #expect(lines.map(\.cpuPercent) == [50, 0, 0, 0])
        let table = ProcessLine.table(lines, count: 2)
        #expect(
            table.hasPrefix(
                "PID\tCPU\tMEMORY\tNAME\n1\t50.0%\t4.0 KiB\tp1\n3\t0.0%\t36.0 KiB\tp3\n2 of 4"))
        #expect(ProcessLine(ps: "  12  3.5  2048 my prog")?.name == "my prog")
    }

    @Test(
        "A service is only said to run when it does",
        arguments: [
            (
                "active\n", "enabled\n",
                "Service x: running (active)\nStart with the system: enabled"
            ),
            (
                "inactive\n", "disabled\n",
                "Service x: NOT running (inactive)\nStart with the system: disabled"
            ),
            ("failed\n", "", "Service x: NOT running (failed)"),
            (
                "activating\n", "static\n",
                "Service x: starting (activating)\nStart with the system: static"
            ),
        ])
    func services(active: String, enabled: String, text: String) {
        #expect(ServiceReading(isActive: active, isEnabled: enabled)?.text(for: "x") == text)
    }

    @Test(
        "Without systemd or without the service there is no reading",
        arguments: [
            ("unknown", ""), ("inactive", ""), ("inactive", "not-found"), ("offline", ""), ("", ""),
        ])
    func noService(active: String, enabled: String) {
        #expect(ServiceReading(isActive: active, isEnabled: enabled) == nil)
    }

    @Test("What the system says of itself")
    func facts() {
        #expect(SystemFacts.prettyName(osRelease: "ID=x\nPRETTY_NAME=\"X OS 1\"\n") == "X OS 1")
        #expect(SystemFacts.uptime("93784.12 1.0\n").map(SystemFacts.words) == "1 d 2 h 3 min")
        #expect(SystemFacts.uptime("x") == nil)
    }

    @Test("Numbers are told briefly")
    func numbers() {
        #expect((-0.25).oneDecimal == "-0.3")
        #expect(99.96.oneDecimal == "100.0")
        #expect(Double.nan.oneDecimal == "0.0")
        #expect(UInt64(1023).inBytes == "1023 B")
        #expect(UInt64(1536).inBytes == "1.5 KiB")
        #expect(UInt64.max.inBytes == "16777216.0 TiB")
    }
}
