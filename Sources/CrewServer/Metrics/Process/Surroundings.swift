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

    private struct State {
        var dependencies: [DependencyState] = []
        var dependenciesRead: ContinuousClock.Instant?
        var budgets: [Budget] = []
        var budgetsRead: ContinuousClock.Instant?
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> ContinuousClock.Instant

    init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) { self.now = now }

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
        state.withLock { state in
            state.dependencies = dependencies
            state.dependenciesRead = now
        }
    }

    func take(_ budgets: [Budget]) {
        let now = now()
        state.withLock { state in
            state.budgets = budgets
            state.budgetsRead = now
        }
    }
}
