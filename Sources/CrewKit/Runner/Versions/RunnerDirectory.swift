import Synchronization

/// Finds the runner of a crew by the crew's name: runs are told apart by it.
///
/// It keeps no runner alive.
final class RunnerDirectory: Sendable {
    private struct Member {
        weak var runner: CrewRunner?
    }

    private struct State {
        var members: [String: Member] = [:]
        /// The larger directory of which this one became a part.
        var whole: RunnerDirectory?
    }

    private let state = Mutex(State())
    /// Lets those who begin runs in one session pass one after the other, whatever crew they ask.
    private let ownSessions = KeyedGate()

    private var whole: RunnerDirectory {
        var directory = self
        while let larger = directory.state.withLock({ $0.whole }) { directory = larger }
        return directory
    }

    var sessions: KeyedGate { whole.ownSessions }

    /// The runner of that crew; `nil` when it is not worked here.
    subscript(name: String) -> CrewRunner? {
        whole.state.withLock { $0.members[name]?.runner }
    }

    /// Every runner there is.
    var runners: [CrewRunner] {
        whole.state.withLock { $0.members.values.compactMap(\.runner) }
    }

    /// Whether there is more than one crew.
    var isShared: Bool { whole.state.withLock { $0.members.count } > 1 }

    func add(_ runner: CrewRunner) {
        whole.state.withLock { $0.members[runner.name] = Member(runner: runner) }
    }

    func remove(_ runner: CrewRunner) {
        whole.state.withLock { state in
            guard state.members[runner.name]?.runner === runner else { return }
            state.members[runner.name] = nil
        }
    }

    /// Makes another directory a part of this one.
    func join(_ other: RunnerDirectory) {
        let (part, whole) = (other.whole, whole)
        guard part !== whole else { return }
        let runners = part.runners
        part.state.withLock { $0.whole = whole }
        for runner in runners { whole.add(runner) }
    }
}
