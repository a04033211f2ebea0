import CrewKit

extension RunStoreContract {
    func checkUsage() async throws {
        try await countsUsage()
        try await countsOnlyWhatIsStored()
        try await countsNothingTwice()
    }

    private func countsUsage() async throws {
        let store = try await emptyStore()
        let spent = Usage(inputTokens: 10, outputTokens: 2, cachedInputTokens: 4)
        for id in ["r1", "r2"] {
            var run = try await WrittenRun(in: store, RunID(id))
            try await run.append(.replied(reply(usage: spent, cost: 0.25)))
            try await run.append(.replied(reply()), branch: "g/1")
            try await run.append(.replied(reply(agent: "b", usage: spent)))
            try await run.append(.replied(reply(model: "n", usage: spent)))
        }
        _ = try await WrittenRun(in: store, "idle")
        let counts = try await store.usage(from: "1970-01-01", through: "1970-01-01")
        let names = counts.map { [$0.crew, $0.agent.rawValue, $0.model] }
        try require(
            names == [["c", "a", "m"], ["c", "a", "n"], ["c", "b", "m"]],
            "usage is counted for each agent and model, in their order")
        let sum = Usage(
            inputTokens: 20, outputTokens: 4, cachedInputTokens: 8, isComplete: false)
        try require(
            counts.first?.modelCalls == 4 && counts.first?.usage == sum
                && counts.first?.cost == 0.5,
            "usage is added up over runs; what was not told makes it partial")
        try require(
            counts.last?.usage.isComplete == true && counts.last?.cost == nil,
            "a cost that nobody told is not zero")
        try await checkDays(store)
    }

    private func checkDays(_ store: any RunStore) async throws {
        let counted = try await store.usage(from: "1970-01-01", through: "1970-01-01")
        let late = StoredEvent(
            sequence: 2, time: WrittenRun.time(86_400), event: .replied(reply()))
        try await store.append([late], to: "idle")
        let next = try await store.usage(from: "1970-01-02", through: "1970-01-31")
        try require(next.map(\.day) == ["1970-01-02"], "usage is counted for each day")
        let both = try await store.usage(from: "1970-01-01", through: "1970-01-02")
        try require(both == counted + next, "usage is listed by day, the last one included")
        for run in ["r1", "r2", "idle"] { try await store.delete(RunID(run)) }
        let kept = try await store.usage(from: "1970-01-01", through: "1970-01-02")
        try require(kept == both, "usage stays when its runs are deleted")
        let none = try await store.usage(from: "1971-01-01", through: "1999-12-31")
        try require(none.isEmpty, "days on which nothing was spent have no usage")
    }

    private func countsOnlyWhatIsStored() async throws {
        let store = try await emptyStore()
        let run = try await WrittenRun(in: store)
        let gap = WrittenRun.event(9, .replied(reply(usage: Usage(inputTokens: 1))))
        let code = await code { try await store.append([gap], to: run.id) }
        let counts = try await store.usage(from: "1970-01-01", through: "1970-01-01")
        try require(code == .conflict && counts.isEmpty, "what was refused is not counted")
    }

    /// A fork and an import begin with events that were counted elsewhere.
    private func countsNothingTwice() async throws {
        let store = try await emptyStore()
        var run = try await WrittenRun(in: store)
        try await run.append(.replied(reply(usage: Usage(inputTokens: 7))))
        let forked = RunForked(run: run.id, sequence: 2, input: nil, model: nil)
        try await store.create(
            RunRecord(
                id: "fork", crew: "c", session: nil, parent: run.id, createdAt: WrittenRun.time(3)),
            events: run.events + [WrittenRun.event(3, .forked(forked))])
        var counts = try await store.usage(from: "1970-01-01", through: "1970-01-01")
        try require(counts.map(\.modelCalls) == [1], "what a run begins with is not counted")
        let record = try await store.record(of: "fork")
        try require(record?.modelCalls == 1, "a record tells of what the run begins with")
        let further = WrittenRun.event(4, .replied(reply(usage: Usage(inputTokens: 2))))
        try await store.append([further], to: "fork")
        counts = try await store.usage(from: "1970-01-01", through: "1970-01-01")
        try require(
            counts.map(\.usage.inputTokens) == [9], "what a copied run spends itself is counted")
    }
}
