/// The events of a run from any point on, and the deltas of what is under way.
///
/// Iteration reads the store and then follows the run while it is live; it ends when the run is at
/// rest and everything was read. The first read of a run and a reconnect are the same thing.
public struct RunEvents: AsyncSequence, Sendable {
    public typealias Element = FeedItem

    public let run: RunID
    let start: Int
    let store: any RunStore
    let feed: EventFeed?

    public func makeAsyncIterator() -> Iterator {
        Iterator(run: run, sequence: start, store: store, feed: feed)
    }

    public struct Iterator: AsyncIteratorProtocol {
        /// Events that are fetched or handed out at once.
        static let batchLimit = 256

        let run: RunID
        /// The last event that was handed out.
        var sequence: Int
        let store: any RunStore
        let feed: EventFeed?
        private var position: Int?
        private var buffered: ArraySlice<FeedItem> = []

        init(run: RunID, sequence: Int, store: any RunStore, feed: EventFeed?) {
            self.run = run
            self.sequence = sequence
            self.store = store
            self.feed = feed
        }

        public mutating func next() async throws -> FeedItem? {
            if buffered.isEmpty {
                guard let batch = try await nextBatch() else { return nil }
                buffered = batch[...]
            }
            return buffered.removeFirst()
        }

        /// Everything that is there now, at most a few hundred items; waits while there is nothing.
        ///
        /// For writers that send many items in one go. Not to be mixed with `next()`.
        public mutating func nextBatch() async throws -> [FeedItem]? {
            while true {
                try Task.checkCancellation()
                position = position ?? feed?.position(after: sequence)
                guard let feed, let position else {
                    let stored = try await readStore()
                    if !stored.isEmpty { return stored }
                    // The store is read to its end: the feed's window must now reach us, or the
                    // run is at rest.
                    if feed?.position(after: sequence) == nil { return nil }
                    continue
                }
                switch feed.look(at: position, limit: Self.batchLimit) {
                case .items(let items, let next):
                    self.position = next
                    note(items)
                    return items
                case .behind: self.position = nil
                case .nothingYet: await feed.waitForMore(than: position)
                case .finished(let failure):
                    if let failure { throw failure }
                    return nil
                }
            }
        }

        private mutating func readStore() async throws -> [FeedItem] {
            let events = try await store.events(
                of: run, after: sequence, limit: Self.batchLimit)
            if let last = events.last { sequence = last.sequence }
            return events.map(FeedItem.event)
        }

        private mutating func note(_ items: [FeedItem]) {
            for case .event(let stored) in items { sequence = stored.sequence }
        }
    }
}
