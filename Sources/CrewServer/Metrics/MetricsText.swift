/// One family with its series, as they are at one moment.
struct MetricRows: Sendable {
    let family: MetricFamily
    let rows: FigureBook.Rows
}

/// Writes figures as Prometheus reads them.
///
/// Sources: Prometheus exposition formats, text 0.0.4; OpenMetrics 1.0.
struct MetricsText {
    enum Dialect: Sendable {
        case prometheus, openMetrics

        var contentType: String {
            switch self {
            case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
            case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
        }
    }

    private let dialect: Dialect
    private(set) var text = ""

    init(_ families: [MetricRows], in dialect: Dialect = .prometheus) {
        self.dialect = dialect
        for family in families where family.rows.count > 0 { write(family) }
        if dialect == .openMetrics { text += "# EOF\n" }
    }

    private mutating func write(_ rows: MetricRows) {
        let family = rows.family
        let name = headline(family)
        text += "# HELP \(name) \(escaped(family.help, isHelp: true))\n"
        text += "# TYPE \(name) \(type(of: family))\n"
        for (labels, number) in rows.rows.numbers.sorted(by: { $0.key.precedes($1.key) }) {
            writeSample(family.name, pairs(family, labels), Self.number(number))
        }
        for (labels, histogram) in rows.rows.histograms.sorted(by: { $0.key.precedes($1.key) }) {
            write(histogram, family, labels)
        }
    }

    private mutating func write(
        _ histogram: FigureBook.Histogram, _ family: MetricFamily, _ labels: [String]
    ) {
        let pairs = pairs(family, labels)
        var sum = 0
        for (count, bound) in zip(histogram.counts, family.bounds + [.infinity]) {
            sum += count
            let end = "le=\"\(written(bound))\""
            writeSample(
                "\(family.name)_bucket", pairs.isEmpty ? end : "\(pairs),\(end)", String(sum))
        }
        writeSample("\(family.name)_sum", pairs, Self.number(histogram.sum))
        writeSample("\(family.name)_count", pairs, String(sum))
    }

    private mutating func writeSample(_ name: String, _ pairs: String, _ number: String) {
        text += pairs.isEmpty ? "\(name) \(number)\n" : "\(name){\(pairs)} \(number)\n"
    }

    private func pairs(_ family: MetricFamily, _ values: [String]) -> String {
        zip(family.labels, values).map { "\($0.rawValue)=\"\(escaped($1))\"" }
            .joined(separator: ",")
    }

    /// OpenMetrics names a counter without the end that its samples have.
    private func headline(_ family: MetricFamily) -> String {
        let end = "_total"
        guard dialect == .openMetrics, family.kind == .counter, family.name.hasSuffix(end) else {
            return family.name
        }
        return String(family.name.dropLast(end.count))
    }

    private func type(of family: MetricFamily) -> String {
        dialect == .openMetrics && family.kind == .untyped ? "unknown" : family.kind.rawValue
    }

    /// In the text of 0.0.4 quotes of a help stay as they are.
    private func escaped(_ text: String, isHelp: Bool = false) -> String {
        let marksQuotes = !isHelp || dialect == .openMetrics
        guard text.utf8.contains(where: { [0x5C, 0x0A, 0x22].contains($0) }) else { return text }
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where marksQuotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
    }

    private func written(_ bound: Double) -> String {
        dialect == .openMetrics && bound.isFinite ? bound.description : Self.number(bound)
    }

    static func number(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        guard number.isFinite else { return number > 0 ? "+Inf" : "-Inf" }
        guard let whole = Int(exactly: number), abs(whole) < 1 << 53 else {
            return number.description
        }
        return String(whole)
    }
}

extension [String] {
    fileprivate func precedes(_ other: [String]) -> Bool { lexicographicallyPrecedes(other) }
}
