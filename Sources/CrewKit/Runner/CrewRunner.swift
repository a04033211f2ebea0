/// Runs one crew: takes inputs, works them side by side, and lets anybody follow.
///
/// A run belongs to the runner, not to whoever asked for it: it goes on when they leave. Runs are
/// worked while `run()` is; everything they did is in the store, and what another process left
/// unfinished there is taken up by `recover`.
public final class CrewRunner: Sendable {
    public let crew: ValidatedCrew
    public let store: any RunStore
    let models: ModelSet
    let tools: Toolbox
    let options: RunnerOptions
    /// Other crews whose runs work for calls of this one's; worked along with it.
    let subcrews: [CrewRunner]
    let live: LiveRuns
    let creations = KeyedGate()
    let toolExecutor = ToolExecutor()

    /// - Parameter subcrews: crews that tools of this one ask, and those that they ask, each once and
    ///   over the same store. Their own `run()` is not to be called.
    /// - Throws: `unknownAgent` when an agent has no model.
    public init(
        crew: ValidatedCrew, models: ModelSet, tools: Toolbox = Toolbox(),
        store: any RunStore = InMemoryRunStore(), options: RunnerOptions = RunnerOptions(),
        subcrews: [CrewRunner] = []
    ) throws(CrewError) {
        for agent in crew.allAgents where models[agent.id] == nil {
            throw CrewError(.unknownAgent, "agent '\(agent.id)' has no model")
        }
        let names = [crew.name] + subcrews.map(\.crew.name)
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw CrewError(
                .invalidDefinition,
                "two crews are named '\(twice)': runs are told apart by the names of their crews")
        }
        self.crew = crew
        self.models = models
        self.tools = tools
        self.store = store
        self.options = options
        self.subcrews = subcrews
        self.live = LiveRuns(limit: options.maxActiveRuns)
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
        defer { live.release(job.claim) }
        let performer = TurnPerformer(
            crew: crew, models: models, tools: tools, run: job.run, store: store, feed: job.feed,
            clock: RunClock(options.clock), now: options.now, toolExecutor: toolExecutor,
            runner: self)
        let loop = RunLoop(
            state: job.state, journal: job.journal, performer: performer, control: job.control,
            whenCancelled: whenCancelled)
        do {
            let outcome = try await job.control.whileGoing(
                for: crew.settings.timeout, clock: options.clock
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
