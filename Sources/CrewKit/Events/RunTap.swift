/// Tells the watchers of a process of one run.
struct RunTap: Sendable {
    let facts: RunFacts
    let activity: RunActivity

    init?(_ facts: RunFacts, _ activity: RunActivity?) {
        guard let activity else { return nil }
        self.facts = facts
        self.activity = activity
    }

    func note(_ items: [RunObservation.Item]) { activity.note(items, of: facts) }

    func measuring<Result>(
        _ count: Int, _ body: () async throws -> Result
    ) async rethrows -> Result {
        let began = activity.now()
        let result = try await body()
        note([.appended(count, in: activity.now() - began)])
        return result
    }
}
