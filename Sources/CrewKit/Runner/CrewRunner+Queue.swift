/// Inputs that wait for their session.
extension CrewRunner {
    /// Stores an input that is worked when those before it are done.
    func enqueue(
        _ run: RunID, _ request: RunRequest, in session: SessionID
    ) async throws -> RunEvents {
        try await checkIsOurs(session)
        let time = options.now()
        let crew = crew
        let queued = RunQueued(
            crew: name, input: request.input, agent: request.startAgent ?? crew.entryPoint,
            session: session, model: request.model, definition: crew.definition.digest,
            tenant: request.tenant, origin: request.origin)
        let first = StoredEvent(sequence: 1, time: time, event: .queued(queued))
        let record = RunRecord(
            id: run, crew: name, session: session, idempotencyKey: request.idempotencyKey,
            createdAt: time)
        let facts = RunFacts(
            run: run, crew: name, session: session, tenant: request.tenant, origin: request.origin)
        let feed = EventFeed(
            after: 0, capacity: crew.settings.feedBuffer, tap: RunTap(facts, options.activity))
        // Its place comes first: when the session is given back now, the run is found.
        try live.enqueue(run, in: session, feed: feed, limit: options.maxQueuedRuns)
        do {
            try await store.create(record, events: [first])
        } catch {
            leaveQueue(run, in: session)
            throw error
        }
        feed.publish([first])
        await startQueued(in: session)
        return RunEvents(run: run, start: 0, store: store, feed: feed, isFirstReader: true)
    }

    /// Starts the run that has waited longest, when its session is free.
    func startQueued(in session: SessionID) async {
        while let run = live.nextQueued(in: session) {
            do {
                guard try await startQueued(run, in: session) else { return }
            } catch {
                // It stays in the store; the next look at the queues finds it again.
                return
            }
        }
    }

    /// - Returns: false when the session is not free, or the run not stored yet.
    private func startQueued(_ run: RunID, in session: SessionID) async throws -> Bool {
        let claim: LiveRuns.Claim
        do throws(CrewError) {
            claim = try live.claim(run, session: session, isNext: true)
        } catch {
            return false
        }
        do {
            guard let record = try await store.record(of: run) else {
                live.release(claim)
                return false
            }
            guard record.status == .queued else {
                leaveQueue(run, in: session)
                live.release(claim)
                return true
            }
            try await checkIsFree(session)
            try await begin(queued: run, claim)
            live.dequeue(run, in: session)
            return true
        } catch {
            live.release(claim)
            throw error
        }
    }

    private func begin(queued run: RunID, _ claim: LiveRuns.Claim) async throws {
        guard
            case .queued(let queued) = try await store.events(of: run, after: 0, limit: 1).first?
                .event
        else { throw CrewError(.conflict, "run '\(run)' does not wait for its session") }
        var request = RunRequest(queued.input, session: queued.session, startAgent: queued.agent)
        request.model = queued.model
        let crew = claim.crew
        var opening = Opening(RunState(crew: crew), after: 1, at: options.now())
        opening.add(
            .runStarted(
                RunStarted(
                    crew: name, input: queued.input, agent: queued.agent, session: queued.session,
                    history: try await history(for: request, of: crew), model: queued.model,
                    tenant: queued.tenant, definition: crew.definition.digest,
                    origin: queued.origin)))
        opening.look(at: queued.input)
        let stop = try opening.settleDefinition(from: queued.definition, wokenBy: .nobody)
        try await store.append(opening.stored, to: run)
        guard opening.state.rest == nil || stop != nil else {
            live.queuedFeed(of: run)?.publish(opening.stored)
            leaveQueue(run, in: queued.session)
            return live.release(claim)
        }
        _ = handOver(claim, opening, stop: stop)
    }

    /// - Throws: `sessionBusy` when a run of the session waits for a decision or was not taken up
    ///   yet: what comes after it would not know how it ended.
    func checkIsFree(_ session: SessionID) async throws {
        guard let last = try await newestStartedRun(in: session) else { return }
        switch (last.status, last.pause?.kind) {
        case (.running, _):
            throw CrewError(.sessionBusy, "session '\(session)' has a run under way")
        case (.paused, .approval), (.paused, .recovery):
            throw CrewError(
                .sessionBusy,
                "session '\(session)' has a run that waits for a decision: '\(last.id)'")
        case (.paused, .external):
            // What the person says next is not the answer of somebody else.
            throw CrewError(
                .sessionBusy,
                "session '\(session)' has a run that waits for an answer from "
                    + "'\(last.pause?.party ?? "outside")': resume '\(last.id)' with it")
        default: return
        }
    }

    func cancelQueued(_ record: RunRecord) async throws {
        guard let session = record.session else { return }
        let claim = try live.claim(record.id, session: nil)
        do {
            try await endQueued(record, in: session)
        } catch {
            live.release(claim)
            throw error
        }
        live.release(claim)
        await startQueued(in: session)
    }

    private func endQueued(_ record: RunRecord, in session: SessionID) async throws {
        let ended = StoredEvent(
            sequence: record.lastSequence + 1, time: options.now(),
            event: .runEnded(RunEnded(outcome: .cancelled)))
        try await store.append([ended], to: record.id)
        live.queuedFeed(of: record.id)?.publish([ended])
        leaveQueue(record.id, in: session)
    }

    func leaveQueue(_ run: RunID, in session: SessionID) {
        live.dequeue(run, in: session)
        live.queuedFeed(of: run)?.finish()
        live.forgetFeed(of: run)
    }
}
