/// Runs one crew: takes inputs, works them side by side, and lets anybody follow.
///
/// A run belongs to the runner, not to whoever asked for it: it goes on when they leave. Runs are
/// worked while `run()` is; everything they did is in the store, and what another process left
/// unfinished there is taken up by `recover`.
public final class CrewRunner: Sendable {
    /// The crew's name, the same in all of its versions.
    public let name: String
    public let store: any RunStore
    let options: RunnerOptions
    /// Other crews whose runs work for calls of this one's; worked along with it.
    private let subcrews: [CrewRunner]
    let versions: CrewVersions
    let live: LiveRuns
    /// The runners of this and all other crews that are worked together.
    let directory = RunnerDirectory()
    let creations = KeyedGate()
    let toolExecutor = ToolExecutor()

    /// - Parameter subcrews: crews that tools of this one ask, and those that they ask, each once and
    ///   over the same store. Their own `run()` is not to be called.
    /// - Throws: `unknownAgent` when an agent has no model; `invalidDefinition` for two crews of one
    ///   name.
    public convenience init(
        crew: ValidatedCrew, models: ModelSet, tools: Toolbox = Toolbox(),
        store: any RunStore = InMemoryRunStore(), options: RunnerOptions = RunnerOptions(),
        subcrews: [CrewRunner] = []
    ) throws(CrewError) {
        try self.init(
            CrewVersion(crew: crew, models: models, tools: tools), store: store, options: options,
            subcrews: subcrews)
    }

    /// - Parameters:
    ///   - version: the first one; `replace` puts others in its place.
    ///   - subcrews: as above.
    /// - Throws: `invalidDefinition` for two crews of one name.
    public init(
        _ version: CrewVersion, store: any RunStore, options: RunnerOptions = RunnerOptions(),
        subcrews: [CrewRunner] = []
    ) throws(CrewError) {
        let names = [version.crew.name] + subcrews.map(\.name)
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw .twoCrews(named: twice)
        }
        name = version.crew.name
        versions = CrewVersions(version)
        self.store = store
        self.options = options
        self.subcrews = subcrews
        live = LiveRuns(limit: options.maxActiveRuns, versions: versions)
        directory.add(self)
        for subcrew in subcrews { directory.join(subcrew.directory) }
    }

    /// Works the runs that were started until the task is cancelled. What is under way then is
    /// cancelled, stored and waited for, or left in the store for the next process: see
    /// `RunnerOptions.leavesRunsUnfinished`. It returns by itself after `handBack`, once the last run
    /// has stopped. To be called once.
    public func run() async {
        await withDiscardingTaskGroup { group in
            for subcrew in subcrews { group.addTask { await subcrew.run() } }
            for await job in live.jobs {
                group.addTask { await self.work(job) }
            }
            for job in live.close() { await abandon(job) }
            // Handed back, what is under way stops by itself.
            if Task.isCancelled { group.cancelAll() }
        }
    }

    /// Takes no more inputs, and lets each run go on until its round is over; the next process goes
    /// on from there.
    public func handBack() {
        for subcrew in subcrews { subcrew.handBack() }
        for job in live.closeAdmission() {
            job.control.stop(Stop(reason: .handedBack, depth: .afterRound))
        }
    }

    /// What a run has to do when its task is cancelled.
    private var whenCancelled: Stop {
        Stop(reason: options.leavesRunsUnfinished ? .handedBack : .cancelled)
    }

    /// A run that was accepted and never begun.
    private func abandon(_ job: LiveRuns.Job) async {
        job.control.stop(whenCancelled)
        await work(job)
    }

    private func work(_ job: LiveRuns.Job) async {
        guard live.take(job) else { return }
        defer { live.finish(job) }
        await waitForRoom(job)
        defer { job.ticket?.leave() }
        let performer = performer(job.claim.version, of: job.run, showing: job.feed)
        let loop = RunLoop(
            state: job.state, journal: job.journal, performer: performer, control: job.control,
            whenCancelled: whenCancelled)
        do {
            let outcome = try await job.control.whileGoing(
                for: job.claim.crew.settings.timeout, clock: options.clock
            ) {
                var loop = loop
                return try await loop.run()
            }
            job.feed.finish(outcome == nil ? .handedBack : nil)
            if let session = job.claim.session { await startQueued(in: session) }
        } catch {
            job.feed.finish(CrewError(storeFailure: error))
        }
    }

    /// Returns when there is room for the run, or it has to end.
    private func waitForRoom(_ job: LiveRuns.Job) async {
        guard let ticket = job.ticket else { return }
        let began = options.activity?.now()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await ticket.turn() }  // cancelled, it ends without room
            group.addTask { await job.control.waitUntilStopped(by: .afterTurn) }
            await group.next()
            group.cancelAll()
        }
        guard let began, let activity = options.activity, ticket.isAdmitted else { return }
        job.feed.tap?.note([.admitted(after: activity.now() - began)])
    }

    func performer(
        _ version: CrewVersion, of run: RunID, showing feed: EventFeed
    ) -> TurnPerformer {
        TurnPerformer(
            crew: version.crew, models: version.models, tools: version.tools, run: run,
            store: store, feed: feed, clock: RunClock(options.clock), now: options.now,
            toolExecutor: toolExecutor, runner: self, version: version)
    }

    /// The same for the crews that this one's tools ask: first those that others wait for.
    func forSubcrews(_ body: (CrewRunner) async throws -> Void) async rethrows {
        for subcrew in subcrews { try await body(subcrew) }
    }
}

extension CrewError {
    init(storeFailure error: any Error) {
        self =
            error as? CrewError
            ?? CrewError(.storeFailed, "the run's log could not be written", cause: error)
    }

    fileprivate static let handedBack = CrewError(
        .shuttingDown, "the server is shutting down; the run goes on when it is back")
}
