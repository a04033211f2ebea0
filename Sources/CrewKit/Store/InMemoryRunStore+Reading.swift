import Synchronization

extension InMemoryRunStore {
    public func record(of run: RunID) async throws -> RunRecord? {
        state.withLock { $0.logs[run]?.record }
    }

    public func record(withIdempotencyKey key: String) async throws -> RunRecord? {
        state.withLock { state in state.keys[key].flatMap { state.logs[$0]?.record } }
    }

    public func runs(matching query: RunQuery) async throws -> RunPage {
        let start = try query.cursor.map { cursor throws(CrewError) in
            guard let number = Int(cursor) else { throw CrewError.unknownCursor }
            return number
        }
        return state.withLock { state in
            let candidates =
                query.session.map { state.sessions[$0] ?? [] } ?? Array(state.logs.keys)
            let isOldestFirst = query.order == .oldestFirst
            let matching = candidates.compactMap { state.logs[$0] }
                .filter { log in
                    start.map { isOldestFirst ? log.number > $0 : log.number < $0 } ?? true
                }
                .filter { query.matches($0.record, notifiedThrough: $0.notifiedThrough) }
                .sorted { isOldestFirst ? $0.number < $1.number : $0.number > $1.number }
            let page = matching.prefix(query.boundedLimit)
            let hasMore = matching.count > page.count
            return RunPage(
                runs: page.map(\.record), next: hasMore ? page.last.map { String($0.number) } : nil)
        }
    }

    public func markNotified(_ run: RunID, through sequence: Int) async throws {
        try change(run) { $0.notifiedThrough = max($0.notifiedThrough, sequence) }
    }

    public func save(_ snapshot: RunSnapshot, of run: RunID) async throws {
        try change(run) { $0.snapshot = snapshot }
    }

    public func snapshot(of run: RunID) async throws -> RunSnapshot? {
        state.withLock { $0.logs[run]?.snapshot }
    }

    public func save(_ artifact: Artifact, bytes: [UInt8], of run: RunID) async throws {
        try artifact.check(bytes)
        try change(run) { $0.artifacts[artifact.name] = (artifact, bytes) }
    }

    public func artifacts(of run: RunID) async throws -> [Artifact] {
        state.withLock { state in
            (state.logs[run]?.artifacts.values).map {
                $0.map(\.artifact).sorted { $0.name < $1.name }
            }
                ?? []
        }
    }

    public func bytes(ofArtifact name: String, of run: RunID) async throws -> [UInt8]? {
        state.withLock { $0.logs[run]?.artifacts[name]?.bytes }
    }

    public func usage(from first: String, through last: String) async throws -> [UsageCount] {
        state.withLock { state in
            state.usage.values.filter { (first...max(first, last)).contains($0.day) }
                .sorted { UsageKey(of: $0) < UsageKey(of: $1) }
        }
    }

    public func health() async -> StoreHealth { .working }

    private func change(_ run: RunID, _ change: (inout Log) -> Void) throws {
        try state.withLock { state in
            guard var log = state.logs.removeValue(forKey: run) else {
                throw CrewError.unknownRun(run)
            }
            change(&log)
            state.logs[run] = log
        }
    }
}

extension CrewError {
    /// What every store says to a cursor that is not its own.
    public static var unknownCursor: CrewError {
        CrewError(.invalidInput, "the cursor is not one of this list")
    }
}
