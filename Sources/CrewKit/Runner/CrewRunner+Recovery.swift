/// Runs that another process left unfinished.
extension CrewRunner {
    /// Takes up every run of this crew that the store calls running and nobody works, and lets the
    /// inputs that waited for a session wait again.
    ///
    /// What was under way when the process died is settled as `RunRecovered` tells. To be called
    /// before inputs are accepted, and again whenever the store may have failed; the store must have
    /// no other owner.
    ///
    /// - Parameter unreadable: told of runs whose logs this version cannot read; they stay as they are.
    /// - Returns: how many runs were taken up.
    /// - Throws: what the store throws; what was taken up before stays so.
    @discardableResult
    public func recover(
        unreadable: (RunID, CrewError) -> Void = { _, _ in }
    ) async throws -> Int {
        var count = 0
        // First those that others wait for.
        try await forSubcrews { count += try await $0.recover(unreadable: unreadable) }
        for record in try await all(.running) where live.job(of: record.id) == nil {
            do {
                try await takeUp(record)
                count += 1
            } catch let error as CrewError where error.code == .tooManyRuns {
                break  // the rest is taken up when there is room
            } catch let error as CrewError where error.isLostRace {
                continue  // it is worked already
            } catch let error as CrewError where error.code == .storeUnreadable {
                unreadable(record.id, error)
            }
        }
        try await waitAgain()
        return count
    }

    /// Takes up one run that the store calls running and nobody works, whatever the policy says, and
    /// returns its events from there on.
    ///
    /// The store must have no other owner.
    ///
    /// - Throws: `unknownRun`, `conflict` when the run is at rest or worked, and what `start` throws.
    public func recoverFollowing(_ run: RunID) async throws -> RunEvents {
        if let other = try await otherRunner(of: run) {
            return try await other.recoverFollowing(run)
        }
        return try await reopen(run, wokenBy: .person) { record, _ throws(CrewError) in
            guard record.status == .running else {
                throw CrewError(.conflict, "run '\(record.id)' is not under way")
            }
            return Reopening(.recovered(RunRecovered(policy: .resume)))
        }
    }

    /// Recovers runs and settles what is overdue, again and again until the task is cancelled.
    ///
    /// A store that fails in between is tried again at the next turn.
    public func keepWatch(every interval: Duration = .seconds(1)) async {
        var turn = 0
        while (try? await options.clock.sleep(for: interval)) != nil {  // cancelled
            try? await settleOverdue()  // the store's health tells of its failures
            turn += 1
            // Looks at all runs that are under way: not at each turn.
            guard turn.isMultiple(of: 15) else { continue }
            _ = try? await recover()  // as above: what is left is found at the next turn
        }
    }

    private func takeUp(_ record: RunRecord) async throws {
        let policy = options.recovery
        let isOrphan = try await isOrphan(record)
        _ = try await reopen(record.id, wokenBy: .nobody) { record, state throws(CrewError) in
            guard record.status == .running else {
                throw CrewError(.conflict, "run '\(record.id)' is at rest")
            }
            let recovered = RunEvent.recovered(RunRecovered(policy: policy))
            if isOrphan { return Reopening(stop: .cancelled, after: [recovered]) }
            switch policy {
            case .resume: return Reopening(recovered)
            case .fail: return Reopening(stop: Stop(reason: .lost), after: [recovered])
            case .pause:
                var reopening = Reopening(recovered)
                reopening.events.append((nil, .paused(state.pauseAfterRecovery)))
                return reopening
            }
        }
    }

    /// Whether the run worked for a call of a run that is over.
    private func isOrphan(_ record: RunRecord) async throws -> Bool {
        guard let parent = record.parent, Subruns.isKey(record.idempotencyKey) else { return false }
        guard case .ended = try await store.record(of: parent)?.status else { return false }
        return true
    }

    private func waitAgain() async throws {
        for record in try await all(.queued) {
            guard let session = record.session, !live.isQueued(record.id) else { continue }
            let feed = EventFeed(
                after: record.lastSequence, capacity: crew.settings.feedBuffer,
                tap: RunTap(RunFacts(record), options.activity))
            // Those that were accepted before keep their place, however many they are.
            try live.enqueue(record.id, in: session, feed: feed, limit: .max)
            // It may have begun between the list and here.
            if try await store.record(of: record.id)?.status != .queued {
                leaveQueue(record.id, in: session)
            }
        }
        for session in live.queuedSessions { await startQueued(in: session) }
    }

    private func all(_ status: RunRecord.Status.Name) async throws -> [RunRecord] {
        var query = RunQuery(
            crew: name, statuses: [status], order: .oldestFirst, limit: 1_000)
        var records: [RunRecord] = []
        while true {
            let page = try await store.runs(matching: query)
            records += page.runs
            guard let next = page.next else { return records }
            query.cursor = next
        }
    }
}
