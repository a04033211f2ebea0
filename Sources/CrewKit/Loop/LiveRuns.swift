import Synchronization

/// The runs that are being worked, and the claims that keep two from colliding.
final class LiveRuns: Sendable {
    /// The right to work a run, and its session, until it is released.
    struct Claim: Sendable {
        let run: RunID
        let session: SessionID?
        /// Tells this claim from a later one of the same run.
        fileprivate let number: Int
        fileprivate let use: CrewVersions.Use

        /// The version of the crew with which the run is worked to its rest.
        var version: CrewVersion { use.version }
        var crew: ValidatedCrew { version.crew }
    }

    /// A run that is to be worked from this state on.
    struct Job: Sendable {
        let claim: Claim
        let state: RunState
        let journal: RunJournal
        let control: RunControl
        /// The right to be worked, where that is bounded.
        var ticket: RunAdmission.Ticket?

        var run: RunID { claim.run }
        var feed: EventFeed { journal.feed }
    }

    private struct Entry {
        let number: Int
        /// There once the claim was handed over.
        var job: Job?
        /// Those who wait to know whether it is handed over or given back.
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    /// Why no more runs are taken.
    private enum Closing {
        case shutDown, retired

        var refusal: CrewError {
            switch self {
            case .shutDown: CrewError(.shuttingDown, "the server is shutting down")
            case .retired: CrewError(.crewRetired, "this crew is not served any more")
            }
        }
    }

    private struct State {
        var closing: Closing?
        var isClosed: Bool { closing != nil }
        var claims = 0
        var runs: [RunID: Entry] = [:]
        /// Jobs that were handed over and that nobody works yet.
        var waiting: [RunID: Job] = [:]
        var sessions: Set<SessionID> = []
        /// Runs that wait for their session, and those who follow them.
        var queues: [SessionID: [RunID]] = [:]
        /// That runs wait keeps the crew from being taken for idle.
        var holds: [RunID: CrewVersions.Hold] = [:]
        var queuedFeeds: [RunID: EventFeed] = [:]
    }

    /// Jobs in the order in which they were handed over.
    let jobs: AsyncStream<Job>
    private let handOver: AsyncStream<Job>.Continuation
    private let state = Mutex(State())
    private let limit: Int
    private let versions: CrewVersions

