import Synchronization

/// The live end of a run's log: a bounded window that any number of readers follow.
///
/// The writer never waits. A reader that falls out of the window goes back to the store for the
/// events and misses only deltas, whose finished message it gets; a reader that leaves costs
/// nothing. Readers are woken, they are never called.
final class EventFeed: Sendable {
    private struct State {
        var items: [FeedItem] = []
        /// How many items have left the window: the position of `items[0]`.
        var dropped = 0
        /// The sequence of the newest event that has left the window, or that precedes the feed.
        var baseSequence: Int
        /// The sequence of the newest event that was shown, or that precedes the feed.
        var newestSequence: Int
        /// Messages that are being made, by branch.
        var underWay = MessagesUnderWay()
        var isFinished = false
        var failure: CrewError?
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter = 0
    }

    private let state: Mutex<State>
    private let capacity: Int
    /// Tells the watchers of the process too.
    let tap: RunTap?

    /// - Parameter sequence: the last event that was stored before this feed began.
    init(after sequence: Int, capacity: Int, tap: RunTap? = nil) {
        precondition(capacity > 0, "a feed must hold at least one item")
        self.capacity = capacity
        self.tap = tap
        state = Mutex(State(baseSequence: sequence, newestSequence: sequence))
    }

    /// Shows events that have been stored.
    func publish(_ events: [StoredEvent]) {
        add(events.map(FeedItem.event))
        tap?.note(events.map(RunObservation.Item.event))
    }

    func publish(_ delta: MessageDelta) {
        add([.delta(delta)])
        if delta.index == 0 { tap?.note([.firstToken(delta.agent, branch: delta.branch)]) }
    }

    /// Nothing comes after this until the run goes on with a new feed.
    func finish(_ failure: CrewError? = nil) {
        wake { state in
            state.isFinished = true
            state.failure = failure
        }
    }

    private func add(_ items: [FeedItem]) {
        wake { state in
            state.items.append(contentsOf: items)
            for item in items {
                state.underWay.note(item)
                if case .event(let stored) = item { state.newestSequence = stored.sequence }
            }
            // Dropping in larger steps keeps the cost of an item constant.
            let surplus = state.items.count - capacity
            guard surplus > capacity / 2 else { return }
            for case .event(let stored) in state.items.prefix(surplus) {
                state.baseSequence = stored.sequence
            }
            state.items.removeFirst(surplus)
            state.dropped += surplus
        }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiters = state.withLock { state in
            change(&state)
            defer { state.waiters.removeAll() }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }
}

extension EventFeed {
    /// What a reader gets when it looks.
    enum Look {
        /// The items from its position on, and the position after them.
        case items([FeedItem], next: Int)
        /// It is up to date.
        case nothingYet
        /// What it needs has left the window: read the store first.
        case behind
        case finished(CrewError?)
    }

    /// The position from which a reader that has seen `sequence` goes on, or `nil` when the window
    /// no longer reaches back to it.
    func position(after sequence: Int) -> Int? {
        state.withLock { state in
            guard sequence >= state.baseSequence else { return nil }
            let index = state.items.lastIndex {
                if case .event(let stored) = $0 { return stored.sequence <= sequence }
                return false
            }
            return state.dropped + (index.map { $0 + 1 } ?? 0)
        }
    }

    /// What a reader sees first that has seen `sequence` and joins now: the events after it, then
    /// each message under way as one delta, and the position after all that; `nil` when the window
    /// no longer reaches back to it.
    func join(after sequence: Int) -> (items: [FeedItem], next: Int)? {
        guard let position = position(after: sequence) else { return nil }
        return state.withLock { state in
            guard position >= state.dropped else { return nil }
            let events = state.items.dropFirst(position - state.dropped).filter { item in
                if case .event = item { return true }
                return false
            }
            // Whoever is ahead of the feed has read the ends of messages that it holds for unfinished.
            let underWay = sequence <= state.newestSequence ? state.underWay.whole : []
            return (events + underWay.map(FeedItem.delta), state.dropped + state.items.count)
        }
    }

    func look(at position: Int, limit: Int) -> Look {
        state.withLock { state in
            guard position >= state.dropped else { return .behind }
            let available = state.items.dropFirst(position - state.dropped).prefix(limit)
            guard available.isEmpty else {
                return .items(Array(available), next: position + available.count)
            }
            return state.isFinished ? .finished(state.failure) : .nothingYet
        }
    }

    /// Returns when there may be something at `position`, or the task was cancelled.
    func waitForMore(than position: Int) async {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    let hasMore = position < state.dropped + state.items.count
                    guard !hasMore, !state.isFinished, !Task.isCancelled else { return true }
                    state.waiters[number] = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
        }
    }
}
