/// Runs that have to end before they would.
extension CrewRunner {
    /// Asks a live run to stop at once; it ends as `cancelled` when what it was doing is given up.
    ///
    /// Does nothing to a run that is at rest or unknown.
    public func cancelLive(_ run: RunID) {
        for runner in directory.runners { runner.live.job(of: run)?.control.stop(.cancelled) }
    }

    /// Ends a run as `cancelled`: one that is worked when it has come as far as `depth` lets it, one
    /// that waits for a person or its session at once. A run that is over stays as it is.
    ///
    /// - Throws: `unknownRun`, or what the store throws.
    public func cancel(_ run: RunID, _ depth: StopDepth = .now) async throws {
        if let other = try await otherRunner(of: run) { return try await other.cancel(run, depth) }
        for _ in 0..<Self.attempts {
            if let job = await live.settledJob(of: run) {
                job.control.stop(Stop(reason: .cancelled, depth: depth))
                // In the log, so that the next process knows of it when this one dies.
                if try await job.journal.requestCancel(depth) { return }
                continue
            }
            do {
                return try await cancelAtRest(run)
            } catch let error as CrewError where error.isPassing {
                try await letPass()  // it was woken between the two
            }
        }
        throw CrewError(.conflict, "run '\(run)' changes hands too fast; try again")
    }

    /// Ends a run whose answer nobody waits for any more; while the runner ends it is left for the
    /// next process, as the run is that asked for it.
    func giveUp(_ run: RunID) async {
        guard !live.isClosed else { return }
        cancelLive(run)
        // A store that fails keeps the run as it is: it is found under way at the next start.
        try? await cancel(run)
    }

    private func cancelAtRest(_ run: RunID) async throws {
        let record = try await knownRecord(of: run)
        switch record.status {
        case .ended: return
        case .queued: return try await cancelQueued(record)
        case .running, .paused:
            let asked = try await state(of: run).state.openSubruns
            _ = try await reopen(run, wokenBy: .person) { record, _ throws(CrewError) in
                if case .ended = record.status { throw CrewError(.conflict, "the run is over") }
                return Reopening(
                    stop: Stop(reason: .cancelled, endsPause: true),
                    after: [.cancelRequested(CancelRequested(depth: .now))])
            }
            // Nobody waits for their answers any more. One that cannot be ended now is when it is
            // found without the run that asked for it.
            for child in asked { try? await cancel(child) }
        }
    }

    /// Cancels what is under way in a session, or waits there for a decision, and waits for its end.
    func interruptRuns(of session: SessionID) async throws {
        for status in [RunRecord.Status.Name.queued, .running, .paused] {
            let query = RunQuery(session: session, statuses: [status], limit: 100)
            for record in try await store.runs(matching: query).runs {
                if status == .paused, record.pause?.kind == .input { continue }
                try await cancel(record.id)
                for try await _ in try await events(of: record.id, after: record.lastSequence) {}
            }
        }
    }

    /// Forgets a run that is not worked, with all that belongs to it.
    ///
    /// - Parameter expected: the last sequence that the caller knows; absent takes any.
    /// - Throws: `unknownRun`; `conflict` for a run that is worked or waits for its session, or that
    ///   has gone on.
    public func delete(_ run: RunID, expecting expected: Int? = nil) async throws {
        if let other = try await otherRunner(of: run) {
            return try await other.delete(run, expecting: expected)
        }
        guard await live.settledJob(of: run) == nil, !live.isQueued(run) else {
            throw CrewError(.conflict, "run '\(run)' is under way: cancel it first")
        }
        let claim = try live.claim(run, session: nil)
        defer { live.release(claim) }
        let record = try await knownRecord(of: run)
        if let expected, record.lastSequence != expected {
            throw CrewError(.conflict, "run '\(run)' has gone on: look at it again")
        }
        try await store.delete(run)
    }
}