    init(limit: Int, versions: CrewVersions) {
        precondition(limit > 0, "a runner must be able to run something")
        self.limit = limit
        self.versions = versions
        (jobs, handOver) = AsyncStream.makeStream()
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    var count: Int { state.withLock { $0.runs.count } }

    func job(of run: RunID) -> Job? { state.withLock { $0.runs[run]?.job } }

    /// The run's job, waited for while somebody is about to hand it over.
    func settledJob(of run: RunID) async -> Job? {
        await withCheckedContinuation { continuation in
            let isSettled = state.withLock { state in
                guard let entry = state.runs[run], entry.job == nil else { return true }
                state.runs[run]?.waiting.append(continuation)
                return false
            }
            if isSettled { continuation.resume() }
        }
        return job(of: run)
    }

    /// Claims a run and its session before anything is awaited, so that nobody else works them.
    ///
    /// - Parameters:
    ///   - isNext: true for a run that has waited for the session.
    ///   - version: with which the run is worked; absent takes the present one.
    /// - Throws: `shuttingDown`, `crewRetired`, `tooManyRuns`, `sessionBusy`, or `conflict` when the
    ///   run is live.
    func claim(
        _ run: RunID, session: SessionID?, isNext: Bool = false, version: CrewVersion? = nil
    ) throws(CrewError) -> Claim {
        let use = versions.begin(version)
        do throws(CrewError) {
            return try claim(run, session: session, isNext: isNext, using: use)
        } catch {
            versions.end(use)
            throw error
        }
    }

    private func claim(
        _ run: RunID, session: SessionID?, isNext: Bool, using use: CrewVersions.Use
    ) throws(CrewError) -> Claim {
        let answer = state.withLock { state -> Result<Claim, CrewError> in
            if let refusal = refusal(of: run, session: session, isNext: isNext, in: state) {
                return .failure(refusal)
            }
            state.claims += 1
            state.runs[run] = Entry(number: state.claims)
            if let session { state.sessions.insert(session) }
            return .success(
                Claim(run: run, session: session, number: state.claims, use: use))
        }
        return try answer.get()
    }

    private func refusal(
        of run: RunID, session: SessionID?, isNext: Bool, in state: borrowing State
    ) -> CrewError? {
        if let closing = state.closing { return closing.refusal }
        if state.runs[run] != nil {
            return CrewError(.conflict, "run '\(run)' is being worked already")
        }
        if state.runs.count >= limit {
            return CrewError(
                .tooManyRuns, "\(limit) runs are under way, which is the limit",
                retryAfter: .seconds(1))
        }
        guard let session else { return nil }
        let isTaken = state.sessions.contains(session)
        if isTaken || (!isNext && state.queues[session]?.isEmpty == false) {
            return CrewError(.sessionBusy, "session '\(session)' has a run under way")
        }
        return nil
    }

    /// Gives a claimed run to whoever works runs.
    func begin(_ job: Job) {
        let (closing, waiting) = state.withLock { state in
            if let closing = state.closing {
                return (closing as Closing?, [CheckedContinuation<Void, Never>]())
            }
            state.runs[job.run]?.job = job
            state.waiting[job.run] = job
            state.queuedFeeds[job.run] = nil
            let waiting = state.runs[job.run]?.waiting ?? []
            state.runs[job.run]?.waiting = []
            return (nil, waiting)
        }
        if let closing {
            release(job.claim)
            job.feed.finish(closing.refusal)
        } else {
            handOver.yield(job)
        }
        for continuation in waiting { continuation.resume() }
    }

    /// False when somebody has taken the job already.
    func take(_ job: Job) -> Bool {
        state.withLock { $0.waiting.removeValue(forKey: job.run) } != nil
    }

    /// Gives back a claim; does nothing when that has been done.
    ///
    /// What was handed over uses its version until `finish`.
    func release(_ claim: Claim) {
        let entry = state.withLock { state -> Entry? in
            guard let entry = state.runs[claim.run], entry.number == claim.number else {
                return nil
            }
            state.runs[claim.run] = nil
            if let session = claim.session { state.sessions.remove(session) }
            return entry
        }
        guard let entry else { return }
        if entry.job == nil { versions.end(claim.use) }
        for continuation in entry.waiting { continuation.resume() }
    }

    /// Gives back what a job had that was taken: nothing of it is under way any more.
    func finish(_ job: Job) {
        release(job.claim)
        versions.end(job.claim.use)
    }

    /// Accepts no more runs when none is live.
    ///
    /// - Returns: false when there is one, or one waits for its session; nothing is changed then.
    func closeIfIdle() -> Bool {
        let isIdle = state.withLock { state in
            guard state.runs.isEmpty, state.queues.isEmpty else { return false }
            state.closing = .retired
            return true
        }
        if isIdle { handOver.finish() }
        return isIdle
    }

    /// Takes no more jobs and returns those that nobody works.
    func close() -> [Job] {
        handOver.finish()
        return state.withLock { state in
            state.closing = state.closing ?? .shutDown
            return Array(state.waiting.values)
        }
    }

    /// Accepts no more runs and returns those that are live; `jobs` ends after them.
    func closeAdmission() -> [Job] {
        let jobs = state.withLock { state in
            state.closing = state.closing ?? .shutDown
            return state.runs.values.compactMap(\.job)
        }
        handOver.finish()
        return jobs
    }
}

/// The queues of sessions.
extension LiveRuns {
    /// Lets a run wait for its session.
    ///
    /// - Throws: `tooManyRuns` when `limit` runs wait already; `crewRetired`.
    func enqueue(_ run: RunID, in session: SessionID, feed: EventFeed, limit: Int) throws(CrewError)
    {
        let hold = versions.hold()
        let (isAdded, refusal) = state.withLock { state -> (Bool, CrewError?) in
            if state.closing == .retired { return (false, Closing.retired.refusal) }
            guard state.queues[session]?.contains(run) != true else { return (false, nil) }
            guard (state.queues[session]?.count ?? 0) < limit else {
                let sentence = "\(limit) inputs wait for session '\(session)', which is the limit"
                return (false, CrewError(.tooManyRuns, sentence, retryAfter: .seconds(5)))
            }
            state.queues[session, default: []].append(run)
            state.queuedFeeds[run] = feed
            state.holds[run] = hold
            return (true, nil)
        }
        if !isAdded { versions.letGo(hold) }
        if let refusal { throw refusal }
    }

    /// The run that is to be worked next in a session that is free.
    func nextQueued(in session: SessionID) -> RunID? {
        state.withLock { state in
            state.sessions.contains(session) ? nil : state.queues[session]?.first
        }
    }

    func isQueued(_ run: RunID) -> Bool { queuedFeed(of: run) != nil }

    func queuedFeed(of run: RunID) -> EventFeed? { state.withLock { $0.queuedFeeds[run] } }

    /// Takes a run out of its queue; those who follow it stay with its feed.
    func dequeue(_ run: RunID, in session: SessionID) {
        let hold = state.withLock { state in
            state.queues[session]?.removeAll { $0 == run }
            if state.queues[session]?.isEmpty == true { state.queues[session] = nil }
            return state.holds.removeValue(forKey: run)
        }
        if let hold { versions.letGo(hold) }
    }

    /// Nobody needs to find the feed of that run any more.
    func forgetFeed(of run: RunID) { state.withLock { $0.queuedFeeds[run] = nil } }

    var queuedCount: Int { state.withLock { $0.queues.values.reduce(0) { $0 + $1.count } } }

    /// Sessions in which runs wait.
    var queuedSessions: [SessionID] { state.withLock { Array($0.queues.keys) } }
}
