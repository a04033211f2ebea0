import Testing

@testable import CrewServer

@Suite("The book of figures")
struct FigureBookTests {
    private static func numbers(_ book: FigureBook, _ figure: Figure) -> [[String]: Double] {
        book.rows[figure.rawValue].numbers
    }

    @Test("What comes when there is no more room is counted as other, with what is bounded kept")
    func bounded() {
        let book = FigureBook()
        for number in 0..<(MetricFamily.room + 50) {
            book.add(to: .runsEnded, "crew-\(number)", "run", "failed")
        }
        let numbers = Self.numbers(book, .runsEnded)
        #expect(numbers.count == MetricFamily.room + 1)
        #expect(numbers[["other", "run", "failed"]] == 50)
        #expect(numbers.values.reduce(0, +) == Double(MetricFamily.room + 50))
        #expect(Self.numbers(book, .labelsFolded)[[]] == 50)
        book.add(to: .runsEnded, "crew-0", "run", "failed")
        #expect(Self.numbers(book, .runsEnded)[["crew-0", "run", "failed"]] == 2)
    }

    @Test("Histograms are bounded like counters")
    func boundedHistograms() {
        let book = FigureBook()
        for number in 0..<(MetricFamily.room * 2) {
            book.add(0.5, to: .firstToken, "c", "model-\(number)")
        }
        let histograms = book.rows[Figure.firstToken.rawValue].histograms
        #expect(histograms.count == MetricFamily.room + 1)
        #expect(histograms[["other", "other"]]?.counts.reduce(0, +) == MetricFamily.room)
    }

    @Test("Nothing makes a counter go down, or be no number", arguments: [-1, .nan, .infinity])
    func monotonic(_ amount: Double) {
        let book = FigureBook()
        book.add(2, to: .cost, "c", "a", "m")
        book.add(amount, to: .cost, "c", "a", "m")
        #expect(Self.numbers(book, .cost) == [["c", "a", "m"]: 2])
    }

    @Test("A long label value is cut")
    func longValues() {
        let book = FigureBook()
        book.add(to: .warnings, String(repeating: "x", count: 1_000_000), "code")
        #expect(Self.numbers(book, .warnings).keys.allSatisfy { $0[0].utf8.count < 129 })
    }

    @Test("A value on the upper end of a range belongs to it")
    func ranges() {
        var histogram = FigureBook.Histogram([1, 2])
        for value in [1, 1.5, 2, 3] { histogram.take(value, [1, 2]) }
        #expect(histogram.counts == [1, 2, 1])
        #expect(histogram.sum == 7.5)
    }

    @Test("Agents and tools of the original's figures are bounded too")
    func originalBounds() {
        var original = OriginalFigures()
        for number in 0..<1_000 {
            original.take(
                AgentExecution(agent: "a\(number)", outcome: .success, duration: .seconds(1)))
            original.take(
                CountedToolCall(
                    agent: "a0", tool: "t\(number)", succeeded: false, duration: .seconds(2)))
        }
        #expect(original.agents.count == OriginalFigures.maximumAgents + 1)
        #expect(original.agents["a0"]?.tools.count == OriginalFigures.maximumTools + 1)
        #expect(original.all.count == 1_000 && original.all.successes == 1_000)
    }

    @Test("No two figures have one name, and each name says what its kind is")
    func names() {
        let families = Figure.allCases.map(\.family)
        #expect(Set(families.map(\.name)).count == families.count)
        // OpenMetrics leaves the end of a counter's name off.
        let bare = families.map { $0.name.replacing(/_total$/, with: "") }
        #expect(Set(bare).count == families.count)
        for family in families {
            #expect(family.name.hasSuffix("_total") == (family.kind == .counter), "\(family.name)")
            #expect(family.bounds.isEmpty == (family.kind != .histogram), "\(family.name)")
            #expect(family.bounds == family.bounds.sorted(), "\(family.name)")
            #expect(Set(family.labels).count == family.labels.count, "\(family.name)")
            #expect(!family.help.contains { "\\\"\n".contains($0) }, "\(family.name)")
        }
    }
}
