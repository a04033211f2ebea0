public import struct Foundation.Date

/// What is known of a run without reading its log.
public struct RunRecord: Sendable, Hashable {
    public let id: RunID
    public let crew: String
    public let session: SessionID?
    public let createdAt: Date
    public private(set) var updatedAt: Date
    public private(set) var status: Status
    /// The sequence of the last event.
    public private(set) var lastSequence: Int

    /// Where a run stands.
    public enum Status: Sendable, Hashable {
        case running
        case paused(at: AgentID)
        case ended(RunOutcome)
    }

    public init(id: RunID, crew: String, session: SessionID?, createdAt: Date) {
        self.id = id
        self.crew = crew
        self.session = session
        self.createdAt = createdAt
        self.updatedAt = createdAt
        self.status = .running
        self.lastSequence = 0
    }

    /// Takes in events that were appended: stores keep their records with this.
    public mutating func note(_ events: [StoredEvent]) {
        for stored in events {
            lastSequence = stored.sequence
            updatedAt = stored.time
            guard stored.branch == nil else { continue }
            switch stored.event {
            case .paused(let pause): status = .paused(at: pause.agent)
            case .resumed: status = .running
            case .runEnded(let end): status = .ended(end.outcome)
            default: break
            }
        }
    }
}
