extension CrewRunner {
    /// Accepts an input; the run is stored when this returns and is worked from then on, or once its
    /// session is free.
    ///
    /// - Throws: `invalidInput`, `unknownAgent` for an unknown start agent, `sessionBusy`,
    ///   `tooManyRuns`, `shuttingDown`, `idempotencyConflict`, or what the store throws.
    @discardableResult
    public func start(_ request: RunRequest) async throws -> RunID {
        try await startFollowing(request).run
    }

    /// Accepts an input like `start`, and returns its events too: also a run that is over at once is
    /// then seen with the pieces of its messages.
    public func startFollowing(_ request: RunRequest) async throws -> RunEvents {
        try check(request, request.version ?? version)
        return try await creations.through(request.idempotencyKey?.text) {
            if let known = try await known(request) { return known }
            return try await beginOrWait(request)
        }
    }

    /// The run's events after `sequence`, from the store first and then as they happen.
    ///
    /// A message that is under way comes as one delta with all of it so far.
    ///
    /// - Throws: `unknownRun`.
    public func events(of run: RunID, after sequence: Int = 0) async throws -> RunEvents {
        if let other = try await otherRunner(of: run) {
            return try await other.events(of: run, after: sequence)
        }
        let queued = live.queuedFeed(of: run)
        let feed = if let queued { queued } else { await live.settledJob(of: run)?.feed }
        if feed == nil { _ = try await knownRecord(of: run) }
        return RunEvents(
            run: run, start: max(0, sequence), store: store, feed: feed, live: live,
            isFirstReader: false)
    }

    /// Waits until the run is at rest and returns what came of it.
    public func result(of run: RunID) async throws -> RunResult {
        // What has happened already need not be read one by one.
        let known = try await knownRecord(of: run).lastSequence
        for try await _ in try await events(of: run, after: known) {}
        guard let result = try await settledResult(of: run) else {
            throw CrewError(.conflict, "run '\(run)' is neither worked nor at rest")
        }
        return result
    }

    /// What came of a run that is at rest; `nil` for one that is not.
    ///
    /// - Throws: `unknownRun`.
    public func settledResult(of run: RunID) async throws -> RunResult? {
        if let other = try await otherRunner(of: run) {
            return try await other.settledResult(of: run)
        }
        let record = try await knownRecord(of: run)
        let state = try await state(of: run).state
        guard let outcome = state.rest else { return nil }
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

    /// The newest run of a conversation, when it waits for the person's answer.
    public func pausedRun(in session: SessionID) async throws -> RunID? {
        guard let last = try await store.newestRun(in: session),
            last.pause?.kind == .input
        else { return nil }
        return last.id
    }

    /// What was said in a conversation so far; empty when there was none.
    public func history(of session: SessionID) async throws -> [ConversationEntry] {
        guard let last = try await newestStartedRun(in: session) else { return [] }
        let runner = runner(of: last.crew) ?? self
        return try await runner.state(of: last.id).state.entries
    }

    /// Runs that are being worked at this moment.
    public var activeRuns: Int { live.count }

    /// Runs that wait for their session.
    public var queuedRuns: Int { live.queuedCount }
}

extension CrewRunner {
    private func check(_ request: RunRequest, _ version: CrewVersion) throws(CrewError) {
        try check(request.input, version.crew)
        let agent = request.startAgent ?? version.crew.entryPoint
        guard version.crew.agent(agent) != nil else { throw unknown(agent, in: version.crew) }
        try checkModel(request.model, version)
        if request.ifBusy != .reject, request.session == nil {
            throw CrewError(
                .invalidInput, "only an input of a session can find it busy: name the session")
        }
    }

    func check(_ input: String, _ crew: ValidatedCrew) throws(CrewError) {
        let bytes = input.utf8.count
        guard bytes > 0 else { throw CrewError(.invalidInput, "the input is empty") }
        guard bytes <= crew.settings.maxInputBytes else {
            throw CrewError(
                .invalidInput,
                "the input has \(bytes) bytes; at most \(crew.settings.maxInputBytes) are taken")
        }
    }

