import CrewKit

extension RunStoreContract {
    /// What is to be found again later: what expires, and what somebody has to be told of.
    func checkWaiting() async throws {
        try await findsWhatExpires()
        try await findsWhatExpiresNext()
        try await remembersWhatWasTold()
        try await tellsOfEachRest()
    }

    private func found(
        _ store: any RunStore, _ change: (inout RunQuery) -> Void
    ) async throws -> [RunID] {
        var query = RunQuery(order: .oldestFirst)
        change(&query)
        return try await store.runs(matching: query).runs.map(\.id)
    }

    private func findsWhatExpires() async throws {
        let store = try await emptyStore()
        var soon = try await WrittenRun(in: store, "soon")
        try await soon.pause(expiresAfter: 10)
        var late = try await WrittenRun(in: store, "late")
        try await late.pause(expiresAfter: 20)
        var never = try await WrittenRun(in: store, "never")
        try await never.pause()
        _ = try await WrittenRun(in: store, "running")
        func expired(_ seconds: Double) async throws -> [RunID] {
            try await found(store) { $0.expiringBefore = WrittenRun.time(seconds) }
        }
        var runs = try await expired(12)
        try require(runs.isEmpty, "nothing expires before its time")
        runs = try await expired(12.5)
        try require(runs == ["soon"], "what expired is found")
        runs = try await expired(100)
        try require(runs == ["soon", "late"], "what never expires is not found")
        try await soon.append(.resumed(RunResumed(input: "x", agent: "a")))
        try await late.end()
        runs = try await expired(100)
        try require(runs.isEmpty, "what goes on or is over does not expire")
    }

    /// A run that waits for two decisions expires with the one that is still to be taken.
    private func findsWhatExpiresNext() async throws {
        let store = try await emptyStore()
        var run = try await WrittenRun(in: store)
        try await run.append(approval("1", expiresAfter: 8))
        try await run.append(approval("2", expiresAfter: 57))
        try await run.append(.paused(RunPaused(agent: "a", kind: .approval)))
        var runs = try await found(store) { $0.expiringBefore = WrittenRun.time(30) }
        try require(runs == ["r"], "an approval that expired is found")
        try await run.append(decision(2))
        runs = try await found(store) { $0.expiringBefore = WrittenRun.time(30) }
        try require(runs.isEmpty, "an approval that was decided does not expire")
        runs = try await found(store) { $0.expiringBefore = WrittenRun.time(61) }
        try require(runs == ["r"], "the next one does")
    }

    private func remembersWhatWasTold() async throws {
        let store = try await emptyStore()
        _ = try await WrittenRun(in: store, "running")
        var paused = try await WrittenRun(in: store, "paused")
        try await paused.pause()
        var ended = try await WrittenRun(in: store, "ended")
        try await ended.end()
        var runs = try await found(store) { $0.isUnnotified = true }
        try require(runs == ["paused", "ended"], "runs at rest are to be told of")
        try await store.markNotified("ended", through: 1)
        runs = try await found(store) { $0.isUnnotified = true }
        try require(runs == ["paused", "ended"], "what was told before the rest does not count")
        try await store.markNotified("ended", through: 2)
        try await store.markNotified("ended", through: 1)
        runs = try await found(store) { $0.isUnnotified = true }
        try require(runs == ["paused"], "what was told of once is not told of again")
        let code = await code { try await store.markNotified("unknown", through: 1) }
        try require(code == .unknownRun, "nobody is told of an unknown run")
    }

    private func tellsOfEachRest() async throws {
        let store = try await emptyStore()
        var run = try await WrittenRun(in: store)
        try await run.pause()
        try await store.markNotified("r", through: 2)
        try await run.append(.resumed(RunResumed(input: "x", agent: "a")))
        var runs = try await found(store) { $0.isUnnotified = true }
        try require(runs.isEmpty, "a run at work is not told of")
        try await run.pause()
        runs = try await found(store) { $0.isUnnotified = true }
        try require(runs == ["r"], "each rest is told of")
    }
}
