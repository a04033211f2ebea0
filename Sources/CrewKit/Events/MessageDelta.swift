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
        /// All of the message so far, for a reader that joins while it is made: it takes the place
        /// of every earlier piece, and `index` is the one of the last piece in it.
        case soFar(text: String, reasoning: String)
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
