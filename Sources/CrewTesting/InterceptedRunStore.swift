public import CrewKit

/// A store in memory whose writes a test sees first, to remember, delay or refuse them.
public struct InterceptedRunStore: RunStore {
    public let base: any RunStore
    public var budgets: any BudgetStore { base.budgets }
    private let claimedHealth: StoreHealth?
    private let willStore: @Sendable ([StoredEvent], RunID) async throws -> Void

    /// - Parameters:
    ///   - health: what the store says of itself; the base's own when absent.
    ///   - willStore: called before events are stored; what it throws the writer gets, and nothing
    ///     is stored.
    public init(
        _ base: any RunStore = InMemoryRunStore(), health: StoreHealth? = nil,
        willStore: @escaping @Sendable ([StoredEvent], RunID) async throws -> Void
    ) {
        self.base = base
        claimedHealth = health
        self.willStore = willStore
    }

    public func create(_ record: RunRecord, events: [StoredEvent]) async throws {
        try await willStore(events, record.id)
        try await base.create(record, events: events)
    }

    public func append(_ events: [StoredEvent], to run: RunID) async throws {
        try await willStore(events, run)
        try await base.append(events, to: run)
    }

    public func events(
        of run: RunID, after sequence: Int, limit: Int
    ) async throws -> [StoredEvent] {
        try await base.events(of: run, after: sequence, limit: limit)
    }

    public func record(of run: RunID) async throws -> RunRecord? { try await base.record(of: run) }

    public func record(withIdempotencyKey key: String) async throws -> RunRecord? {
        try await base.record(withIdempotencyKey: key)
    }

    public func runs(matching query: RunQuery) async throws -> RunPage {
        try await base.runs(matching: query)
    }

    public func delete(_ run: RunID) async throws { try await base.delete(run) }

    public func markNotified(_ run: RunID, through sequence: Int) async throws {
        try await base.markNotified(run, through: sequence)
    }

    public func save(_ snapshot: RunSnapshot, of run: RunID) async throws {
        try await base.save(snapshot, of: run)
    }

    public func snapshot(of run: RunID) async throws -> RunSnapshot? {
        try await base.snapshot(of: run)
    }

    public func save(_ artifact: Artifact, bytes: [UInt8], of run: RunID) async throws {
        try await base.save(artifact, bytes: bytes, of: run)
    }

    public func artifacts(of run: RunID) async throws -> [Artifact] {
        try await base.artifacts(of: run)
    }

    public func bytes(ofArtifact name: String, of run: RunID) async throws -> [UInt8]? {
        try await base.bytes(ofArtifact: name, of: run)
    }

    public func usage(from first: String, through last: String) async throws -> [UsageCount] {
        try await base.usage(from: first, through: last)
    }

    public func health() async -> StoreHealth {
        if let claimedHealth { return claimedHealth }
        return await base.health()
    }
}
