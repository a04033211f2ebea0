import CrewKit

extension RunStoreContract {
    func checkLists() async throws {
        try await listsSessions()
        try await filters()
        try await listsOfTenants()
        try await endsWithTheLastPage()
        try await turnsPagesWhileRunsCome(order: .newestFirst)
        try await turnsPagesWhileRunsCome(order: .oldestFirst)
        try await turnsPagesWhileRunsGo()
        try await refusesForeignCursors()
    }

    private func ids(_ store: any RunStore, _ query: RunQuery) async throws -> [RunID] {
        try await store.runs(matching: query).runs.map(\.id)
    }

    private func listsSessions() async throws {
        let store = try await emptyStore()
        for (run, session) in [("r1", "s"), ("r2", "other"), ("r3", "s")] {
            _ = try await WrittenRun(in: store, RunID(run), session: SessionID(session))
        }
        let runs = try await store.runs(in: "s")
        try require(runs.map(\.id) == ["r1", "r3"], "a session lists its runs, oldest first")
        let newest = try await store.newestRun(in: "s")
        try require(newest?.id == "r3", "a session knows its newest run")
        let none = try await store.runs(in: "unknown")
        try require(none.isEmpty, "an unknown session has no runs")
    }

    private func filters() async throws {
        let store = try await emptyStore()
        _ = try await WrittenRun(in: store, "running", crew: "one", session: "s")
        var paused = try await WrittenRun(in: store, "paused", crew: "two", session: "s")
        try await paused.pause()
        var ended = try await WrittenRun(in: store, "ended", crew: "two")
        try await ended.append(.turnStarted(TurnStarted(agent: "a")))
        try await ended.end()
        let all = try await ids(store, RunQuery())
        try require(all == ["ended", "paused", "running"], "runs are listed newest first")
        let oldest = try await ids(store, RunQuery(order: .oldestFirst))
        try require(oldest == all.reversed(), "runs can be listed oldest first")
        let crew = try await ids(store, RunQuery(crew: "two"))
        try require(crew == ["ended", "paused"], "a list can be of one crew")
        let resting = try await ids(store, RunQuery(statuses: [.paused, .ended]))
        try require(resting == ["ended", "paused"], "a list can be of some statuses")
        let narrow = try await ids(store, RunQuery(crew: "two", session: "s", statuses: [.paused]))
        try require(narrow == ["paused"], "all of a list's filters hold")
        var recent = RunQuery()
        recent.updatedAfter = WrittenRun.time(2)
        let changed = try await ids(store, recent)
        try require(changed == ["ended"], "a list can be of what changed after a time")
    }

    private func listsOfTenants() async throws {
        let store = try await emptyStore()
        _ = try await WrittenRun(in: store, "nobody")
        for (run, tenant) in [("a1", "a"), ("b1", "b"), ("a2", "a")] {
            let started = RunStarted(crew: "c", input: "x", agent: "a", history: [], tenant: tenant)
            _ = try await WrittenRun(in: store, RunID(run), beginningWith: .runStarted(started))
        }
        var query = RunQuery()
        query.tenants = .only("a")
        let own = try await ids(store, query)
        try require(own == ["a2", "a1"], "a list can be of one tenant")
        query.limit = 1
        let first = try await store.runs(matching: query)
        query.cursor = first.next
        let second = try await store.runs(matching: query)
        try require(
            first.runs.map(\.id) == ["a2"] && second.runs.map(\.id) == ["a1"] && second.next == nil,
            "pages of a tenant's list hold nothing of others")
        query = RunQuery()
        query.tenants = .only(nil)
        let nobodys = try await ids(store, query)
        try require(nobodys == ["nobody"], "a list can be of runs that are nobody's")
        let record = try await store.record(of: "b1")
        try require(record?.tenant == "b", "a record knows its tenant")
    }

    private func endsWithTheLastPage() async throws {
        let store = try await emptyStore()
        let empty = try await store.runs(matching: RunQuery())
        try require(empty.runs.isEmpty && empty.next == nil, "an empty list has one page")
        for number in 1...4 { _ = try await WrittenRun(in: store, RunID("r\(number)")) }
        let whole = try await store.runs(matching: RunQuery(limit: 4))
        try require(whole.runs.count == 4 && whole.next == nil, "a full last page has no next one")
        let first = try await store.runs(matching: RunQuery(limit: 3))
        try require(
            first.runs.count == 3 && first.next != nil, "a page that is not the last has one")
        let last = try await store.runs(matching: RunQuery(cursor: first.next, limit: 3))
        try require(
            last.runs.map(\.id) == ["r1"] && last.next == nil, "the last page ends the list")
        for limit in [0, -1, .min] {
            let page = try await store.runs(matching: RunQuery(limit: limit))
            try require(
                page.runs.map(\.id) == ["r4"] && page.next != nil,
                "a page has at least one run, whatever its limit")
        }
        let all = try await ids(store, RunQuery(limit: .max))
        try require(all.count == 4, "the limit of a page may be as large as a number")
    }

    /// No run is listed twice, and none that was there from the beginning is left out.
    private func turnsPagesWhileRunsCome(order: RunQuery.Order) async throws {
        let store = try await emptyStore()
        let first = (1...7).map { RunID("r\($0)") }
        for run in first { _ = try await WrittenRun(in: store, run) }
        var told: [RunID] = []
        var cursor: String?
        repeat {
            let query = RunQuery(order: order, cursor: cursor, limit: 2)
            let page = try await store.runs(matching: query)
            told += page.runs.map(\.id)
            cursor = page.next
            guard told.count < 20 else { break }
            _ = try await WrittenRun(in: store, RunID("new\(told.count)"))
        } while cursor != nil
        try require(Set(told).count == told.count, "no run is on two pages")
        let old = told.filter { first.contains($0) }
        let expected = order == .oldestFirst ? first : first.reversed()
        try require(old == expected, "runs that come while pages are turned push none out")
        if order == .newestFirst {
            try require(told.count == 7, "a list that goes back in time does not show what came")
        }
    }

    private func turnsPagesWhileRunsGo() async throws {
        let store = try await emptyStore()
        for number in 1...6 { _ = try await WrittenRun(in: store, RunID("r\(number)")) }
        let first = try await store.runs(matching: RunQuery(limit: 2))
        for run in ["r5", "r6", "r3"] { try await store.delete(RunID(run)) }
        let rest = try await ids(store, RunQuery(cursor: first.next, limit: 9))
        try require(
            rest == ["r4", "r2", "r1"], "runs that go while pages are turned take none along")
    }

    private func refusesForeignCursors() async throws {
        let store = try await emptyStore()
        for cursor in ["", "x", "1 OR 1", "99999999999999999999"] {
            let code = await code { _ = try await store.runs(matching: RunQuery(cursor: cursor)) }
            try require(code == .invalidInput, "a cursor that no list made is refused")
        }
    }
}
