import CrewKit
import CrewTesting
import Foundation
import Testing

/// A contract that every store passes is worth nothing: these stores are wrong in one thing each.
@Suite("RunStoreContract")
struct ContractTests {
    @Test("Finds what is wrong with a store", arguments: FlawedRunStore.Flaw.allCases)
    func flaws(_ flaw: FlawedRunStore.Flaw) async throws {
        await #expect(throws: RunStoreContract.Violation.self) {
            try await RunStoreContract { FlawedRunStore(flaw: flaw) }.check()
        }
    }

    @Test("Finds nothing wrong with a store that only passes on")
    func none() async throws {
        try await RunStoreContract { FlawedRunStore(flaw: nil) }.check()
    }
}

/// A store in memory with one flaw.
struct FlawedRunStore: RunStore {
    enum Flaw: CaseIterable {
        case ignoresSequence, roundsTimes, givesUpWhenCancelled, forgetsParents, ignoresKeys
        case pagesByPlace, ignoresOrder, ignoresStatuses, listsExpiredLate
        case forgetsNotices, keepsDeleted, keepsFirstSnapshot, takesAnyArtifact, reversesArtifacts
        case ignoresDays, countsTwice, isNeverWell
    }

    let base = InMemoryRunStore()
    let flaw: Flaw?
    var budgets: any BudgetStore { base.budgets }

    func create(_ record: RunRecord, events: [StoredEvent]) async throws {
        var kept = record
        if flaw == .forgetsParents {
            kept = RunRecord(
                id: record.id, crew: record.crew, session: record.session,
                idempotencyKey: record.idempotencyKey, createdAt: record.createdAt)
        }
        try await base.create(kept, events: events)
    }

    func append(_ events: [StoredEvent], to run: RunID) async throws {
        if flaw == .givesUpWhenCancelled { try Task.checkCancellation() }
        try await base.append(events, to: run)
    }

    func events(of run: RunID, after sequence: Int, limit: Int) async throws -> [StoredEvent] {
        let first = flaw == .ignoresSequence ? 0 : sequence
        return try await base.events(of: run, after: first, limit: limit).map { event in
            guard flaw == .roundsTimes else { return event }
            var event = event
            let seconds = event.time.timeIntervalSince1970
            event.time = Date(timeIntervalSince1970: (seconds * 1_000).rounded() / 1_000)
            return event
        }
    }

    func record(of run: RunID) async throws -> RunRecord? { try await base.record(of: run) }

    func record(withIdempotencyKey key: String) async throws -> RunRecord? {
        flaw == .ignoresKeys ? nil : try await base.record(withIdempotencyKey: key)
    }

    func runs(matching query: RunQuery) async throws -> RunPage {
        var query = query
        if flaw == .ignoresOrder { query.order = .newestFirst }
        if flaw == .ignoresStatuses { query.statuses = [] }
        if flaw == .listsExpiredLate { query.expiringBefore? -= 1 }
        guard flaw == .pagesByPlace else { return try await base.runs(matching: query) }
        return try await pageByPlace(query)
    }

    /// What an offset does: whatever comes or goes meanwhile moves the rest.
    private func pageByPlace(_ query: RunQuery) async throws -> RunPage {
        guard let start = Int(query.cursor ?? "0") else { throw CrewError.unknownCursor }
        var all = query
        all.cursor = nil
        all.limit = 1_000
        let rest = try await base.runs(matching: all).runs.dropFirst(start)
        let page = rest.prefix(query.limit)
        return RunPage(
            runs: Array(page), next: rest.count > page.count ? String(start + page.count) : nil)
    }

    func delete(_ run: RunID) async throws {
        if flaw != .keepsDeleted { try await base.delete(run) }
    }

    func markNotified(_ run: RunID, through sequence: Int) async throws {
        try await base.markNotified(run, through: flaw == .forgetsNotices ? 0 : sequence)
    }

    func save(_ snapshot: RunSnapshot, of run: RunID) async throws {
        if flaw == .keepsFirstSnapshot, try await base.snapshot(of: run) != nil { return }
        try await base.save(snapshot, of: run)
    }

    func snapshot(of run: RunID) async throws -> RunSnapshot? { try await base.snapshot(of: run) }

    func save(_ artifact: Artifact, bytes: [UInt8], of run: RunID) async throws {
        do {
            try await base.save(artifact, bytes: bytes, of: run)
        } catch let error as CrewError where error.code == .invalidInput {
            if flaw != .takesAnyArtifact { throw error }
        }
    }

    func artifacts(of run: RunID) async throws -> [Artifact] {
        let artifacts = try await base.artifacts(of: run)
        return flaw == .reversesArtifacts ? artifacts.reversed() : artifacts
    }

    func bytes(ofArtifact name: String, of run: RunID) async throws -> [UInt8]? {
        try await base.bytes(ofArtifact: name, of: run)
    }

    func usage(from first: String, through last: String) async throws -> [UsageCount] {
        let days = flaw == .ignoresDays ? ("0000", "9999") : (first, last)
        return try await base.usage(from: days.0, through: days.1).map { count in
            var sum = count
            if flaw == .countsTwice { sum.add(count) }
            return sum
        }
    }

    func health() async -> StoreHealth {
        flaw == .isNeverWell ? .degraded("it is not well") : .working
    }
}
