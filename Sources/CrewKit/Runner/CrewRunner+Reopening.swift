import struct Foundation.Date

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

/// A run on its way from rest to work, with what has to be stored of that.
struct Opening: Sendable {
    /// With all of it taken in.
    private(set) var state: RunState
    /// The last event of before.
    let sequence: Int
    let time: Date
    private(set) var stored: [StoredEvent] = []

    init(_ state: RunState, after sequence: Int, at time: Date) {
        self.state = state
        self.sequence = sequence
        self.time = time
    }

    /// Tells of what somebody said, when it is suspicious.
    mutating func look(at input: String?) {
        guard let warning = input.flatMap({ SuspiciousInput($0, in: state.crew).warning }) else {
            return
        }
        add(warning)
    }

    mutating func add(_ event: RunEvent, branch: BranchID? = nil) {
        let event = StoredEvent(
            sequence: sequence + stored.count + 1, time: time, branch: branch, event: event)
        stored.append(event)
        state.apply(event)
    }
}

extension CrewRunner {
    /// Claims a run that nobody works, stores what it goes on with, and hands it over when there is
    /// something to do.
    ///
    /// - Parameter expected: the last sequence that the caller knows; absent takes any.
    /// - Throws: `unknownRun`, `conflict` when the run is live or has gone on since, what `live`
    ///   refuses with, `definitionChanged` where a person may not wake it, what `decide` throws.
    func reopen(
        _ run: RunID, wokenBy waker: Waker, expecting expected: Int? = nil,
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
            let folded = try await state(of: run, toBeWorkedWith: claim.crew)
            let reopening = try decide(record, folded.state)
            var opening = Opening(folded.state, after: folded.sequence, at: options.now())
            for (branch, event) in reopening.events {
                opening.add(event, branch: branch)
                if case .resumed(let resumed) = event, resumed.source == .person {
                    opening.look(at: resumed.input)
                }
            }
            var stop = reopening.stop
            if stop == nil, opening.state.rest == nil {
                stop = try opening.settleDefinition(wokenBy: waker)
            }
            if !opening.stored.isEmpty { try await store.append(opening.stored, to: run) }
            guard opening.state.rest == nil || stop != nil else {
                live.release(claim)
                return RunEvents(
                    run: run, start: folded.sequence, store: store, feed: nil, isFirstReader: true)
            }
            return handOver(
                claim, opening, snapshotAt: folded.snapshotSequence, stop: stop)
        } catch {
            live.release(claim)
            throw error
        }
    }
}