    func checkModel(_ model: String?, _ version: CrewVersion) throws(CrewError) {
        guard let model, let problem = version.models.problem(withReplacement: model) else {
            return
        }
        throw CrewError(.invalidInput, problem)
    }

    private func unknown(_ agent: AgentID, in crew: ValidatedCrew) -> CrewError {
        let hint = NearestWord.suggestion(
            for: agent.rawValue, among: crew.allAgents.map(\.id.rawValue))
        return CrewError(
            .unknownAgent, "there is no agent '\(agent)'" + (hint.map { "; \($0)" } ?? ""))
    }

    /// The run that this request has made already.
    private func known(_ request: RunRequest) async throws -> RunEvents? {
        guard let key = request.idempotencyKey,
            let record = try await store.record(withIdempotencyKey: key.text)
        else { return nil }
        guard record.idempotencyKey?.requestDigest == key.requestDigest else {
            throw CrewError(
                .idempotencyConflict,
                "this idempotency key was used for another request, which is run '\(record.id)'")
        }
        return try await events(of: record.id)
    }

    private func beginOrWait(_ request: RunRequest) async throws -> RunEvents {
        let run = options.makeRunID()
        do {
            return try await begin(run, request)
        } catch let error as CrewError where error.code == .sessionBusy {
            guard let session = request.session else { throw error }
            switch request.ifBusy {
            case .reject: throw error
            case .enqueue: return try await enqueue(run, request, in: session)
            case .interrupt: return try await begin(run, request, inPlaceOfRunsIn: session)
            }
        }
    }

    /// Of several who interrupt each other at the same time the last one stays.
    private func begin(
        _ run: RunID, _ request: RunRequest, inPlaceOfRunsIn session: SessionID
    ) async throws -> RunEvents {
        for _ in 0..<Self.attempts {
            try await interruptRuns(of: session)
            do {
                return try await begin(run, request)
            } catch let error as CrewError where error.code == .sessionBusy {
                try await letPass()
            }
        }
        throw CrewError(.sessionBusy, "session '\(session)' is interrupted by too many at once")
    }

    private func begin(_ run: RunID, _ request: RunRequest) async throws -> RunEvents {
        let ticket = try place(for: request.tenant, request.caller, isNew: true)
        let claim = try live.claim(run, session: request.session, version: request.version)
        do {
            // Again: it may be another version by now.
            try check(request, claim.version)
            let opening = try await directory.sessions.through(request.session?.rawValue) {
                try await create(run, request, claim.crew)
            }
            return handOver(claim, opening, ticket: ticket)
        } catch {
            live.release(claim)
            throw error
        }
    }

    private func create(
        _ run: RunID, _ request: RunRequest, _ crew: ValidatedCrew
    ) async throws -> Opening {
        if let session = request.session {
            try await checkIsOurs(session)
            try await checkIsFree(session)
        }
        var opening = Opening(RunState(crew: crew), after: 0, at: options.now())
        opening.add(
            .runStarted(
                RunStarted(
                    crew: name, input: request.input, agent: request.startAgent ?? crew.entryPoint,
                    session: request.session, history: try await history(for: request, of: crew),
                    model: request.model, caller: request.caller, tenant: request.tenant,
                    definition: crew.definition.digest, origin: request.origin)))
        opening.look(at: request.input)
        let record = RunRecord(
            id: run, crew: name, session: request.session, parent: request.caller?.run,
            idempotencyKey: request.idempotencyKey, createdAt: opening.time)
        try await store.create(record, events: opening.stored)
        return opening
    }

    /// A session belongs to the crew of its runs.
    ///
    /// - Throws: `foreignSession` when it has runs of another crew.
    func checkIsOurs(_ session: SessionID) async throws {
        guard let last = try await store.newestRun(in: session), last.crew != name else { return }
        throw CrewError(
            .foreignSession,
            "session '\(session)' belongs to crew '\(last.crew)': begin another one with '\(name)'")
    }
}
