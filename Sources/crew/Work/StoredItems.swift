import CrewKit
import CrewStore

/// What the store says of a run, again and again, while somebody without a server works it.
struct StoredItems: AsyncSequence, Sendable {
    typealias Element = FeedItem

    private static let pause: Duration = .milliseconds(300)

    let run: RunID
    let sequence: Int
    let store: SQLiteRunStore

    func makeAsyncIterator() -> Iterator {
        Iterator(run: run, sequence: sequence, store: store)
    }

    struct Iterator: AsyncIteratorProtocol {
        let run: RunID
        var sequence: Int
        let store: SQLiteRunStore
        private var items: ArraySlice<StoredEvent> = []

        init(run: RunID, sequence: Int, store: SQLiteRunStore) {
            self.run = run
            self.sequence = sequence
            self.store = store
        }

        mutating func next() async throws -> FeedItem? {
            while items.isEmpty {
                // Asked first: who ends between the two has stored everything by then.
                let isWorked = store.isOwned
                let record = try await store.record(of: run)
                items = try await store.events(of: run, after: sequence, limit: 500)[...]
                guard items.isEmpty else { break }
                guard isWorked, record?.isAtRest == false else { return nil }
                try await ContinuousClock().sleep(for: StoredItems.pause)
            }
            guard let stored = items.popFirst() else { return nil }
            sequence = stored.sequence
            return .event(stored)
        }
    }
}
