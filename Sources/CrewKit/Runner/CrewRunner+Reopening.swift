/// What a run at rest goes on with.
struct Reopening: Sendable {
    /// Stored first, each on its branch.
    var events: [(branch: BranchID?, event: RunEvent)]
    /// With what wish the run is worked then.
    var stop: Stop?

    init(_ event: RunEvent, branch: BranchID? = nil, stop: Stop? = nil) {
        events = [(branch, event)]
        self.stop = stop
    }

    init(stop: Stop, after events: [RunEvent] = []) {
        self.events = events.map { (nil, $0) }
        self.stop = stop
    }
}

extension CrewRunner {
    /// Claims a run that nobody works, stores what it goes on with, and hands it over when there is
    /// something to do.
    ///
    /// - Parameter expected: the last sequence that the caller knows; absent takes any.
    /// - Throws: `unknownRun`, `conflict` when the run is live or has gone on since, what `live`
    ///   refuses with, what `decide` throws.
    func reopen(
        _ run: RunID, expecting expected: Int? = nil,
        _ decide: (RunRecord, RunState) throws(CrewError) -> Reopening
    ) async throws -> RunEvents {
        let session = try await knownRecord(of: run).session
        let claim = try live.claim(run, session: session, isNext: true)
        do {
            // Read again: it may have gone on before the claim.
            let record = try await knownRecord(of: run)
            if let expected, record.lastSequence != expected {
                throw CrewError(
                    .conflict,
                    "run '\(run)' has gone on: its last event is \(record.lastSequence), "
                        + "not \(expected)")
            }
            let folded = try await state(of: run)
            var (state, sequence) = (folded.state, folded.sequence)
            let reopening = try decide(record, state)
            let time = options.now()
            let stored = reopening.events.enumerated().map { offset, entry in
                StoredEvent(
                    sequence: sequence + 1 + offset, time: time, branch: entry.branch,
                    event: entry.event)
            }
            if !stored.isEmpty { try await store.append(stored, to: run) }
            for event in stored { state.apply(event) }
            guard state.rest == nil || reopening.stop != nil else {
                live.release(claim)
                return RunEvents(
                    run: run, start: sequence, store: store, feed: nil, isFirstReader: true)
            }
            return handOver(
                claim, state: state, after: sequence, showing: stored,
                snapshotAt: folded.snapshotSequence, stop: reopening.stop)
        } catch {
            live.release(claim)
            throw error
        }
    }
}
