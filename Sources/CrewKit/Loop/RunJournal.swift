import Foundation
import Synchronization

/// Numbers a run's events, stores them, and only then shows them.
///
/// Members of a group append at the same time, and so does who decides about a waiting call; one
/// after the other they pass here, so that what readers see is in the order of the log.
final class RunJournal: Sendable {
    fileprivate struct State {
        var lastSequence: Int
        /// Calls that wait for a decision.
        var openApprovals: [ApprovalID: BranchID?]
        /// What people said, stored, and not yet taken in by the loop.
        var said: [StoredEvent] = []
        var isAtRest = false
        var snapshotSequence: Int
    }

    let run: RunID
    let feed: EventFeed
    private let store: any RunStore
    private let now: @Sendable () -> Date
    /// Called before an event is shown with which the run comes to rest: whoever sees it may go on
    /// with the run at once.
    private let willRest: @Sendable () -> Void
    /// Events after which a run's snapshot is made anew.
    private let snapshotInterval: Int
    private let gate = SerialGate()
    fileprivate let state: Mutex<State>

    init(
        run: RunID, after sequence: Int, snapshotAt snapshotSequence: Int = 0,
        snapshotInterval: Int = 256, openApprovals: [ApprovalID: BranchID?] = [:],
        store: any RunStore, feed: EventFeed, now: @escaping @Sendable () -> Date,
        willRest: @escaping @Sendable () -> Void = {}
    ) {
        self.run = run
        self.feed = feed
        self.store = store
        self.now = now
        self.willRest = willRest
        self.snapshotInterval = snapshotInterval
        state = Mutex(
            State(
                lastSequence: sequence, openApprovals: openApprovals,
                snapshotSequence: snapshotSequence))
    }

    /// Stores and shows events.
    ///
    /// A pause for approval is not stored when a decision has come in the meantime; nothing is
    /// returned then.
    func append(_ events: [RunEvent], branch: BranchID?) async throws -> [StoredEvent] {
        await gate.enter()
        defer { gate.leave() }
        if events.contains(where: \.isApprovalPause), state.withLock({ !$0.said.isEmpty }) {
            return []
        }
        return try await store(events, branch: branch)
    }

    /// Stores and shows a decision about a call that waits, and leaves it for the loop to take in.
    ///
    /// - Throws: `unknownApproval`, or what the store throws.
    /// - Returns: false when the run has come to rest, so that nobody would take it in.
    func decide(_ decided: ApprovalDecided) async throws -> Bool {
        await gate.enter()
        defer { gate.leave() }
        let place = try state.withLock { state throws(CrewError) -> BranchID?? in
            if state.isAtRest { return nil }
            guard let branch = state.openApprovals[decided.approval] else {
                throw CrewError.unknownApproval(decided.approval, of: run)
            }
            return .some(branch)
        }
        guard let branch = place else { return false }
        _ = try await store([.approvalDecided(decided)], branch: branch, isSaid: true)
        return true
    }

    /// Stores and shows the wish that the run ends, and leaves it for the loop to take in.
    ///
    /// - Returns: false when the run has come to rest.
    func requestCancel(_ depth: StopDepth) async throws -> Bool {
        await gate.enter()
        defer { gate.leave() }
        guard !state.withLock({ $0.isAtRest }) else { return false }
        _ = try await store(
            [.cancelRequested(CancelRequested(depth: depth))], branch: nil, isSaid: true)
        return true
    }

    /// Stores and shows what happens within a call that is under way.
    ///
    /// Does nothing for a run at rest: a tool that was left behind may report what it likes.
    func report(_ event: RunEvent, branch: BranchID?) async throws {
        await gate.enter()
        defer { gate.leave() }
        guard !state.withLock({ $0.isAtRest }) else { return }
        _ = try await store([event], branch: branch, isSaid: event.isSubrun)
    }

    /// What people said since the last look.
    func takeWords() -> [StoredEvent] {
        state.withLock { state in
            defer { state.said = [] }
            return state.said
        }
    }

    /// - Parameter isSaid: true for what the loop has not decided itself and has to take in.
    private func store(
        _ events: [RunEvent], branch: BranchID?, isSaid: Bool = false
    ) async throws -> [StoredEvent] {
        let stored = numbered(events, branch: branch)
        if let tap = feed.tap {
            try await tap.measuring(stored.count) { try await store.append(stored, to: run) }
        } else {
            try await store.append(stored, to: run)
        }
        let rests = branch == nil && events.contains(where: \.isRest)
        state.withLock { state in
            state.lastSequence += stored.count
            state.isAtRest = state.isAtRest || rests
            for event in stored { state.noteApproval(event) }
            if isSaid { state.said += stored }
        }
        if rests { willRest() }
        feed.publish(stored)
        return stored
    }

    private func numbered(_ events: [RunEvent], branch: BranchID?) -> [StoredEvent] {
        let time = now()
        let first = state.withLock { $0.lastSequence } + 1
        return events.enumerated().map { offset, event in
            StoredEvent(sequence: first + offset, time: time, branch: branch, event: event)
        }
    }
}

extension RunJournal {
    /// Keeps the folded state when enough has happened since the last time.
    func saveSnapshotIfDue(of run: RunState) async {
        let sequence = state.withLock { state -> Int? in
            // A state that lacks what people said is not the one of the last event.
            guard state.said.isEmpty,
                state.lastSequence - state.snapshotSequence >= snapshotInterval
            else { return nil }
            state.snapshotSequence = state.lastSequence
            return state.lastSequence
        }
        guard let sequence, let snapshot = RunSnapshot(of: run, at: sequence) else { return }
        // A snapshot that is not kept costs time at the next opening and nothing else.
        try? await store.save(snapshot, of: self.run)
    }
}

extension RunJournal.State {
    mutating func noteApproval(_ stored: StoredEvent) {
        switch stored.event {
        case .approvalRequested:
            openApprovals[ApprovalID(rawValue: stored.sequence)] = .some(stored.branch)
        case .approvalDecided(let decided): openApprovals[decided.approval] = nil
        // What it waited for has been settled with it.
        case .memberEnded:
            openApprovals = openApprovals.filter { $0.value != stored.branch }
        default: break
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

    /// The state of the run says how far it is.
    fileprivate var isSubrun: Bool {
        if case .subrunProgressed = self { return true }
        return false
    }

    fileprivate var isApprovalPause: Bool {
        if case .paused(let paused) = self { return paused.kind == .approval }
        return false
    }
}

extension CrewError {
    static func unknownApproval(_ approval: ApprovalID, of run: RunID) -> CrewError {
        CrewError(
            .unknownApproval, "run '\(run)' has no call \(approval) that waits for a decision")
    }
}
