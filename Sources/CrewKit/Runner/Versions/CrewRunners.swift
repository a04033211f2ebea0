import Synchronization

/// The runners of several crews over one store, each crew once, worked together.
///
/// Any of them takes what is asked of a run of any of these crews.
public final class CrewRunners: Sendable {
    private struct State {
        var runners: [CrewRunner] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let directory = RunnerDirectory()
    private let toBeWorked: AsyncStream<CrewRunner>
    private let handOver: AsyncStream<CrewRunner>.Continuation

    /// - Parameter runners: those that others ask before these. Their own `run()` is not to be called.
    /// - Throws: `invalidDefinition` when two of them are of crews with one name.
    public init(_ runners: [CrewRunner] = []) throws(CrewError) {
        (toBeWorked, handOver) = AsyncStream.makeStream()
        try add(runners)
    }

    /// All of them, those that were added first before the others.
    public var all: [CrewRunner] { state.withLock { $0.runners } }

    /// The runner of that crew; `nil` when it is not worked here.
    public subscript(name: String) -> CrewRunner? { all.first { $0.name == name } }

    /// Runs that are being worked at this moment.
    public var activeRuns: Int { all.reduce(0) { $0 + $1.activeRuns } }

    /// Runs that wait for their session.
    public var queuedRuns: Int { all.reduce(0) { $0 + $1.queuedRuns } }

    /// Works further crews from now on.
    ///
    /// - Throws: `invalidDefinition` when there is a crew of such a name already; nothing is added
    ///   then.
    public func add(_ runners: [CrewRunner]) throws(CrewError) {
        try replace([], adding: runners)
    }

    /// Puts new versions in place of those that runners of this have, and works further crews from
    /// now on: all of it or, when something is wrong, nothing.
    ///
    /// - Throws: `invalidDefinition` for a version of another crew, and for two crews of one name.
    public func replace(
        _ versions: [(runner: CrewRunner, version: CrewVersion)], adding runners: [CrewRunner] = []
    ) throws(CrewError) {
        for (runner, version) in versions { try runner.checkName(of: version) }
        let isClosed = state.withLock { state -> Result<Bool, CrewError> in
            let names = (state.runners + runners).map(\.name)
            if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
                return .failure(.twoCrews(named: twice))
            }
            state.runners += runners
            return .success(state.isClosed)
        }
        if try isClosed.get() {
            for runner in runners { runner.handBack() }
            return
        }
        for runner in runners {
            directory.join(runner.directory)
            handOver.yield(runner)
        }
        for (runner, version) in versions { runner.versions.replace(with: version) }
    }

    /// Takes out a crew that nobody asks any more, once nothing of it is under way.
    ///
    /// - Throws: `CancellationError`.
    public func retire(_ runner: CrewRunner) async throws {
        repeat { try await runner.idle() } while !retireIfIdle(runner)
    }

    /// Takes out a crew that nobody asks any more, when nothing of it is under way.
    ///
    /// - Returns: false when something is; nothing is changed then.
    package func retireIfIdle(_ runner: CrewRunner) -> Bool {
        guard runner.retireIfIdle() else { return false }
        state.withLock { $0.runners.removeAll { $0 === runner } }
        return true
    }
}

extension CrewRunners {
    /// Works the runs of all crews, like `CrewRunner.run()`. To be called once.
    public func run() async {
        await withDiscardingTaskGroup { group in
            for await runner in toBeWorked { group.addTask { await runner.run() } }
            // Handed back, what is under way stops by itself.
            if Task.isCancelled { group.cancelAll() }
        }
    }

    /// Takes no more inputs, and lets each run go on until its round is over; the next process goes
    /// on from there.
    public func handBack() {
        let runners = state.withLock { state in
            state.isClosed = true
            return state.runners
        }
        for runner in runners { runner.handBack() }
        handOver.finish()
    }

    /// Takes up what another process left unfinished, like `CrewRunner.recover`.
    @discardableResult
    public func recover(
        unreadable: (RunID, CrewError) -> Void = { _, _ in }
    ) async throws -> Int {
        var count = 0
        for runner in all { count += try await runner.recover(unreadable: unreadable) }
        return count
    }

    /// Settles what is overdue in all crews, like `CrewRunner.settleOverdue`.
    public func settleOverdue() async throws {
        for runner in all { try await runner.settleOverdue() }
    }

    /// Recovers runs and settles what is overdue, again and again until the task is cancelled.
    ///
    /// A store that fails in between is tried again at the next turn.
    public func keepWatch(
        every interval: Duration = .seconds(1), clock: any Clock<Duration> = ContinuousClock()
    ) async {
        var turn = 0
        while (try? await clock.sleep(for: interval)) != nil {  // cancelled
            try? await settleOverdue()  // the store's health tells of its failures
            turn += 1
            // Looks at all runs that are under way: not at each turn.
            guard turn.isMultiple(of: 15) else { continue }
            _ = try? await recover()  // as above: what is left is found at the next turn
        }
    }
}

extension CrewError {
    static func twoCrews(named name: String) -> CrewError {
        CrewError(
            .invalidDefinition,
            "two crews are named '\(name)': runs are told apart by the names of their crews")
    }
}
