import Synchronization

/// Keeps the numbers of all figures; whoever measures writes here, whoever asks reads a copy.
///
/// A figure tells at most `MetricFamily.room` combinations of label values apart, so that no client,
/// crew or model can make it grow.
final class FigureBook: Sendable {
    /// The series of one family.
    struct Rows: Sendable {
        var numbers: [[String]: Double] = [:]
        var histograms: [[String]: Histogram] = [:]

        var count: Int { max(numbers.count, histograms.count) }
    }

    /// Durations counted in ranges.
    struct Histogram: Sendable, Hashable {
        /// One for each range, and one for what lies beyond the last.
        var counts: [Int]
        var sum = 0.0

        init(_ bounds: [Double]) { counts = Array(repeating: 0, count: bounds.count + 1) }

        mutating func take(_ value: Double, _ bounds: [Double]) {
            counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
            sum += value
        }
    }

    fileprivate struct State {
        var rows = Figure.allCases.map { _ in Rows() }
        var original = OriginalFigures()
    }

    private let state = Mutex(State())

    init() {
        // What has no labels, or always the same ones, is there from the start.
        let always = Figure.allCases.filter { $0.family.labels.isEmpty && $0.isCounted }
        state.withLock { state in
            for figure in always { state.begin(figure) }
        }
    }

    /// Counts, or adds a value to a histogram's ranges.
    func add(_ amount: Double = 1, to figure: Figure, _ labels: String...) {
        state.withLock { $0.add(amount, to: figure, labels) }
    }

    /// Takes in what came of an observation.
    func take(_ changes: [FigureChange]) {
        guard !changes.isEmpty else { return }
        state.withLock { state in
            for change in changes {
                switch change {
                case .add(let amount, let figure, let labels):
                    state.add(amount, to: figure, labels)
                case .execution(let execution): state.original.take(execution)
                case .toolCall(let call): state.original.take(call)
                }
            }
        }
    }

    /// All that was counted, by the number of the figure.
    var rows: [Rows] { state.withLock { $0.rows } }

    var original: OriginalFigures { state.withLock { $0.original } }
}

extension FigureBook.State {
    fileprivate mutating func begin(_ figure: Figure) {
        let family = figure.family
        switch family.kind {
        case .histogram:
            rows[figure.rawValue].histograms[[]] = FigureBook.Histogram(family.bounds)
        default: rows[figure.rawValue].numbers[[]] = 0
        }
    }

    fileprivate mutating func add(_ amount: Double, to figure: Figure, _ labels: [String]) {
        // Nothing that is counted may go down, or never be a number again.
        guard amount >= 0, amount.isFinite else { return }
        let family = figure.family
        precondition(labels.count == family.labels.count, "a value for each label")
        let key = place(of: labels.map(Self.bounded), in: figure, family)
        if family.kind == .histogram {
            rows[figure.rawValue].histograms[key, default: FigureBook.Histogram(family.bounds)]
                .take(amount, family.bounds)
        } else {
            rows[figure.rawValue].numbers[key, default: 0] += amount
        }
    }

    private mutating func place(
        of labels: [String], in figure: Figure, _ family: MetricFamily
    ) -> [String] {
        let rows = rows[figure.rawValue]
        guard rows.count >= MetricFamily.room, rows.numbers[labels] == nil,
            rows.histograms[labels] == nil
        else { return labels }
        self.rows[Figure.labelsFolded.rawValue].numbers[[], default: 0] += 1
        return family.folded(labels)
    }

    /// Long names are cut: a label is not a place to keep text.
    private static func bounded(_ value: String) -> String {
        value.utf8.count <= 128 ? value : String(value.prefix(32)) + "…"
    }
}

extension Figure {
    /// Whether it is counted as things happen; the others are read when somebody asks.
    fileprivate var isCounted: Bool {
        switch family.kind {
        case .histogram: true
        case .counter: self != .processCPU && self != .observationsLost && self != .connectionsAccepted
        case .gauge, .untyped: false
        }
    }
}

/// What an observation changes.
enum FigureChange: Sendable, Hashable {
    case add(Double, Figure, [String])
    case execution(AgentExecution)
    case toolCall(CountedToolCall)

    static func one(_ figure: Figure, _ labels: String...) -> Self { .add(1, figure, labels) }

    static func time(_ figure: Figure, _ duration: Duration, _ labels: String...) -> Self {
        .add(duration / .seconds(1), figure, labels)
    }
}
