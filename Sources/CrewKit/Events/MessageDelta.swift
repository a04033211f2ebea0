/// A piece of a message that is still being made: shown while it lasts, never stored.
public struct MessageDelta: Sendable, Hashable {
    /// The group member it belongs to; absent for the run itself.
    public var branch: BranchID?
    public var agent: AgentID
    public var round: Int
    /// 0 for the first piece of the message.
    public var index: Int
    public var kind: Kind

    public enum Kind: Sendable, Hashable {
        case text(String)
        case reasoning(String)
        /// What was shown of this message so far is void; numbering goes on.
        case abandoned(because: CrewError.Code)
    }

    public init(branch: BranchID?, agent: AgentID, round: Int, index: Int, kind: Kind) {
        self.branch = branch
        self.agent = agent
        self.round = round
        self.index = index
        self.kind = kind
    }
}

/// What a reader of a run sees, in order.
@nonexhaustive
public enum FeedItem: Sendable, Hashable {
    case event(StoredEvent)
    case delta(MessageDelta)
}
