import CrewKit
import Synchronization

/// What is read now and then, so that `/metrics` itself waits for nothing: the server's dependencies
/// and what is left of budgets.
final class Surroundings: Sendable {
    /// One limit of a crew.
    struct Budget: Sendable {
        let crew: String
        let row: BudgetReport.Row
    }

    fileprivate struct State {
        var dependencies: [DependencyState] = []
        var dependenciesRead: ContinuousClock.Instant?
        var budgets: [Budget] = []
        var budgetsRead: ContinuousClock.Instant?
        /// What caches last said; they count from zero when they are made anew.
        var lookups: [String: (hits: Double, misses: Double)] = [:]
    }

    /// Caches that are remembered.
    fileprivate static let maximumCaches = 4_096

    private let state = Mutex(State())
    private let book: FigureBook
    private let now: @Sendable () -> ContinuousClock.Instant

    init(
        book: FigureBook, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.book = book
        self.now = now
    }

    var dependencies: [DependencyState] { state.withLock { $0.dependencies } }
    var budgets: [Budget] { state.withLock { $0.budgets } }

    /// How old the readings are, by what was read.
    var ages: [(kind: String, age: Duration)] {
        let now = now()
        return state.withLock { state in
            [("dependencies", state.dependenciesRead), ("budgets", state.budgetsRead)]
                .compactMap { kind, read in read.map { (kind, now - $0) } }
        }
    }

    func take(_ dependencies: [DependencyState]) {
        let now = now()
        let (hits, misses) = state.withLock { state in
            state.dependencies = dependencies
            state.dependenciesRead = now
            return state.newLookups()
        }
        book.add(hits, to: .cacheHits)
        book.add(misses, to: .cacheMisses)
    }

    func take(_ budgets: [Budget]) {
        let now = now()
        state.withLock { state in
            state.budgets = budgets
            state.budgetsRead = now
        }
    }
}

extension Surroundings.State {
    /// What has come since the last time.
    fileprivate mutating func newLookups() -> (hits: Double, misses: Double) {
        if lookups.count > Surroundings.maximumCaches { lookups = [:] }
        var sum = (hits: 0.0, misses: 0.0)
        for dependency in dependencies {
            guard let hits = dependency.figures["cache_hits"],
                let misses = dependency.figures["cache_misses"]
            else { continue }
            let known = lookups[dependency.key] ?? (0, 0)
            let isNew = hits < known.hits || misses < known.misses
            sum.hits += hits - (isNew ? 0 : known.hits)
            sum.misses += misses - (isNew ? 0 : known.misses)
            lookups[dependency.key] = (hits, misses)
        }
        return sum
    }
}

extension DependencyState {
    fileprivate var key: String { "\(kind.rawValue) \(name)" }
}
