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
        try await keepsEventsInOrder()
        try await pagesEvents()
        try await refusesASecondBeginning()
        try await refusesGaps()
        try await refusesUnknownRuns()
        try await keepsRecords()
        try await listsSessions()
        try await appendsWhenCancelled()
        try await keepsRunsApart()
    }

    private func require(_ condition: Bool, _ clause: String) throws {
        if !condition { throw Violation(description: clause) }
    }

    private func event(_ sequence: Int, _ event: RunEvent? = nil) -> StoredEvent {
        StoredEvent(
            sequence: sequence, time: Date(timeIntervalSince1970: Double(sequence)),
            event: event ?? .turnStarted(TurnStarted(agent: AgentID("a\(sequence)"))))
    }

    private func begin(
        _ store: any RunStore, run: RunID = "r", session: SessionID? = nil
    ) async throws {
        let record = RunRecord(
            id: run, crew: "c", session: session, createdAt: Date(timeIntervalSince1970: 0))
        try await store.create(record, events: [event(1)])
    }

    private func code(of body: () async throws -> Void) async -> CrewError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? CrewError)?.code
        }
    }
}

extension RunStoreContract {
    private func keepsEventsInOrder() async throws {
        let store = try await makeStore()
        try await begin(store)
        try await store.append([event(2), event(3)], to: "r")
        try await store.append([event(4)], to: "r")
        let all = try await store.events(of: "r", after: 0, limit: 10)
        try require(all == (1...4).map { event($0) }, "events are read as they were appended")
        try await store.append([], to: "r")
        let same = try await store.events(of: "r", after: 0, limit: 10)
        try require(same == all, "appending nothing changes nothing")
    }

    private func pagesEvents() async throws {
        let store = try await makeStore()
        try await begin(store)
        try await store.append((2...6).map { event($0) }, to: "r")
        let page = try await store.events(of: "r", after: 2, limit: 3)
        try require(page.map(\.sequence) == [3, 4, 5], "a page begins after the sequence")
        let end = try await store.events(of: "r", after: 6, limit: 3)
        try require(end.isEmpty, "there is nothing after the last event")
    }

    private func refusesASecondBeginning() async throws {
        let store = try await makeStore()
        try await begin(store)
        let code = await code { try await begin(store) }
        try require(code == .conflict, "a run begins once")
        let all = try await store.events(of: "r", after: 0, limit: 10)
        try require(all.count == 1, "a refused beginning stores nothing")
    }

    private func refusesGaps() async throws {
        let store = try await makeStore()
        try await begin(store)
        let gap = await code { try await store.append([event(3)], to: "r") }
        try require(gap == .conflict, "the next event follows the last one")
        let again = await code { try await store.append([event(1)], to: "r") }
        try require(again == .conflict, "an event is stored once")
        let all = try await store.events(of: "r", after: 0, limit: 10)
        try require(all.count == 1, "a refused append stores nothing")
    }

    private func refusesUnknownRuns() async throws {
        let store = try await makeStore()
        let append = await code { try await store.append([event(1)], to: "r") }
        try require(append == .unknownRun, "an unknown run cannot be continued")
        let read = await code { _ = try await store.events(of: "r", after: 0, limit: 1) }
        try require(read == .unknownRun, "an unknown run cannot be read")
        let record = try await store.record(of: "r")
        try require(record == nil, "an unknown run has no record")
    }

    private func keepsRecords() async throws {
        let store = try await makeStore()
        try await begin(store, session: "s")
        try await store.append([event(2, .paused(RunPaused(agent: "a")))], to: "r")
        var record = try await store.record(of: "r")
        try require(record?.status == .paused(at: "a"), "a record tells of a pause")
        try require(record?.session == "s", "a record keeps its session")
        let resumed = RunEvent.resumed(RunResumed(input: "x", agent: "a"))
        try await store.append([event(3, resumed)], to: "r")
        record = try await store.record(of: "r")
        try require(record?.status == .running, "a resumed run runs")
        let ended = RunEvent.runEnded(RunEnded(outcome: .completed))
        try await store.append([event(4, ended)], to: "r")
        record = try await store.record(of: "r")
        try require(record?.status == .ended(.completed), "a record tells of the end")
        try require(record?.lastSequence == 4, "a record knows the last sequence")
    }

    private func listsSessions() async throws {
        let store = try await makeStore()
        try await begin(store, run: "r1", session: "s")
        try await begin(store, run: "r2", session: "other")
        try await begin(store, run: "r3", session: "s")
        let runs = try await store.runs(in: "s")
        try require(runs.map(\.id) == ["r1", "r3"], "a session lists its runs, oldest first")
        let none = try await store.runs(in: "unknown")
        try require(none.isEmpty, "an unknown session has no runs")
    }

    /// How a cancelled run ended has to be stored too.
    private func appendsWhenCancelled() async throws {
        let store = try await makeStore()
        try await begin(store)
        let last = event(2)
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask {
                // A failure shows below: the event is missing.
                try? await store.append([last], to: "r")
            }
        }
        let all = try await store.events(of: "r", after: 0, limit: 10)
        try require(all.count == 2, "an append finishes in a cancelled task")
    }

    private func keepsRunsApart() async throws {
        let store = try await makeStore()
        let runs = (1...8).map { RunID("r\($0)") }
        for run in runs { try await begin(store, run: run) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for run in runs {
                group.addTask {
                    for sequence in 2...50 { try await store.append([event(sequence)], to: run) }
                }
            }
            try await group.waitForAll()
        }
        for run in runs {
            let all = try await store.events(of: run, after: 0, limit: 100)
            try require(
                all.map(\.sequence) == Array(1...50), "runs that are worked together stay apart")
        }
    }
}
