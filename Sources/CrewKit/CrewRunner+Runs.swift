extension CrewRunner {
    /// Accepts an input; the run is stored when this returns and is worked from then on.
    ///
    /// - Throws: `invalidInput`, `unknownAgent` for an unknown start agent, `sessionBusy`,
    ///   `tooManyRuns`, `shuttingDown`, or what the store throws.
    @discardableResult
    public func start(_ request: RunRequest) async throws -> RunID {
        try await startFollowing(request).run
    }

    /// Accepts an input like `start`, and returns its events too: also a run that is over at once is
    /// then seen with the pieces of its messages.
    public func startFollowing(_ request: RunRequest) async throws -> RunEvents {
        try check(request.input)
        let agent = request.startAgent ?? crew.entryPoint
        guard crew.agent(agent) != nil else { throw unknown(agent) }
        let run = options.makeRunID()
        let claim = try live.claim(run, session: request.session)
        do {
            let history = try await history(for: request)
            let started = RunStarted(
                crew: crew.name, input: request.input, agent: agent, session: request.session,
                history: history)
            return try await begin(claim, with: .runStarted(started))
        } catch {
            live.release(claim)
            throw error
        }
    }

    /// Gives a paused run its answer; it goes on with the agent that waits.
    ///
    /// - Throws: `unknownRun`, `runNotPaused`, and what `start` throws.
    public func resume(_ run: RunID, with input: String) async throws {
        _ = try await resumeFollowing(run, with: input)
    }

    /// Goes on with a paused run like `resume`, and returns the events from its answer on.
    public func resumeFollowing(_ run: RunID, with input: String) async throws -> RunEvents {
        try check(input)
        let record = try await knownRecord(of: run)
        let claim = try live.claim(run, session: record.session)
        do {
            // Read again: it may have been resumed before the claim.
            guard case .paused(let agent) = try await knownRecord(of: run).status else {
                throw CrewError(.runNotPaused, "run '\(run)' does not wait for an answer")
            }
            let events = try await allEvents(of: run)
            var state = RunState(crew: crew, replaying: events)
            let last = events.last?.sequence ?? 0
            let resumed = StoredEvent(
                sequence: last + 1, time: options.now(),
                event: .resumed(RunResumed(input: input, agent: agent)))
            try await store.append([resumed], to: run)
            state.apply(resumed)
            return handOver(claim, state: state, after: last, showing: resumed)
        } catch {
            live.release(claim)
            throw error
        }
    }

    /// Asks a run to stop; it ends as `cancelled` once what it was doing is given up.
    ///
    /// Does nothing to a run that is at rest or unknown.
    public func cancel(_ run: RunID) { live.job(of: run)?.control.stop(.cancelled) }

    /// The run's events after `sequence`, from the store first and then as they happen.
    ///
    /// - Throws: `unknownRun`.
    public func events(of run: RunID, after sequence: Int = 0) async throws -> RunEvents {
        let feed = live.job(of: run)?.feed
        if feed == nil { _ = try await knownRecord(of: run) }
        return RunEvents(run: run, start: max(0, sequence), store: store, feed: feed)
    }

    /// Waits until the run is at rest and returns what came of it.
    public func result(of run: RunID) async throws -> RunResult {
        for try await _ in try await events(of: run) {}
        let record = try await knownRecord(of: run)
        let state = RunState(crew: crew, replaying: try await allEvents(of: run))
        guard let outcome = state.rest else {
            throw CrewError(.conflict, "run '\(run)' is neither worked nor at rest")
        }
        return RunResult(
            run: run, session: record.session, outcome: outcome, agent: state.lastSpeaker,
            text: state.lastText, usage: state.usage, cost: state.cost,
            rounds: state.totalRounds, modelCalls: state.modelCalls,
            handoffs: state.totalHandoffs)
    }

    /// What is known of a run without reading its log; `nil` when there is no such run.
    public func record(of run: RunID) async throws -> RunRecord? {
        try await store.record(of: run)
    }

    /// The newest run of a conversation, when it waits for an answer.
    public func pausedRun(in session: SessionID) async throws -> RunID? {
        guard let last = try await store.newestRun(in: session) else { return nil }
        if case .paused = last.status { return last.id }
        return nil
    }

    /// Runs that are being worked at this moment.
    public var activeRuns: Int { live.count }
}

extension CrewRunner {
    private func check(_ input: String) throws(CrewError) {
        let bytes = input.utf8.count
        guard bytes > 0 else { throw CrewError(.invalidInput, "the input is empty") }
        guard bytes <= crew.settings.maxInputBytes else {
            throw CrewError(
                .invalidInput,
                "the input has \(bytes) bytes; at most \(crew.settings.maxInputBytes) are taken")
        }
    }

    private func unknown(_ agent: AgentID) -> CrewError {
        let hint = NearestWord.suggestion(
            for: agent.rawValue, among: crew.allAgents.map(\.id.rawValue))
        return CrewError(
            .unknownAgent, "there is no agent '\(agent)'" + (hint.map { "; \($0)" } ?? ""))
    }

    private func knownRecord(of run: RunID) async throws -> RunRecord {
        guard let record = try await store.record(of: run) else { throw CrewError.unknownRun(run) }
        return record
    }

    /// What was said before: in the conversation's earlier runs, else what the caller brought.
    private func history(for request: RunRequest) async throws -> [ConversationEntry] {
        guard let session = request.session, let last = try await store.newestRun(in: session)
        else { return request.history }
        return RunState(crew: crew, replaying: try await allEvents(of: last.id)).entries
    }

    private func allEvents(of run: RunID) async throws -> [StoredEvent] {
        var events: [StoredEvent] = []
        while true {
            let page = try await store.events(
                of: run, after: events.last?.sequence ?? 0, limit: 1_000)
            guard !page.isEmpty else { return events }
            events += page
        }
    }

    private func begin(
        _ claim: LiveRuns.Claim, with event: RunEvent
    ) async throws -> RunEvents {
        let time = options.now()
        let first = StoredEvent(sequence: 1, time: time, event: event)
        let record = RunRecord(
            id: claim.run, crew: crew.name, session: claim.session, createdAt: time)
        try await store.create(record, events: [first])
        var state = RunState(crew: crew)
        state.apply(first)
        return handOver(claim, state: state, after: 0, showing: first)
    }

    private func handOver(
        _ claim: LiveRuns.Claim, state: RunState, after sequence: Int, showing event: StoredEvent
    ) -> RunEvents {
        let feed = EventFeed(after: sequence, capacity: crew.settings.feedBuffer)
        feed.publish([event])
        live.begin(
            LiveRuns.Job(
                claim: claim, state: state, lastSequence: event.sequence, feed: feed,
                control: RunControl()))
        return RunEvents(run: claim.run, start: sequence, store: store, feed: feed)
    }
}
