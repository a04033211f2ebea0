/// Runs one crew: takes inputs, works them side by side, and lets anybody follow.
///
/// A run belongs to the runner, not to whoever asked for it: it goes on when they leave. Runs are
/// worked while `run()` is; everything they did is in the store.
public final class CrewRunner: Sendable {
    public let crew: ValidatedCrew
    let models: ModelSet
    let tools: Toolbox
    let store: any RunStore
    let options: RunnerOptions
    let live: LiveRuns
    private let toolExecutor = ToolExecutor()

    /// - Throws: `unknownAgent` when an agent has no model.
    public init(
        crew: ValidatedCrew, models: ModelSet, tools: Toolbox = Toolbox(),
        store: any RunStore = InMemoryRunStore(), options: RunnerOptions = RunnerOptions()
    ) throws(CrewError) {
        for agent in crew.allAgents where models[agent.id] == nil {
            throw CrewError(.unknownAgent, "agent '\(agent.id)' has no model")
        }
        self.crew = crew
        self.models = models
        self.tools = tools
        self.store = store
        self.options = options
        self.live = LiveRuns(limit: options.maxActiveRuns)
    }

    /// Works the runs that were started until the task is cancelled; then the runs under way are
    /// cancelled, stored, and waited for. To be called once.
    public func run() async {
        await withDiscardingTaskGroup { group in
            for await job in live.jobs {
                group.addTask { await self.work(job) }
            }
            for job in live.close() { await abandon(job) }
            group.cancelAll()
        }
    }

    /// A run that was accepted and never begun ends as cancelled, and its readers with it.
    private func abandon(_ job: LiveRuns.Job) async {
        job.control.stop(.cancelled)
        await work(job)
    }

    private func work(_ job: LiveRuns.Job) async {
        guard live.take(job) else { return }
        defer { live.release(job.claim) }
        let clock = RunClock(options.clock)
        let journal = RunJournal(
            run: job.run, after: job.lastSequence, store: store, feed: job.feed, now: options.now,
            willRest: { [live] in live.release(job.claim) })
        let performer = TurnPerformer(
            crew: crew, models: models, tools: tools, run: job.run, feed: job.feed, clock: clock,
            toolExecutor: toolExecutor)
        let loop = RunLoop(
            state: job.state, journal: journal, performer: performer, control: job.control)
        do {
            try await job.control.whileGoing(for: crew.settings.timeout, clock: options.clock) {
                var loop = loop
                _ = try await loop.run()
            }
            job.feed.finish()
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
}
