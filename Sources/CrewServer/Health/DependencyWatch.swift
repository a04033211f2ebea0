import CrewKit

/// Looks at everything that the server needs, whenever its health is asked for.
///
/// All together takes a second at most. What does not answer by then is `degraded`: a busy disk is
/// no dead one. A store that has not answered for longer is `down`.
struct DependencyWatch: Sendable {
    static let patience: Duration = .seconds(1)
    /// After which a store that does not answer is taken for lost.
    static let longestSilence: Duration = .seconds(10)

    private let store: Look<StoreHealth>
    private let others: Look<[DependencyState]>

    init(store: any RunStore, options: ServerOptions) {
        self.init(options: options) { await store.health() }
    }

    init(options: ServerOptions, storeHealth: @escaping @Sendable () async -> StoreHealth) {
        store = Look(patience: Self.patience, clock: options.clock, storeHealth)
        others = Look(
            patience: Self.patience, clock: options.clock, options.dependencies)
    }

    /// Looks until the task is cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await store.run() }
            group.addTask { await others.run() }
        }
    }

    /// The store first.
    func states() async -> [DependencyState] {
        async let store = storeState()
        async let others = otherStates()
        return await [store] + others
    }

    /// Whether the store says how it does in time, well or not: one that has been silent for long is
    /// down to clients, and still hangs.
    func storeAnswers() async -> Bool {
        if case .value = await store.answer() { return true }
        return false
    }

    func storeState() async -> DependencyState {
        var state = DependencyState(kind: .store, name: "runs", condition: .working)
        switch await store.answer() {
        case .value(.working): break
        case .value(.degraded(let problem)): (state.condition, state.problem) = (.down, problem)
        case .none(let silence):
            state.problem = Self.noAnswer(for: silence)
            state.condition = silence >= Self.longestSilence ? .down : .degraded
            // What was down is so until it says otherwise.
            if case .degraded(let problem)? = store.last {
                (state.condition, state.problem) = (.down, problem)
            }
        }
        return state
    }

    func otherStates() async -> [DependencyState] {
        switch await others.answer() {
        case .value(let states): states
        case .none(let silence):
            [
                DependencyState(
                    kind: .endpoint, name: "all", condition: .degraded,
                    problem: Self.noAnswer(for: silence))
            ]
        }
    }

    private static func noAnswer(for silence: Duration) -> String {
        "no answer for \(silence.components.seconds) s"
    }
}

extension DependencyState {
    var json: JSONValue {
        var members: JSONObject = [
            "kind": .string(kind.rawValue), "name": .string(name),
            "condition": .string(condition.rawValue),
        ]
        members["problem"] = problem.map { .string($0) }
        if !figures.isEmpty {
            members["figures"] = .object(
                JSONObject(figures.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) }))
        }
        return .object(members)
    }
}
