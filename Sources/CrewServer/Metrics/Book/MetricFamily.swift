/// All series of one name: what they count, and what tells them apart.
struct MetricFamily: Sendable {
    /// How its numbers behave.
    enum Kind: String, Sendable {
        /// Goes up only.
        case counter
        /// Goes up and down.
        case gauge
        /// Counts durations in ranges.
        case histogram
        /// Says nothing of how it behaves; for the original's series, whose names would promise more.
        case untyped
    }

    /// What tells the series of a family apart.
    enum Label: String, Sendable {
        case agent, code, crew, decision, endpoint, figure, from, group, kind, measure, method,
            model
        case name, outcome, per, reason, repaired, route, signal, source, state, status, tenant, to
        case tool, type, version, within

        /// Whether anybody but this program brings up values: clients, crews, models.
        var isOpen: Bool {
            switch self {
            case .agent, .code, .crew, .endpoint, .figure, .from, .group, .model, .name, .signal,
                .tenant, .to, .tool:
                true
            case .decision, .kind, .measure, .method, .outcome, .per, .reason, .repaired, .route,
                .source, .state, .status, .type, .version, .within:
                false
            }
        }
    }

    /// Combinations of label values that are told apart; what comes later is counted as `other`.
    static let room = 500
    static let otherValue = "other"

    let name: String
    let kind: Kind
    let help: String
    let labels: [Label]
    /// The upper ends of a histogram's ranges.
    let bounds: [Double]

    static func counter(_ name: String, _ help: String, _ labels: Label...) -> Self {
        Self(name: name, kind: .counter, help: help, labels: labels, bounds: [])
    }

    static func gauge(_ name: String, _ help: String, _ labels: Label...) -> Self {
        Self(name: name, kind: .gauge, help: help, labels: labels, bounds: [])
    }

    static func untyped(_ name: String, _ help: String, _ labels: Label...) -> Self {
        Self(name: name, kind: .untyped, help: help, labels: labels, bounds: [])
    }

    static func histogram(
        _ name: String, _ help: String, _ bounds: [Double], _ labels: Label...
    ) -> Self {
        Self(name: name, kind: .histogram, help: help, labels: labels, bounds: bounds)
    }

    /// The same series with every value that anybody could bring up replaced.
    func folded(_ values: [String]) -> [String] {
        zip(labels, values).map { $0.isOpen ? Self.otherValue : $1 }
    }
}

/// The ranges of histograms, in seconds.
///
/// Those of model calls, turns and requests are what OpenTelemetry's conventions name.
enum MetricBounds {
    static let call = doubling(from: 0.01, 14)
    static let turn = doubling(from: 0.1, 13)
    static let run = [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600]
    static let request = [
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
    ]
    static let wait = [0.001, 0.01, 0.1, 0.5, 1, 5, 10, 30, 60, 120, 300]
    static let write = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
    ]
    static let lag = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5]

    /// Whole hundredths, so that no bound is written with a dozen digits.
    private static func doubling(from first: Double, _ count: Int) -> [Double] {
        (0..<count).map { Double(Int((first * 100).rounded()) << $0) / 100 }
    }
}
