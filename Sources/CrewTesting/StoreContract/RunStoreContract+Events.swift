import CrewKit

import struct Foundation.Date

extension RunStoreContract {
    func checkEvents() async throws {
        try await keepsEventsInOrder()
        try await pagesEvents()
        try await keepsEventsAsTheyWere()
        try await refusesASecondBeginning()
        try await refusesGaps()
        try await refusesUnknownRuns()
        try await appendsWhenCancelled()
        try await keepsRunsApart()
        try await storesOneOfTwoRivals()
    }

    private func event(_ sequence: Int) -> StoredEvent { WrittenRun.event(sequence) }

    private func keepsEventsInOrder() async throws {
        let store = try await emptyStore()
        _ = try await WrittenRun(in: store)
        try await store.append([event(2), event(3)], to: "r")
        try await store.append([event(4)], to: "r")
        let all = try await store.events(of: "r", after: 0, limit: 10)
        try require(all == (1...4).map { event($0) }, "events are read as they were appended")
        try await store.append([], to: "r")
        let same = try await store.events(of: "r", after: 0, limit: 10)
        try require(same == all, "appending nothing changes nothing")
    }

    private func pagesEvents() async throws {
        let store = try await emptyStore()
        _ = try await WrittenRun(in: store)
        try await store.append((2...6).map { event($0) }, to: "r")
        let page = try await store.events(of: "r", after: 2, limit: 3)
        try require(page.map(\.sequence) == [3, 4, 5], "a page begins after the sequence")
        let end = try await store.events(of: "r", after: 6, limit: 3)
        try require(end.isEmpty, "there is nothing after the last event")
        let beyond = try await store.events(of: "r", after: 60, limit: 3)
        try require(beyond.isEmpty, "there is nothing after more than the last event")
        let all = try await store.events(of: "r", after: 0, limit: .max)
        try require(all.count == 6, "a limit may be as large as a number")
    }

    /// Times to the last bit, texts to the last scalar, numbers as numbers.
    private func keepsEventsAsTheyWere() async throws {
        let store = try await emptyStore()
        _ = try await WrittenRun(in: store)
        let times = [0.1, 1.0 / 3, 798_000_000.123_456_7, 1e-9, -5.5, 798_000_000.999_999_9]
        var awkward = times.enumerated().map { index, time in
            StoredEvent(
                sequence: index + 2, time: Date(timeIntervalSinceReferenceDate: time),
                branch: BranchID("g/\(index)"), event: .turnStarted(TurnStarted(agent: "a")))
        }
        let call = ToolCall(
            id: "1", name: "t", arguments: ["n": 9_007_199_254_740_993, "x": 0.1, "s": "a/\u{0}/é"])
        let message = AgentMessage(
            agent: "a", text: "\u{FEFF}e\u{301}\r\n\u{2028}\"\\ 👩‍🚒", toolCalls: [call])
        let reply = Replied(
            agent: "a", round: 1, message: message, finish: .toolCalls, cost: 0.1 + 0.2, model: "m")
        awkward.append(
            StoredEvent(sequence: 8, time: WrittenRun.time(8), event: .replied(reply)))
        try await store.append(awkward, to: "r")
        let all = try await store.events(of: "r", after: 1, limit: 10)
        try require(all.map(\.time) == awkward.map(\.time), "times are kept to the last bit")
        try require(all == awkward, "events are kept as they were")
        let record = try await store.record(of: "r")
        try require(record?.updatedAt == awkward.last?.time, "a record knows its last event's time")
    }

    private func refusesASecondBeginning() async throws {
        let store = try await emptyStore()
        _ = try await WrittenRun(in: store)
        let code = await code { _ = try await WrittenRun(in: store, crew: "other") }
        try require(code == .conflict, "a run begins once")
        let all = try await store.events(of: "r", after: 0, limit: 10)
        try require(all.count == 1, "a refused beginning stores nothing")
        let record = try await store.record(of: "r")
        try require(record?.crew == "c", "a refused beginning changes nothing")
    }

    private func refusesGaps() async throws {
        let store = try await emptyStore()
        _ = try await WrittenRun(in: store)
        let gap = await code { try await store.append([event(3)], to: "r") }
        try require(gap == .conflict, "the next event follows the last one")
        let again = await code { try await store.append([event(1)], to: "r") }
        try require(again == .conflict, "an event is stored once")
        let within = await code { try await store.append([event(2), event(4)], to: "r") }
        try require(within == .conflict, "the events of one append follow each other")
        let all = try await store.events(of: "r", after: 0, limit: 10)
        try require(all.count == 1, "a refused append stores nothing")
        let record = try await store.record(of: "r")
        try require(record?.lastSequence == 1, "a refused append changes nothing")
        try await store.append([event(2)], to: "r")
        let late = await code {
            try await store.create(
                RunRecord(
                    id: "late", crew: "c", session: nil,
                    idempotencyKey: IdempotencyKey(text: "k", requestDigest: "d"),
                    createdAt: WrittenRun.time(0)), events: [event(2)])
        }
        try require(late == .conflict, "a run begins with its first event")
        let none = try await store.record(of: "late")
        try require(none == nil, "a beginning with a gap stores nothing")
        _ = try await WrittenRun(in: store, "late", key: "k")
    }

    private func refusesUnknownRuns() async throws {
        let store = try await emptyStore()
        let append = await code { try await store.append([event(1)], to: "r") }
        try require(append == .unknownRun, "an unknown run cannot be continued")
        let read = await code { _ = try await store.events(of: "r", after: 0, limit: 1) }
        try require(read == .unknownRun, "an unknown run cannot be read")
        let record = try await store.record(of: "r")
        try require(record == nil, "an unknown run has no record")
    }

    /// How a cancelled run ended has to be stored too.
    private func appendsWhenCancelled() async throws {
        let store = try await emptyStore()
        _ = try await WrittenRun(in: store)
        let last = event(2)
        let told = await withTaskGroup(of: Int?.self) { group in
            group.cancelAll()
            group.addTask {
                // A failure shows below: the event is missing.
                try? await store.append([last], to: "r")
                // As above: nothing was read.
                return try? await store.events(of: "r", after: 0, limit: 10).count
            }
            return await group.next() ?? nil
        }
        try require(told == 2, "a cancelled task can append, and read what it appended")
        let all = try await store.events(of: "r", after: 0, limit: 10)
        try require(all.count == 2, "an append finishes in a cancelled task")
    }

    private func keepsRunsApart() async throws {
        let store = try await emptyStore()
        let runs = (1...8).map { RunID("r\($0)") }
        for run in runs { _ = try await WrittenRun(in: store, run) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for run in runs {
                group.addTask {
                    for sequence in 2...50 {
                        try await store.append([WrittenRun.event(sequence)], to: run)
                    }
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

    /// Optimistic concurrency: of all who continue a run at the same place one does.
    private func storesOneOfTwoRivals() async throws {
        let store = try await emptyStore()
        _ = try await WrittenRun(in: store)
        let codes = await withTaskGroup(of: CrewError.Code?.self) { group in
            for rival in 1...20 {
                group.addTask {
                    let event = WrittenRun.event(
                        2, .turnStarted(TurnStarted(agent: AgentID("rival\(rival)"))))
                    return await code { try await store.append([event], to: "r") }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        try require(codes.count { $0 == nil } == 1, "one of several rivals goes on")
        try require(codes.count { $0 == .conflict } == 19, "the others are told of the conflict")
        let all = try await store.events(of: "r", after: 0, limit: 10)
        try require(all.count == 2, "only one rival's event is stored")
    }
}
