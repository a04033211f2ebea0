/// Where the logs of runs are kept.
///
/// A log only grows. `append` either stores all of its events or throws and stores none, and what
/// it stored is there for every later read. It finishes also when the calling task is cancelled:
/// how a cancelled run ended has to be stored too. Implementations prove themselves with
/// `RunStoreContract` of `CrewTesting`.
public protocol RunStore: Sendable {
    /// Begins a run's log with its first events.
    ///
    /// The usage counters do not count what these events spent: a fork brings them along from a run
    /// that was counted, an import from another store.
    ///
    /// - Throws: `CrewError.Code.conflict` when the run exists, or another one with the same
    ///   idempotency key, or when there is a gap between the events.
    func create(_ record: RunRecord, events: [StoredEvent]) async throws

    /// Adds events to a run's log.
    ///
    /// - Throws: `unknownRun`; `conflict` when the events are not the next ones, which means that
    ///   somebody else works the run.
    func append(_ events: [StoredEvent], to run: RunID) async throws

    /// The events after `sequence`, oldest first, at most `limit` of them.
    ///
    /// - Throws: `unknownRun`.
    func events(of run: RunID, after sequence: Int, limit: Int) async throws -> [StoredEvent]

    /// What is known of a run without reading its log; `nil` when there is no such run.
    func record(of run: RunID) async throws -> RunRecord?

    /// The run whose creation was asked for with this key; `nil` when there is none.
    func record(withIdempotencyKey key: String) async throws -> RunRecord?

    /// A page of the runs that match.
    ///
    /// - Throws: `invalidInput` for a cursor that this store did not make.
    func runs(matching query: RunQuery) async throws -> RunPage

    /// Forgets a run with everything that belongs to it; usage counters stay.
    ///
    /// - Throws: `unknownRun`.
    func delete(_ run: RunID) async throws

    /// Remembers that whoever wanted to know was told of the run's rest at this event.
    ///
    /// - Throws: `unknownRun`.
    func markNotified(_ run: RunID, through sequence: Int) async throws

    /// Keeps a run's newest snapshot in place of an earlier one.
    ///
    /// - Throws: `unknownRun`.
    func save(_ snapshot: RunSnapshot, of run: RunID) async throws

    /// The run's newest snapshot, when there is one.
    func snapshot(of run: RunID) async throws -> RunSnapshot?

    /// Keeps an artifact, in place of an earlier one of the same name.
    ///
    /// - Throws: `unknownRun`.
    func save(_ artifact: Artifact, bytes: [UInt8], of run: RunID) async throws

    /// The run's artifacts by name.
    func artifacts(of run: RunID) async throws -> [Artifact]

    /// The bytes of an artifact; `nil` when there is no such one.
    func bytes(ofArtifact name: String, of run: RunID) async throws -> [UInt8]?

    /// What was spent from one day through another, both as in `2026-11-21`.
    func usage(from first: String, through last: String) async throws -> [UsageCount]

    /// Where what model calls spend is counted, with the runs.
    var budgets: any BudgetStore { get }

    /// Whether the store works, found out by using it.
    func health() async -> StoreHealth
}

extension StoredEvent {
    /// Whether these events follow a sequence without a gap, as every store asks.
    public static func areNext(_ events: [StoredEvent], after sequence: Int) -> Bool {
        events.enumerated().allSatisfy { $1.sequence == sequence + 1 + $0 }
    }
}

/// Whether a store works.
public enum StoreHealth: Sendable, Hashable {
    case working
    /// Something is wrong; the sentence says what and what to do.
    case degraded(String)
}

extension RunStore {
    /// The runs of a conversation, oldest first; at most the last 1,000 of them.
    public func runs(in session: SessionID) async throws -> [RunRecord] {
        let query = RunQuery(session: session, limit: 1_000)
        return try await runs(matching: query).runs.reversed()
    }

    /// The newest run of a conversation.
    public func newestRun(in session: SessionID) async throws -> RunRecord? {
        try await runs(matching: RunQuery(session: session, limit: 1)).runs.first
    }
}
