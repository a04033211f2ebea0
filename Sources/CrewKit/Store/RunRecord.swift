public import struct Foundation.Date

/// What is known of a run without reading its log.
public struct RunRecord: Sendable, Hashable, Codable {
    public let id: RunID
    public let crew: String
    public let session: SessionID?
    /// The run this one was forked from, or works for.
    public let parent: RunID?
    /// What the client names its request by, so that a repeated one is not a second run.
    public let idempotencyKey: IdempotencyKey?
    /// Whose run it is; absent for one of nobody in particular.
    public internal(set) var tenant: String?
    /// The request that made it go on last; absent when no request did.
    public internal(set) var origin: RunOrigin?
    public let createdAt: Date
    public internal(set) var updatedAt: Date
    public internal(set) var status: Status
    /// The sequence of the last event.
    public internal(set) var lastSequence = 0
    /// How the input begins, for lists.
    public internal(set) var title = ""
    /// The pause the run is in; absent when it is in none.
    public internal(set) var pause: Pause?
    /// Calls that wait for a decision, in the order in which they were asked for.
    public internal(set) var approvals: [Approval] = []
    /// Model calls that were completed, those of group members included.
    public internal(set) var modelCalls = 0
    /// What those calls spent, with what runs spent that worked for this one; absent when none was
    /// completed.
    public internal(set) var usage: Usage?
    /// US dollars, where usage and prices are known.
    public internal(set) var cost: Double?

    /// Where a run stands.
    public enum Status: Sendable, Hashable {
        /// It waits for its session.
        case queued
        case running
        case paused(at: AgentID)
        case ended(RunOutcome)

        /// A status without what belongs to it; the string is the same on every wire.
        public enum Name: String, Sendable, Hashable, Codable, CaseIterable {
            case queued, running, paused, ended
        }
    }

    /// A pause, and when it ends by itself.
    public struct Pause: Sendable, Hashable, Codable {
        public let sequence: Int
        public let kind: RunPaused.Kind
        public let agent: AgentID
        public let expiresAt: Date?
        /// Who outside of the crew is to answer; absent for a person.
        public let party: String?
        /// What the outside party is asked.
        public let question: String?
    }

    /// A call that waits for a decision.
    public struct Approval: Sendable, Hashable, Codable {
        public let id: ApprovalID
        /// The group member that asks; absent for the run itself.
        public let branch: BranchID?
        public let requestedAt: Date
        public let expiresAt: Date?
        public let request: ApprovalRequested
    }

    public init(
        id: RunID, crew: String, session: SessionID?, parent: RunID? = nil,
        idempotencyKey: IdempotencyKey? = nil, createdAt: Date
    ) {
        self.id = id
        self.crew = crew
        self.session = session
        self.parent = parent
        self.idempotencyKey = idempotencyKey
        self.createdAt = createdAt
        self.updatedAt = createdAt
        self.status = .running
    }

    /// When something about the run is decided by default; absent when nothing is.
    public var expiresAt: Date? {
        (approvals.map(\.expiresAt) + [pause?.expiresAt]).compactMap(\.self).min()
    }
}

/// What a client names its request by: a repeated request with the same key is the same run.
///
/// Draft: draft-ietf-httpapi-idempotency-key-header.
public struct IdempotencyKey: Sendable, Hashable, Codable {
    /// 1 to 255 characters of ASCII.
    public let text: String
    /// Tells whether the repeated request asks for the same.
    public let requestDigest: String

    public init(text: String, requestDigest: String) {
        self.text = text
        self.requestDigest = requestDigest
    }
}
