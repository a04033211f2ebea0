import Foundation

/// Runs that wait for a person.
extension CrewRunner {
    /// Lets a run go on that waits for an answer, or that was stopped before its end.
    ///
    /// A run that waits for an answer takes one; a run that was cancelled, failed or reached a limit
    /// goes on where it stood without one, and with one as if it had been said then.
    ///
    /// - Parameters:
    ///   - expected: the last sequence that the caller knows; absent takes any.
    ///   - origin: the request that asks.
    /// - Throws: `unknownRun`, `runNotPaused`, `conflict`, and what `start` throws.
    public func resume(
        _ run: RunID, with input: String? = nil, expecting expected: Int? = nil,
        origin: RunOrigin? = nil
    ) async throws {
        _ = try await resumeFollowing(run, with: input, expecting: expected, origin: origin)
    }

    /// Goes on with a run like `resume`, and returns the events from there on.
    public func resumeFollowing(
        _ run: RunID, with input: String? = nil, expecting expected: Int? = nil,
        origin: RunOrigin? = nil
    ) async throws -> RunEvents {
        if let other = try await otherRunner(of: run) {
            return try await other.resumeFollowing(
                run, with: input, expecting: expected, origin: origin)
        }
        if let input { try check(input, crew) }
        try await settleIfOverdue(run)
        return try await reopen(run, wokenBy: .person, expecting: expected) {
            record, state throws(CrewError) in
            var resumed = try resumption(of: record, state, with: input)
            resumed.origin = origin
            return Reopening(.resumed(resumed))
        }
    }

    /// Allows or refuses a call that waits.
    ///
    /// The run goes on once nothing of it waits for a decision.
    ///
    /// - Parameters:
    ///   - reason: told to the model and kept; at most 2,000 bytes.
    ///   - arguments: an object with which the call is made instead of the model's own; the model is
    ///     told. Only with `approve`.
    /// - Throws: `unknownRun`, `unknownApproval` also when it has been decided, `invalidInput`, also
    ///   for arguments that do not fit the tool.
    public func decide(
        _ approval: ApprovalID, of run: RunID, _ decision: ApprovalDecision,
        reason: String? = nil, arguments: JSONValue? = nil
    ) async throws {
        if let other = try await otherRunner(of: run) {
            return try await other.decide(
                approval, of: run, decision, reason: reason, arguments: arguments)
        }
        if let reason, reason.utf8.count > 2_000 {
            throw CrewError(.invalidInput, "a reason has at most 2,000 bytes")
        }
        try await settleIfOverdue(run)
        if let arguments {
            try await check(arguments, for: approval, of: run, decision)
        }
        try await decide(
            ApprovalDecided(
                approval: approval, decision: decision, reason: reason, arguments: arguments),
            of: run)
    }

    /// What a person writes has to fit the tool as what a model writes has to.
    private func check(
        _ arguments: JSONValue, for approval: ApprovalID, of run: RunID,
        _ decision: ApprovalDecision
    ) async throws {
        guard decision == .approve, arguments.object != nil else {
            throw CrewError(
                .invalidInput, "other arguments are an object and go with an approval only")
        }
        let record = try await knownRecord(of: run)
        guard let open = record.approvals.first(where: { $0.id == approval }) else {
            throw CrewError.unknownApproval(approval, of: run)
        }
        guard let tool = version.tools[open.request.call.name] else { return }
        do throws(CrewError) {
            _ = try ArgumentCheck.arguments(arguments, for: tool.definition)
        } catch {
            throw CrewError(.invalidInput, error.message)
        }
    }

    /// An answer that comes too late does not count, also when nobody has looked yet.
    private func settleIfOverdue(_ run: RunID) async throws {
        let now = options.now()
        guard let record = try await store.record(of: run), let expiry = record.expiresAt,
            expiry < now
        else { return }
        do {
            try await settle(record, now: now)
        } catch let error as CrewError where error.isLostRace {
            return  // somebody has just looked
        }
    }

