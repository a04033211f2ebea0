import Synchronization

/// The runs that are being worked, and the claims that keep two from colliding.
final class LiveRuns: Sendable {
    /// A run that is to be worked from this state on.
    struct Job: Sendable {
        let run: RunID
        let session: SessionID?
        let state: RunState
        let lastSequence: Int
        let feed: EventFeed
        let control: RunControl
    }

    private struct State {
        var isClosed = false
        /// Runs that are claimed; the job is there once it was handed over.
        var runs: [RunID: Job?] = [:]
        /// Jobs that were handed over and that nobody works yet.
        var waiting: [RunID: Job] = [:]
        var sessions: Set<SessionID> = []
    }

    /// Jobs in the order in which they were handed over.
    let jobs: AsyncStream<Job>
    private let handOver: AsyncStream<Job>.Continuation
    private let state = Mutex(State())
    private let limit: Int

    init(limit: Int) {
        precondition(limit > 0, "a runner must be able to run something")
        self.limit = limit
        (jobs, handOver) = AsyncStream.makeStream()
    }

    var count: Int { state.withLock { $0.runs.count } }

    func job(of run: RunID) -> Job? { state.withLock { $0.runs[run] ?? nil } }

    /// Claims a run and its session before anything is awaited, so that nobody else works them.
    ///
    /// - Throws: `shuttingDown`, `tooManyRuns`, `sessionBusy`, or `conflict` when the run is live.
    func claim(_ run: RunID, session: SessionID?) throws(CrewError) {
        let refusal = state.withLock { state -> CrewError? in
            if state.isClosed {
                return CrewError(.shuttingDown, "the server is shutting down")
            }
            if state.runs[run] != nil {
                return CrewError(.conflict, "run '\(run)' is being worked already")
            }
            if state.runs.count >= limit {
                return CrewError(
                    .tooManyRuns, "\(limit) runs are under way, which is the limit",
                    retryAfter: .seconds(1))
            }
            if let session, !state.sessions.insert(session).inserted {
                return CrewError(.sessionBusy, "session '\(session)' has a run under way")
            }
            state.runs[run] = .some(nil)
            return nil
        }
        if let refusal { throw refusal }
    }

    /// Gives a claimed run to whoever works runs.
    func begin(_ job: Job) {
        let isClosed = state.withLock { state in
            guard !state.isClosed else { return true }
            state.runs[job.run] = job
            state.waiting[job.run] = job
            return false
        }
        if isClosed {
            release(job.run, session: job.session)
            job.feed.finish(CrewError(.shuttingDown, "the server is shutting down"))
        } else {
            handOver.yield(job)
        }
    }

    /// False when somebody has taken the job already.
    func take(_ job: Job) -> Bool {
        state.withLock { $0.waiting.removeValue(forKey: job.run) } != nil
    }

    func remove(_ job: Job) { release(job.run, session: job.session) }

    /// Gives back a claim.
    func release(_ run: RunID, session: SessionID?) {
        state.withLock { state in
            state.runs[run] = nil
            if let session { state.sessions.remove(session) }
        }
    }

    /// Takes no more jobs and returns those that nobody works.
    func close() -> [Job] {
        handOver.finish()
        return state.withLock { state in
            state.isClosed = true
            return Array(state.waiting.values)
        }
    }
}
