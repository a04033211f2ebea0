import Synchronization

/// How many runs are worked at the same time; further ones wait for room, tenants taking turns.
///
/// Runs that work for a call of another run are not counted: whoever waits for them has the room
/// already.
public final class RunAdmission: Sendable {
    /// How much room there is.
    public struct Limits: Sendable, Hashable {
        /// Runs that are worked at the same time. At least 1.
        public var maxRunning = 1_000
        /// Runs that wait for room; another one is refused, unless it is the only one of its tenant
        /// that would wait: for those there is a tenth more, so that nobody keeps the others out.
        public var maxWaiting = 1_000
        /// Of those, runs of one tenant; runs of nobody in particular are not bounded by this.
        public var maxWaitingPerTenant = 500

        public init() {}
    }

    fileprivate struct Entry {
        let tenant: String?
        var continuation: CheckedContinuation<Void, Never>?
        var isRunning: Bool
    }

    fileprivate struct State {
        var entries: [Int: Entry] = [:]
        var next = 0
        var running = 0
        /// Those who wait, oldest first.
        var queues: [String?: [Int]] = [:]
        /// The tenants of those queues; the first one has the next turn.
        var turns: [String?] = []

        var waiting: Int { entries.count - running }
    }

    public let limits: Limits
    private let state = Mutex(State())

    public init(_ limits: Limits = Limits()) {
        precondition(limits.maxRunning > 0, "a server must be able to run something")
        self.limits = limits
    }

    /// Runs that have room.
    public var running: Int { state.withLock { $0.running } }

    /// Runs that wait for room.
    public var waiting: Int { state.withLock { $0.waiting } }

    /// A run's right to room, or to wait for it. Given back when nobody has it any more.
    final class Ticket: Sendable {
        fileprivate let number: Int
        private let admission: RunAdmission

        fileprivate init(_ number: Int, of admission: RunAdmission) {
            self.number = number
            self.admission = admission
        }

        deinit { admission.leave(number) }

        /// Waits for room.
        ///
        /// - Throws: `CancellationError`.
        func turn() async throws { try await admission.turn(number) }

        /// Whether there is room.
        var isAdmitted: Bool { admission.isAdmitted(number) }

        /// Gives the room back.
        func leave() { admission.leave(number) }
    }

    /// - Parameter isNew: false for a run that was accepted before, which is not refused.
    /// - Throws: `tooManyRuns`.
    func reserve(for tenant: String?, isNew: Bool) throws(CrewError) -> Ticket {
        let number = state.withLock { state -> Int? in
            let isFree = state.running < limits.maxRunning && state.turns.isEmpty
            if isNew, !isFree, !hasRoom(for: tenant, in: state) { return nil }
            state.next += 1
            state.entries[state.next] = Entry(tenant: tenant, isRunning: isFree)
            if isFree {
                state.running += 1
            } else {
                if state.queues[tenant] == nil { state.turns.append(tenant) }
                state.queues[tenant, default: []].append(state.next)
            }
            return state.next
        }
        guard let number else {
            throw CrewError(
                .tooManyRuns, "all \(limits.maxRunning) places are taken, and as many wait as may",
                retryAfter: .seconds(2))
        }
        return Ticket(number, of: self)
    }

    private func hasRoom(for tenant: String?, in state: borrowing State) -> Bool {
        let own = state.queues[tenant]?.count ?? 0
        if own == 0 { return state.waiting < limits.maxWaiting + limits.maxWaiting / 10 + 1 }
        return state.waiting < limits.maxWaiting
            && (tenant == nil || own < limits.maxWaitingPerTenant)
    }

    private func isAdmitted(_ number: Int) -> Bool {
        state.withLock { $0.entries[number]?.isRunning == true }
    }

    private func turn(_ number: Int) async throws {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard let entry = state.entries[number], !entry.isRunning, !Task.isCancelled
                    else { return true }
                    state.entries[number]?.continuation = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                defer { state.entries[number]?.continuation = nil }
                return state.entries[number]?.continuation
            }
            continuation?.resume()
        }
        try Task.checkCancellation()
    }

    private func leave(_ number: Int) {
        let continuation = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard let entry = state.entries.removeValue(forKey: number) else { return nil }
            guard entry.isRunning else {
                state.forget(number, of: entry.tenant)
                return nil
            }
            state.running -= 1
            return state.admitNext(upTo: limits.maxRunning)
        }
        continuation?.resume()
    }
}

extension RunAdmission.State {
    fileprivate mutating func forget(_ number: Int, of tenant: String?) {
        queues[tenant]?.removeAll { $0 == number }
        guard queues[tenant]?.isEmpty == true else { return }
        queues[tenant] = nil
        turns.removeAll { $0 == tenant }
    }

    /// Gives the room that is free to the tenant whose turn it is, who is the last one then.
    fileprivate mutating func admitNext(
        upTo limit: Int
    ) -> CheckedContinuation<Void, Never>? {
        guard running < limit, let tenant = turns.first, let number = queues[tenant]?.first else {
            return nil
        }
        turns.removeFirst()
        turns.append(tenant)
        forget(number, of: tenant)
        running += 1
        entries[number]?.isRunning = true
        defer { entries[number]?.continuation = nil }
        return entries[number]?.continuation
    }
}
