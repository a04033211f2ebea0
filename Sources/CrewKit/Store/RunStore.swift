/// Where the logs of runs are kept.
///
/// A log only grows. `append` either stores all of its events or throws and stores none, and what
/// it stored is there for every later read. It finishes also when the calling task is cancelled:
/// how a cancelled run ended has to be stored too. Implementations prove themselves with
/// `RunStoreContract` of `CrewTesting`.
public protocol RunStore: Sendable {
    /// Begins a run's log with its first events.
    ///
    /// - Throws: `CrewError.Code.conflict` when the run exists.
    func create(_ record: RunRecord, events: [StoredEvent]) async throws

    /// Adds events to a run's log.
    ///
    /// - Throws: `unknownRun`; `conflict` when the first sequence is not the next one, which means
    ///   that somebody else works the run.
    func append(_ events: [StoredEvent], to run: RunID) async throws

    /// The events after `sequence`, oldest first, at most `limit` of them.
    ///
    /// - Throws: `unknownRun`.
    func events(of run: RunID, after sequence: Int, limit: Int) async throws -> [StoredEvent]

    /// What is known of a run without reading its log; `nil` when there is no such run.
    func record(of run: RunID) async throws -> RunRecord?

    /// The runs of a conversation, oldest first.
    func runs(in session: SessionID) async throws -> [RunRecord]
}