    private func decide(_ decided: ApprovalDecided, of run: RunID) async throws {
        for _ in 0..<Self.attempts {
            if let job = await live.settledJob(of: run) {
                // False: it came to rest meanwhile, and the decision has to wake it.
                if try await job.journal.decide(decided) { return }
            }
            do {
                let waker: Waker = decided.source == .expiry ? .nobody : .person
                _ = try await reopen(run, wokenBy: waker) { record, _ throws(CrewError) in
                    guard let open = record.approvals.first(where: { $0.id == decided.approval })
                    else { throw CrewError.unknownApproval(decided.approval, of: run) }
                    return Reopening(.approvalDecided(decided), branch: open.branch)
                }
                return
            } catch let error as CrewError where error.isPassing {
                try await letPass()  // somebody else has just woken it
            }
        }
        throw CrewError(.conflict, "run '\(run)' changes hands too fast; try again")
    }

    /// How often what is held for a moment is asked for again.
    static var attempts: Int { 50 }

    /// Lets whoever holds a run or its session for a moment finish.
    func letPass() async throws { try await options.clock.sleep(for: .milliseconds(10)) }

    private func resumption(
        of record: RunRecord, _ state: RunState, with input: String?
    ) throws(CrewError) -> RunResumed {
        let agent: AgentID
        switch (record.status, record.pause?.kind) {
        case (.paused(let waiting), .input), (.paused(let waiting), .external):
            guard input != nil else {
                throw CrewError(.invalidInput, "agent '\(waiting)' waits for an answer: send one")
            }
            agent = waiting
        case (.paused, .approval):
            let ids = record.approvals.map(\.id.description).joined(separator: ", ")
            throw CrewError(
                .runNotPaused,
                "run '\(record.id)' waits for decisions on calls (\(ids)), not for an answer")
        case (.paused(let waiting), _): agent = state.turnOwner ?? waiting
        case (.ended(.cancelled), _), (.ended(.failed), _), (.ended(.limitReached), _):
            agent = state.turnOwner ?? state.crew.entryPoint
        default:
            throw CrewError(
                .runNotPaused,
                "run '\(record.id)' is \(Self.standing(of: record)) and cannot be resumed")
        }
        guard input == nil || state.takesInput else {
            throw CrewError(
                .runNotPaused, "run '\(record.id)' is within a tool call: resume it without input")
        }
        return RunResumed(input: input, agent: agent)
    }

    private static func standing(of record: RunRecord) -> String {
        if case .ended(let outcome) = record.status { return outcome.name }
        return record.status.name.rawValue
    }
}

/// What is decided when nobody does.
extension CrewRunner {
    /// Takes the default decision for every call, and ends or answers every pause, whose time is
    /// over.
    ///
    /// - Throws: what the store throws; what was settled before stays so.
    public func settleOverdue() async throws {
        try await forSubcrews { try await $0.settleOverdue() }
        let now = options.now()
        var query = RunQuery(
            crew: name, statuses: [.paused, .running], order: .oldestFirst, limit: 100)
        query.expiringBefore = now
        while true {
            let page = try await store.runs(matching: query)
            for record in page.runs {
                do {
                    try await settle(record, now: now)
                } catch let error as CrewError
                    where error.isLostRace || error.code == .storeUnreadable
                {
                    continue  // somebody has just answered, or nobody can
                }
            }
            guard let next = page.next else { return }
            query.cursor = next
        }
    }

    private func settle(_ record: RunRecord, now: Date) async throws {
        for open in record.approvals where open.expiresAt.map({ $0 < now }) == true {
            let decided = ApprovalDecided(
                approval: open.id, decision: open.request.defaultDecision, source: .expiry)
            try await decide(decided, of: record.id)
        }
        guard let pause = record.pause, let expiry = pause.expiresAt, expiry < now else { return }
        _ = try await reopen(record.id, wokenBy: .nobody, expecting: record.lastSequence) {
            _, state throws(CrewError) in
            guard let answer = state.pause?.defaultAnswer else {
                return Reopening(stop: Stop(reason: .pauseExpired, endsPause: true))
            }
            return Reopening(
                .resumed(RunResumed(input: answer, agent: pause.agent, source: .expiry)))
        }
    }
}

extension CrewError {
    /// True when a run or its session is held, which for a run at rest is never for long.
    var isPassing: Bool { code == .conflict || code == .sessionBusy }

    /// True when somebody else has done what was to be done, or is doing it.
    var isLostRace: Bool {
        switch code {
        case .conflict, .unknownApproval, .unknownRun, .runNotPaused, .sessionBusy: true
        default: false
        }
    }
}
