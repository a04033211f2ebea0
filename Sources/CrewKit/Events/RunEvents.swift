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
    /// Where a run is found again that has gone on while its log was read.
    var live: LiveRuns?
    /// True for whoever made the run go on: it is shown every piece of its messages.
    let isFirstReader: Bool

    public func makeAsyncIterator() -> Iterator {
        Iterator(
            run: run, sequence: start, store: store, feed: feed, live: live,
            isFirstReader: isFirstReader)
    }

    public struct Iterator: AsyncIteratorProtocol {
        /// Events that are fetched or handed out at once.
        static let batchLimit = 256

        let run: RunID
        /// The last event that was handed out.
        var sequence: Int
        let store: any RunStore
        private var feed: EventFeed?
        private let live: LiveRuns?
        private var position: Int?
        private var buffered: ArraySlice<FeedItem> = []
        /// True while nothing was missed of the messages under way.
        private var sawEverything: Bool

        init(
            run: RunID, sequence: Int, store: any RunStore, feed: EventFeed?, live: LiveRuns?,
            isFirstReader: Bool
        ) {
            self.run = run
            self.sequence = sequence
            self.store = store
            self.feed = feed
            self.live = live
            sawEverything = isFirstReader
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
                if position == nil, let joined = join(), !joined.isEmpty { return joined }
                guard let feed, let position else {
                    let stored = try await readStore()
                    if !stored.isEmpty { return stored }
                    // The store is read to its end: the feed's window must now reach us, or the
                    // run is at rest.
                    if feed != nil { continue }
                    if try await findFeed() { continue }
                    return nil
                }
                switch feed.look(at: position, limit: Self.batchLimit) {
                case .items(let items, let next):
                    self.position = next
                    let unseen = unseen(among: items)
                    if !unseen.isEmpty { return unseen }
                case .behind:
                    self.position = nil
                    sawEverything = false
                case .nothingYet: await feed.waitForMore(than: position)
                case .finished(let failure):
                    if let failure { throw failure }
                    return nil
                }
            }
        }

        /// Enters the feed's window where it reaches back to what was seen.
        private mutating func join() -> [FeedItem]? {
            if sawEverything {
                position = feed?.position(after: sequence)
                // Whoever reads the store first meets the window's messages half way.
                sawEverything = position != nil
                return []
            }
            guard let joined = feed?.join(after: sequence) else { return nil }
            position = joined.next
            note(joined.items)
            return joined.items
        }

        /// Looks whether the run was woken while its log was read.
        ///
        /// - Returns: false when there is nothing to wait for.
        private mutating func findFeed() async throws -> Bool {
            guard feed == nil, let record = try await store.record(of: run) else { return false }
            if record.lastSequence > sequence, record.isAtRest { return true }
            guard !record.isAtRest, let live else { return false }
            feed = live.queuedFeed(of: run)
            if feed == nil { feed = await live.settledJob(of: run)?.feed }
            if feed != nil { return true }
            // It may have come to rest between the two looks.
            return try await store.record(of: run).map { $0.lastSequence > sequence } ?? false
        }

        private mutating func readStore() async throws -> [FeedItem] {
            let events = try await store.events(
                of: run, after: sequence, limit: Self.batchLimit)
            if let last = events.last { sequence = last.sequence }
            return events.map(FeedItem.event)
        }

        /// The store holds an event a moment before the feed shows it: whoever read it there, or
        /// heard of it, is not shown it again.
        private mutating func unseen(among items: [FeedItem]) -> [FeedItem] {
            let seen = sequence
            note(items)
            guard case .event(let first)? = items.first(where: \.isEvent), first.sequence <= seen
            else { return items }
            sequence = Swift.max(seen, sequence)
            return items.filter { item in
                guard case .event(let stored) = item else { return true }
                return stored.sequence > seen
            }
        }

        private mutating func note(_ items: [FeedItem]) {
            for case .event(let stored) in items { sequence = stored.sequence }
        }
    }
}

extension FeedItem {
    fileprivate var isEvent: Bool {
        if case .event = self { return true }
        return false
    }
}
