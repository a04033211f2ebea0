import Foundation
import Synchronization

/// Numbers a run's events, stores them, and only then shows them.
///
/// Members of a group append at the same time; one after the other they pass here, so that what
/// readers see is in the order of the log.
final class RunJournal: Sendable {
    let run: RunID
    let feed: EventFeed
    private let store: any RunStore
    private let now: @Sendable () -> Date
    /// Called before an event is shown with which the run comes to rest: whoever sees it may go on
    /// with the run at once.
    private let willRest: @Sendable () -> Void
    private let gate = SerialGate()
    private let lastSequence: Mutex<Int>

    init(
        run: RunID, after sequence: Int, store: any RunStore, feed: EventFeed,
        now: @escaping @Sendable () -> Date, willRest: @escaping @Sendable () -> Void = {}
    ) {
        self.run = run
        self.feed = feed
        self.store = store
        self.now = now
        self.willRest = willRest
        lastSequence = Mutex(sequence)
    }

    func append(_ events: [RunEvent], branch: BranchID?) async throws -> [StoredEvent] {
        await gate.enter()
        defer { gate.leave() }
        let stored = numbered(events, branch: branch)
        try await store.append(stored, to: run)
        lastSequence.withLock { $0 += stored.count }
        if branch == nil, events.contains(where: \.isRest) { willRest() }
        feed.publish(stored)
        return stored
    }

    private func numbered(_ events: [RunEvent], branch: BranchID?) -> [StoredEvent] {
        let time = now()
        let first = lastSequence.withLock { $0 } + 1
        return events.enumerated().map { offset, event in
            StoredEvent(sequence: first + offset, time: time, branch: branch, event: event)
        }
    }
}

extension RunEvent {
    fileprivate var isRest: Bool {
        switch self {
        case .paused, .runEnded: true
        default: false
        }
    }
}

/// Lets one task through at a time, in the order of arrival.
///
/// Waiting is not cancellable: what waits here are events that have to be stored.
final class SerialGate: Sendable {
    private struct State {
        var isTaken = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func enter() async {
        let isMine = state.withLock { state in
            guard !state.isTaken else { return false }
            state.isTaken = true
            return true
        }
        if isMine { return }
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.isTaken else {
                    state.isTaken = true
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.waiting.isEmpty else {
                state.isTaken = false
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
