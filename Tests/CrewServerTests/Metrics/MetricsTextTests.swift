import Testing

@testable import CrewServer

@Suite("Figures as text")
struct MetricsTextTests {
    private static func text(
        _ family: MetricFamily, _ rows: FigureBook.Rows,
        in dialect: MetricsText.Dialect = .prometheus
    ) -> String {
        MetricsText([MetricRows(family: family, rows: rows)], in: dialect).text
    }

    private static func rows(_ numbers: [[String]: Double]) -> FigureBook.Rows {
        FigureBook.Rows(numbers: numbers)
    }

    @Test("A family is written once, with its series in the order of their label values")
    func order() {
        let family = MetricFamily.counter("a_total", "Things.", .crew, .status)
        let numbers: [[String]: Double] = [["b", "x"]: 2, ["a", "y"]: 0.5, ["a", "x"]: 3]
        #expect(
            Self.text(family, Self.rows(numbers)) == """
                # HELP a_total Things.
                # TYPE a_total counter
                a_total{crew="a",status="x"} 3
                a_total{crew="a",status="y"} 0.5
                a_total{crew="b",status="x"} 2

                """)
    }

    @Test("Ranges of a histogram hold those below them too, and the last one holds all")
    func histogram() {
        let family = MetricFamily.histogram("t_seconds", "Time.", [0.5, 1], .crew)
        var histogram = FigureBook.Histogram(family.bounds)
        for value in [0.25, 0.5, 0.75, 8] { histogram.take(value, family.bounds) }
        #expect(
            Self.text(family, FigureBook.Rows(histograms: [["c"]: histogram])) == """
                # HELP t_seconds Time.
                # TYPE t_seconds histogram
                t_seconds_bucket{crew="c",le="0.5"} 2
                t_seconds_bucket{crew="c",le="1"} 3
                t_seconds_bucket{crew="c",le="+Inf"} 4
                t_seconds_sum{crew="c"} 9.5
                t_seconds_count{crew="c"} 4

                """)
    }

    @Test("Backslashes, quotes and line ends of label values cannot end them; other text stays")
    func escaping() {
        let family = MetricFamily.gauge("g", "A \\ and\na \"b\".", .crew)
        #expect(
            Self.text(family, Self.rows(["\\\"\n} 1\r\nmáy": 1].mapKeys { [$0] })) == """
                # HELP g A \\\\ and\\na "b".
                # TYPE g gauge
                g{crew="\\\\\\"\\n} 1\r\\nmáy"} 1

                """)
    }

    @Test("OpenMetrics names a counter without its end, and says where the text ends")
    func openMetrics() {
        let family = MetricFamily.counter("a_total", "A \"b\".")
        #expect(
            Self.text(family, Self.rows([[]: 1]), in: .openMetrics) == """
                # HELP a A \\"b\\".
                # TYPE a counter
                a_total 1
                # EOF

                """)
        let other = MetricFamily.untyped("u", "U.")
        #expect(Self.text(other, Self.rows([[]: 1]), in: .openMetrics).contains("# TYPE u unknown"))
        let times = MetricFamily.histogram("t", "T.", [1])
        let rows = FigureBook.Rows(histograms: [[]: FigureBook.Histogram([1])])
        #expect(Self.text(times, rows, in: .openMetrics).contains("t_bucket{le=\"1.0\"} 0"))
    }

    @Test(
        "Numbers are whole where they can be, and never anything but a number",
        arguments: [
            (3, "3"), (0.1, "0.1"), (1e300, "1e+300"), (-2, "-2"), (.infinity, "+Inf"),
            (-.infinity, "-Inf"), (.nan, "NaN"), (0, "0"), (123_456_789.25, "123456789.25"),
        ] as [(Double, String)])
    func numbers(_ number: Double, _ text: String) {
        #expect(MetricsText.number(number) == text)
    }

    @Test("A family without series is left out")
    func empty() {
        #expect(Self.text(.gauge("g", "G."), Self.rows([:])).isEmpty)
    }

    @Test(
        "OpenMetrics is for who asks for it and likes it as well as plain text",
        arguments: [
            ("", false), ("*/*", false), ("text/plain", false),
            ("application/openmetrics-text; version=1.0.0", true),
            (
                "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3",
                true
            ),
            ("text/plain;q=0.9, application/openmetrics-text;q=0.5", false),
            ("application/openmetrics-text;q=0", false), (";;q=,,", false),
        ])
    func negotiation(_ accept: String, _ isOpen: Bool) {
        #expect((MetricsRoute.dialect(for: accept) == .openMetrics) == isOpen)
    }
}

extension Dictionary {
    fileprivate func mapKeys<Other: Hashable>(_ transform: (Key) -> Other) -> [Other: Value] {
        [Other: Value](uniqueKeysWithValues: map { (transform($0), $1) })
    }
}
