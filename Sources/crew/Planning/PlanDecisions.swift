import CrewKit
import Synchronization

/// Walks through all choices of replies, one path after the other, in a fixed order.
///
/// Within a path each agent makes each of its choices once. When its turn comes round again it may also
/// choose what it chose the first time: from then on everybody repeats themselves, so that each way in
/// a circle is followed to its limit once.
final class PlanDecisions: Sendable {
    struct Chooser: Hashable {
        let crew: String
        let agent: AgentID
    }

    fileprivate struct State {
        /// What the path that is being walked was told to choose.
        var told: [Int] = []
        /// What it chose, and among how many.
        var made: [(taken: Int, count: Int)] = []
        var history: [Chooser: [Int]] = [:]
        var isRepeating = false
    }

    private let state = Mutex(State())

    /// Whether the agent has had a turn on this path.
    func hasHadTurn(_ chooser: Chooser) -> Bool {
        state.withLock { $0.history[chooser] != nil }
    }

    /// Begins the next path; false when there is none.
    func begin(isFirst: Bool) -> Bool {
        state.withLock { state in
            var told = state.made.map(\.taken)
            while let last = told.popLast() {
                if last + 1 < state.made[told.count].count {
                    told.append(last + 1)
                    break
                }
            }
            guard isFirst || !told.isEmpty else { return false }
            state = State()
            state.told = told
            return true
        }
    }

    /// What an agent replies, as the number of one of so many replies.
    func choose(among count: Int, by chooser: Chooser) -> Int {
        state.withLock { state in
            let used = state.history[chooser] ?? []
            let choice = state.choice(among: count, used: used)
            state.history[chooser] = used + [choice]
            return choice
        }
    }
}

extension PlanDecisions.State {
    fileprivate mutating func choice(among count: Int, used: [Int]) -> Int {
        if isRepeating { return used.last ?? count - 1 }
        guard count > 1 else { return 0 }
        var candidates = (0..<count).filter { !used.contains($0) }
        if used.count == 1 { candidates += used }
        guard !candidates.isEmpty else {
            isRepeating = true
            return used.last ?? 0
        }
        let place = made.count < told.count ? min(told[made.count], candidates.count - 1) : 0
        made.append((place, candidates.count))
        let choice = candidates[place]
        if used.contains(choice) { isRepeating = true }
        return choice
    }
}
