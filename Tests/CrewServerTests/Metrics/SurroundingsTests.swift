import CrewKit
import CrewTesting
import HTTPTypes
import Synchronization
import Testing

@testable import CrewServer

@Suite("What is read now and then")
struct SurroundingsTests {
    @Test("Looks into caches are told as they are counted, whichever endpoints there are")
    func caches() async throws {
        var fixture = ServerFixture([])
        let looks = Counter()
        fixture.options.cacheLookups = { CacheLookups(hits: 3 * looks.next(), misses: 1) }
        try await fixture.serve { client, _ in
            for look in 1...2 {
                let samples = try await client.samples { _ in true }
                #expect(samples["crew_cache_hits_total"] == Double(3 * look))
                #expect(samples["crew_cache_misses_total"] == 1)
                #expect(samples["crew_cache_hit_rate"] == Double(3 * look) / Double(3 * look + 1))
            }
            let document = try await client.json(.get, "/metrics?format=json").document
            #expect(document["system_metrics"]?["CacheHits"] == 9)
        }
    }

    @Test("Dependencies, workers and the rest of budgets are told, and how old that is")
    func told() async throws {
        var fixture = ServerFixture([])
        let clock = ManualClock()
        fixture.options.clock = clock
        fixture.options.dependencies = {
            [
                DependencyState(
                    kind: .workers, name: "w", condition: .working,
                    figures: ["idle": 3, "busy": 1]),
                DependencyState(
                    kind: .endpoint, name: "e", condition: .degraded, figures: ["calls": 2]),
                DependencyState(kind: .mcpServer, name: "m", condition: .down),
            ]
        }
        fixture.definition.settings.budgets = [
            BudgetLimit(.cost, per: .crew, within: .day, amount: 2_000_000_000)
        ]
        try await fixture.serve { client, _ in
            let samples = try await client.samples {
                $0["crew_readings_age_seconds{kind=\"dependencies\"}"] != nil
                    && $0["crew_readings_age_seconds{kind=\"budgets\"}"] != nil
            }
            #expect(samples[#"crew_workers{state="idle"}"#] == 3)
            #expect(samples[#"crew_dependency_up{kind="endpoint",name="e"}"#] == 1)
            #expect(samples[#"crew_dependency_degraded{kind="endpoint",name="e"}"#] == 1)
            #expect(samples[#"crew_dependency_up{kind="mcp_server",name="m"}"#] == 0)
            #expect(samples[#"crew_dependency_up{kind="store",name="runs"}"#] == 1)
            #expect(
                samples[#"crew_dependency_figure{kind="endpoint",name="e",figure="calls"}"#] == 2)
            let labels = #"crew="test",per="crew",within="day",agent="",measure="cost""#
            #expect(samples["crew_budget_left{\(labels)}"] == 2)
            #expect(samples["crew_budget_left_ratio{\(labels)}"] == 1)
        }
    }

    @Test("They are read again after a while")
    func again() async throws {
        var fixture = ServerFixture([])
        let clock = ManualClock()
        let reads = Counter()
        fixture.options.clock = clock
        fixture.options.dependencies = {
            [
                DependencyState(
                    kind: .endpoint, name: "e", condition: .working,
                    figures: ["reads": Double(reads.next())])
            ]
        }
        try await fixture.serve { client, _ in
            let name = #"crew_dependency_figure{kind="endpoint",name="e",figure="reads"}"#
            _ = try await client.samples { $0[name] == 1 }
            await clock.waitForSleepers(of: RunMetrics.readingInterval, count: 2)
            clock.advance(by: RunMetrics.readingInterval)
            _ = try await client.samples { $0[name] == 2 }
        }
    }
}

@Suite("What is measured of the process")
struct ProcessFigureTests {
    @Test("The operating system tells of this process")
    func process() throws {
        let figures = ProcessFigures.read()
        #expect(try #require(figures.cpuSeconds) > 0)
        #expect(try #require(figures.residentBytes) > 1_000_000)
        #expect(try #require(figures.largestResidentBytes) >= 1_000_000)
        #expect(try #require(figures.virtualBytes) > 1_000_000)
        let (open, most) = (
            try #require(figures.openDescriptors), try #require(figures.maxDescriptors)
        )
        #expect(open > 2 && open < most)
        #expect(try #require(figures.threads) > 0)
        #expect(try #require(figures.startSeconds) > 1_500_000_000)
    }

    #if os(Linux)
        @Test("A name with brackets and blanks does not shift the fields of /proc")
        func names() {
            var figures = ProcessFigures()
            figures.read(
                stat:
                    "7 (a) b (c) S 1 7 7 0 -1 4194560 1 0 0 0 9 4 0 0 20 0 13 0 100 4096 2 18446744073709551615",
                boot: 1_000)
            #expect(figures.threads == 13)
            #expect(figures.virtualBytes == 4_096)
            #expect(figures.startSeconds.map { $0 > 1_000 } == true)
            #expect(ProcessFigures.bootTime(of: "cpu 1\nbtime 1700000000\n") == 1_700_000_000)
        }
    #endif

    @Test("An event loop that is stuck is seen, and asked again only once it has answered")
    func stuckLoop() async throws {
        let given = Mutex<[@Sendable () -> Void]>([])
        let book = FigureBook()
        let time = Mutex(ContinuousClock.now)
        let probe = LagProbe(
            loops: [{ work in given.withLock { $0.append(work) } }], book: book,
            now: { time.withLock { $0 } })
        func wait(_ seconds: Int) { time.withLock { $0 = $0.advanced(by: .seconds(seconds)) } }
        probe.askLoops()
        wait(1)
        probe.askLoops()
        #expect(probe.longestOpen == .seconds(1))
        wait(1)
        let works = given.withLock { $0 }
        for work in works { work() }
        #expect(probe.longestOpen == .zero)
        let histogram = book.rows[Figure.eventLoopLag.rawValue].histograms[[]]
        #expect(histogram?.sum == 2 && histogram?.counts.reduce(0, +) == 1)
        await probe.askTasks()
        #expect(
            book.rows[Figure.taskLag.rawValue].histograms[[]]?.counts.reduce(0, +) == 1)
    }
}
