/// Runs as their logs tell them.
extension CrewRunner {
    /// A run as far as its log tells.
    struct Folded: Sendable {
        var state: RunState
        /// Its last event.
        var sequence = 0
        /// The last event of the snapshot that it was folded from.
        var snapshotSequence = 0
    }

    /// The run folded from its newest snapshot and what came after.
    ///
    /// - Parameter version: with which the run is to go on; a snapshot that was made under another
    ///   definition does not count then. Absent for what is only read.
    func state(of run: RunID, toBeWorkedWith version: ValidatedCrew? = nil) async throws -> Folded {
        let crew = version ?? crew
        var folded = Folded(state: RunState(crew: crew))
        if let snapshot = try await store.snapshot(of: run), let kept = snapshot.state(of: crew),
            version == nil || kept.definition == crew.definition.digest
        {
            folded = Folded(
                state: kept, sequence: snapshot.sequence, snapshotSequence: snapshot.sequence)
        }
        while true {
            let page = try await store.events(of: run, after: folded.sequence, limit: 1_000)
            guard let last = page.last else { return folded }
            for stored in page { folded.state.apply(stored) }
            folded.sequence = last.sequence
        }
    }

    /// The runner of another crew whose run this is; `nil` for one of this crew.
    func otherRunner(of run: RunID) async throws -> CrewRunner? {
        guard directory.isShared, let record = try await store.record(of: run),
            record.crew != name
        else { return nil }
        return directory[record.crew]
    }

    /// Whether runs of that crew are worked here: this one's, one's that its tools ask, or one's that
    /// is worked along with it.
    public func works(_ name: String) -> Bool { runner(of: name) != nil }

    /// The runner of that crew, when it is this one or is worked along with it.
    public func runner(of crew: String) -> CrewRunner? { crew == name ? self : directory[crew] }

    func knownRecord(of run: RunID) async throws -> RunRecord {
        guard let record = try await store.record(of: run) else { throw CrewError.unknownRun(run) }
        return record
    }

    /// What was said before: in the conversation's earlier runs, else what the caller brought.
    func history(
        for request: RunRequest, of crew: ValidatedCrew
    ) async throws -> [ConversationEntry] {
        guard let session = request.session, let last = try await newestStartedRun(in: session)
        else { return request.history }
        let entries = try await state(of: last.id).state.entries
        return CarriedHistory(settings: crew.settings).carried(entries)
    }

    /// The newest run of a conversation that has not only been queued.
    func newestStartedRun(in session: SessionID) async throws -> RunRecord? {
        let query = RunQuery(
            session: session, statuses: [.running, .paused, .ended], limit: 1)
        guard let newest = try await store.runs(matching: query).runs.first else { return nil }
        return newest
    }

    /// Gives a claimed run, whose new events are stored, to whoever works runs.
    func handOver(
        _ claim: LiveRuns.Claim, _ opening: Opening, snapshotAt snapshotSequence: Int = 0,
        stop: Stop? = nil, ticket: RunAdmission.Ticket? = nil
    ) -> RunEvents {
        let (state, sequence) = (opening.state, opening.sequence)
        let feed =
            live.queuedFeed(of: claim.run)
            ?? EventFeed(
                after: sequence, capacity: claim.crew.settings.feedBuffer,
                tap: RunTap(RunFacts(claim.run, of: state), options.activity))
        // Accepted before, it is not refused.
        let ticket = ticket ?? (try? place(for: state.tenant, state.caller, isNew: false))
        feed.publish(opening.stored)
        let journal = RunJournal(
            run: claim.run, after: sequence + opening.stored.count, snapshotAt: snapshotSequence,
            openApprovals: state.openApprovals,
            store: store, feed: feed, now: options.now,
            willRest: { [live] in live.release(claim) })
        live.begin(
            LiveRuns.Job(
                claim: claim, state: state, journal: journal, control: RunControl(stop: stop),
                ticket: ticket))
        return RunEvents(
            run: claim.run, start: sequence, store: store, feed: feed, isFirstReader: true)
    }

    /// The right of a run to be worked, where that is bounded.
    ///
    /// - Throws: `tooManyRuns` for a new run.
    func place(
        for tenant: String?, _ caller: RunCaller?, isNew: Bool
    ) throws(CrewError) -> RunAdmission.Ticket? {
        // Whoever waits for it has the room already.
        guard caller == nil else { return nil }
        return try options.admission?.reserve(for: tenant, isNew: isNew)
    }
}
