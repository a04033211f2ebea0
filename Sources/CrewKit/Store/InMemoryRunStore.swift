import Synchronization

/// Keeps runs in this process's memory and forgets the oldest of those that ended, and of those that
/// are paused.
///
/// For tests, `crew run` and servers that may lose their runs with the process.
public final class InMemoryRunStore: RunStore {
    struct Log {
        var record: RunRecord
        var events: [StoredEvent]
        /// Place in the order of creation.
        var number: Int
        var notifiedThrough = 0
        var snapshot: RunSnapshot?
        var artifacts: [String: (artifact: Artifact, bytes: [UInt8])] = [:]
    }

    struct State {
        var logs: [RunID: Log] = [:]
        var created = 0
        var sessions: [SessionID: [RunID]] = [:]
        var keys: [String: RunID] = [:]
        /// The one that ended first in front.
        var ended: [RunID] = []
        /// The one that paused first in front. Counted by itself: a run that waits for somebody must
        /// not go because others end.
        var paused: [RunID] = []
        var usage: [UsageKey: UsageCount] = [:]
    }

    let state = Mutex(State())
    public let budgets: any BudgetStore = InMemoryBudgetStore()
    private let maximumRestingRuns: Int

    /// - Parameter maximumRestingRuns: how many ended runs are remembered, and how many paused ones;
    ///   with the next one the oldest of its kind is forgotten. At least 1.
    public init(maximumRestingRuns: Int = 1_000) {
        precondition(maximumRestingRuns > 0, "a store must remember at least one finished run")
        self.maximumRestingRuns = maximumRestingRuns
    }

    public func create(_ record: RunRecord, events: [StoredEvent]) async throws {
        try state.withLock { state in
            guard state.logs[record.id] == nil else {
                throw CrewError(.conflict, "there is a run '\(record.id)' already")
            }
            let key = record.idempotencyKey?.text
            guard key.map({ state.keys[$0] == nil }) ?? true else {
                throw CrewError(.conflict, "there is a run with this idempotency key already")
            }
            guard StoredEvent.areNext(events, after: record.lastSequence) else {
                throw Self.continued(record.id)
            }
            if let key { state.keys[key] = record.id }
            var record = record
            record.note(events)
            state.created += 1
            state.logs[record.id] = Log(record: record, events: events, number: state.created)
            if let session = record.session {
                state.sessions[session, default: []].append(record.id)
            }
            noteRest(of: record.id, was: .running, in: &state)
        }
    }

    public func append(_ events: [StoredEvent], to run: RunID) async throws {
        try state.withLock { state in
            guard let record = state.logs[run]?.record else { throw CrewError.unknownRun(run) }
            guard StoredEvent.areNext(events, after: record.lastSequence) else {
                throw Self.continued(run)
            }
            state.logs[run]?.events.append(contentsOf: events)
            state.logs[run]?.record.note(events)
            state.count(events, of: record.crew)
            noteRest(of: run, was: record.status, in: &state)
        }
    }

    public func events(
        of run: RunID, after sequence: Int, limit: Int
    ) async throws -> [StoredEvent] {
        try state.withLock { state in
            guard let log = state.logs[run] else { throw CrewError.unknownRun(run) }
            return Array(log.events.dropFirst(max(0, sequence)).prefix(limit))
        }
    }

    public func delete(_ run: RunID) async throws {
        try state.withLock { state in
            guard state.logs[run] != nil else { throw CrewError.unknownRun(run) }
            state.wake(run)
            forget(run, in: &state)
        }
    }

    private func noteRest(of run: RunID, was before: RunRecord.Status, in state: inout State) {
        guard let record = state.logs[run]?.record, record.status != before else { return }
        state.wake(run)
        switch record.status {
        case .queued, .running: break
        case .ended: state.ended.append(run)
        case .paused: state.paused.append(run)
        }
        if state.ended.count > maximumRestingRuns {
            forget(state.ended.removeFirst(), in: &state)
        }
        if state.paused.count > maximumRestingRuns {
            forget(state.paused.removeFirst(), in: &state)
        }
    }

    private static func continued(_ run: RunID) -> CrewError {
        CrewError(.conflict, "run '\(run)' was continued by somebody else")
    }

    private func forget(_ run: RunID, in state: inout State) {
        guard let record = state.logs.removeValue(forKey: run)?.record else { return }
        if let key = record.idempotencyKey?.text { state.keys[key] = nil }
        guard let session = record.session else { return }
        state.sessions[session]?.removeAll { $0 == run }
        if state.sessions[session]?.isEmpty == true { state.sessions[session] = nil }
    }
}

extension InMemoryRunStore.State {
    /// The run is at rest no more.
    fileprivate mutating func wake(_ run: RunID) {
        ended.removeAll { $0 == run }
        paused.removeAll { $0 == run }
    }
}

extension CrewError {
    /// What every store says of a run that it does not have.
    public static func unknownRun(_ run: RunID) -> CrewError {
        CrewError(.unknownRun, "there is no run '\(run)', or it is no longer kept")
    }
}
