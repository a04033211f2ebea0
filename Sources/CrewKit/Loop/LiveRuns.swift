import Synchronization

/// The runs that are being worked, and the claims that keep two from colliding.
final class LiveRuns: Sendable {
    /// The right to work a run, and its session, until it is released.
    struct Claim: Sendable {
        let run: RunID
        let session: SessionID?
        /// Tells this claim from a later one of the same run.
        fileprivate let number: Int
    }

    /// A run that is to be worked from this state on.
    struct Job: Sendable {
        let claim: Claim
        let state: RunState
        let lastSequence: Int
        let feed: EventFeed
        let control: RunControl

        var run: RunID { claim.run }
    }

    private struct Entry {
        let number: Int
        /// There once the claim was handed over.
        var job: Job?
    }

    private struct State {
        var isClosed = false
        var claims = 0
        var runs: [RunID: Entry] = [:]
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

    func job(of run: RunID) -> Job? { state.withLock { $0.runs[run]?.job } }

    /// Claims a run and its session before anything is awaited, so that nobody else works them.
    ///
    /// - Throws: `shuttingDown`, `tooManyRuns`, `sessionBusy`, or `conflict` when the run is live.
    func claim(_ run: RunID, session: SessionID?) throws(CrewError) -> Claim {
        let answer = state.withLock { state -> Result<Claim, CrewError> in
            if let refusal = refusal(of: run, session: session, in: state) {
                return .failure(refusal)
            }
            state.claims += 1
            state.runs[run] = Entry(number: state.claims)
            if let session { state.sessions.insert(session) }
            return .success(Claim(run: run, session: session, number: state.claims))
        }
        return try answer.get()
    }

    private func refusal(
        of run: RunID, session: SessionID?, in state: borrowing State
    ) -> CrewError? {
        if state.isClosed { return CrewError(.shuttingDown, "the server is shutting down") }
        if state.runs[run] != nil {
            return CrewError(.conflict, "run '\(run)' is being worked already")
        }
        if state.runs.count >= limit {
            return CrewError(
                .tooManyRuns, "\(limit) runs are under way, which is the limit",
                retryAfter: .seconds(1))
        }
        if let session, state.sessions.contains(session) {
            return CrewError(.sessionBusy, "session '\(session)' has a run under way")
        }
        return nil
    }

    /// Gives a claimed run to whoever works runs.
    func begin(_ job: Job) {
        let isClosed = state.withLock { state in
            guard !state.isClosed else { return true }
            state.runs[job.run]?.job = job
            state.waiting[job.run] = job
            return false
        }
        if isClosed {
            release(job.claim)
            job.feed.finish(CrewError(.shuttingDown, "the server is shutting down"))
        } else {
            handOver.yield(job)
        }
    }

    /// False when somebody has taken the job already.
    func take(_ job: Job) -> Bool {
        state.withLock { $0.waiting.removeValue(forKey: job.run) } != nil
    }

    /// Gives back a claim; does nothing when that has been done.
    func release(_ claim: Claim) {
        state.withLock { state in
            guard state.runs[claim.run]?.number == claim.number else { return }
            state.runs[claim.run] = nil
            if let session = claim.session { state.sessions.remove(session) }
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
