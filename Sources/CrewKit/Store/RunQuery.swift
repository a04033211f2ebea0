public import struct Foundation.Date

/// Which runs to list.
public struct RunQuery: Sendable, Hashable {
    /// Only runs of this crew.
    public var crew: String?
    /// Only runs of this conversation.
    public var session: SessionID?
    /// Whose runs.
    public var tenants = Tenants.all
    /// Only runs with one of these statuses; empty means all.
    public var statuses: Set<RunRecord.Status.Name> = []
    /// Only runs that something is decided about by default before this time.
    public var expiringBefore: Date?
    /// Only runs at rest whose rest nobody was told of; see `RunStore.markNotified`.
    public var isUnnotified = false
    /// Only runs that changed after this time.
    public var updatedAfter: Date?
    public var order = Order.newestFirst
    /// Goes on after a page's `next`.
    public var cursor: String?
    /// The most runs of one page, 1 to 1,000.
    public var limit = 50

    /// What every store takes the limit for.
    public var boundedLimit: Int { min(max(limit, 1), 1_000) }

    /// Whose runs are listed.
    public enum Tenants: Sendable, Hashable {
        case all
        /// Those of this tenant, or those of nobody in particular.
        case only(String?)
    }

    /// By the time of creation.
    public enum Order: Sendable, Hashable {
        case newestFirst, oldestFirst
    }

    public init(
        crew: String? = nil, session: SessionID? = nil, statuses: Set<RunRecord.Status.Name> = [],
        order: Order = .newestFirst, cursor: String? = nil, limit: Int = 50
    ) {
        self.crew = crew
        self.session = session
        self.statuses = statuses
        self.order = order
        self.cursor = cursor
        self.limit = limit
    }

    /// Whether a run belongs into the list, its page aside.
    public func matches(_ record: RunRecord, notifiedThrough sequence: Int) -> Bool {
        if let crew, record.crew != crew { return false }
        if let session, record.session != session { return false }
        if case .only(let tenant) = tenants, record.tenant != tenant { return false }
        if !statuses.isEmpty, !statuses.contains(record.status.name) { return false }
        if let expiringBefore, record.expiresAt.map({ $0 >= expiringBefore }) ?? true {
            return false
        }
        if let updatedAfter, record.updatedAt <= updatedAfter { return false }
        if isUnnotified { return record.isAtRest && sequence < record.lastSequence }
        return true
    }
}

/// Runs of a list, and where its next page begins.
public struct RunPage: Sendable, Hashable {
    public var runs: [RunRecord]
    /// The cursor of the next page; absent on the last one.
    public var next: String?

    public init(runs: [RunRecord], next: String? = nil) {
        self.runs = runs
        self.next = next
    }
}

extension RunRecord {
    /// True for a run that waits for a person or is over.
    public var isAtRest: Bool {
        switch status {
        case .queued, .running: false
        case .paused, .ended: true
        }
    }
}
