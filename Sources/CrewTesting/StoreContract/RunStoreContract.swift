public import CrewKit

import struct Foundation.Date

/// What every `RunStore` has to keep to; a new store gets its tests for one line.
///
/// ```swift
/// @Test("Keeps the RunStore contract")
/// func contract() async throws { try await RunStoreContract { MyStore() }.check() }
/// ```
public struct RunStoreContract: Sendable {
    /// A clause of the contract that a store broke.
    public struct Violation: Error, CustomStringConvertible {
        public let description: String
    }

    private let makeStore: @Sendable () async throws -> any RunStore

    /// - Parameter makeStore: makes an empty store; called once for each clause.
    public init(_ makeStore: @escaping @Sendable () async throws -> any RunStore) {
        self.makeStore = makeStore
    }

    /// Checks every clause.
    ///
    /// - Throws: `Violation` for the first clause that is broken.
    public func check() async throws {
        try await checkEvents()
        try await checkRecords()
        try await checkWaiting()
        try await checkLists()
        try await checkContents()
        try await checkUsage()
    }

    func emptyStore() async throws -> any RunStore { try await makeStore() }

    func require(_ condition: Bool, _ clause: String) throws {
        if !condition { throw Violation(description: clause) }
    }

    /// The code of the error that is thrown; `nil` when none is.
    func code(of body: () async throws -> Void) async -> CrewError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? CrewError)?.code
        }
    }
}

/// A run that a clause writes, event by event; each one a second after the one before.
struct WrittenRun {
    let store: any RunStore
    let id: RunID
    private(set) var events: [StoredEvent] = []

    /// Stores a run that has only begun.
    init(
        in store: any RunStore, _ id: RunID = "r", crew: String = "c", session: SessionID? = nil,
        parent: RunID? = nil, key: String? = nil, beginningWith first: RunEvent? = nil
    ) async throws {
        self.store = store
        self.id = id
        events = [Self.event(1, first)]
        try await store.create(
            RunRecord(
                id: id, crew: crew, session: session, parent: parent,
                idempotencyKey: key.map { IdempotencyKey(text: $0, requestDigest: "digest") },
                createdAt: Self.time(0)), events: events)
    }

    mutating func append(_ event: RunEvent, branch: BranchID? = nil) async throws {
        let next = Self.event(events.count + 1, event, branch: branch)
        try await store.append([next], to: id)
        events.append(next)
    }

    mutating func pause(expiresAfter seconds: Double? = nil) async throws {
        try await append(.paused(RunPaused(agent: "a", expiresAfterSeconds: seconds)))
    }

    mutating func end() async throws {
        try await append(.runEnded(RunEnded(outcome: .completed)))
    }

    /// What the store knows of the run.
    var record: RunRecord? {
        get async throws { try await store.record(of: id) }
    }

    static func time(_ seconds: Double) -> Date { Date(timeIntervalSince1970: seconds) }

    static func event(
        _ sequence: Int, _ event: RunEvent? = nil, branch: BranchID? = nil
    ) -> StoredEvent {
        StoredEvent(
            sequence: sequence, time: time(Double(sequence)), branch: branch,
            event: event ?? .turnStarted(TurnStarted(agent: AgentID("a\(sequence)"))))
    }
}
