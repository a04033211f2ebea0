import CrewKit

/// Says what observations of runs change in the figures.
///
/// A run may be seen from its middle: what began before is then timed from where it was first seen, or
/// not at all. What is known of a run is forgotten when it rests; of runs that never come to rest here,
/// because their store failed, the ones are forgotten that were silent longest.
struct RunFigures: Sendable {
    /// Runs that are known at the same time.
    static let maximumRuns = 20_000

    private var runs: [RunID: RunInFigures] = [:]
    private let limit: Int

    init(limit: Int = maximumRuns) {
        precondition(limit > 1, "there must be room for a run")
        self.limit = limit
    }

    /// Runs of which something is known.
    var count: Int { runs.count }

    mutating func take(_ observation: RunObservation) -> [FigureChange] {
        let crew = observation.run.crew
        switch observation.item {
        case .event(let stored): return take(stored, observation)
        case .firstToken(_, let branch):
            return runs[observation.run.run]?
                .beginReply(on: branch, crew, observation.instant) ?? []
        case .admitted(let wait): return [.time(.admissionWait, wait, crew)]
        case .appended(let count, let time):
            return [.time(.storeAppend, time), .add(Double(count), .storeEvents, [])]
        }
    }

    private mutating func take(
        _ stored: StoredEvent, _ observation: RunObservation
    ) -> [FigureChange] {
        let id = observation.run.run
        if runs[id] == nil { makeRoom() }
        var changes = FigureChanges(observation.run, observation.instant)
        runs[id, default: RunInFigures(firstSeen: observation.instant)]
            .take(stored, into: &changes)
        if stored.isRest { runs[id] = nil }
        return changes.all
    }

    private mutating func makeRoom() {
        guard runs.count >= limit else { return }
        let byAge = runs.sorted { $0.value.lastSeen < $1.value.lastSeen }
        for (id, _) in byAge.prefix(max(1, limit / 4)) { runs[id] = nil }
    }
}

/// What one observation changes, and of which run it is.
struct FigureChanges {
    let run: RunFacts
    let instant: ContinuousClock.Instant
    private(set) var all: [FigureChange] = []

    init(_ run: RunFacts, _ instant: ContinuousClock.Instant) {
        self.run = run
        self.instant = instant
    }

    var crew: String { run.crew }
    /// Runs that work for a call of another one are told apart.
    var kind: String { run.caller == nil ? "run" : "subrun" }

    mutating func add(_ change: FigureChange) { all.append(change) }

    mutating func count(_ figure: Figure, _ labels: String...) {
        all.append(.add(1, figure, labels))
    }

    mutating func time(_ figure: Figure, since begin: ContinuousClock.Instant, _ labels: String...)
    {
        all.append(.add((instant - begin) / .seconds(1), figure, labels))
    }
}

extension StoredEvent {
    /// Whether the run has nothing more to do until somebody acts.
    fileprivate var isRest: Bool {
        guard branch == nil else { return false }
        switch event {
        case .paused, .runEnded: return true
        default: return false
        }
    }
}
