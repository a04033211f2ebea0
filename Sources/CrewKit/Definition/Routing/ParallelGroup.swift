/// Agents that work on the same input at the same time.
public struct ParallelGroup: Sendable, Hashable {
    /// In the order in which their results are joined.
    public var agents: [AgentID]
    public var join: GroupJoin
    public var aggregation: Aggregation
    /// Each member's own deadline; the crew's when absent.
    public var timeout: Duration?
    /// Who reads the joined results; the run ends with them when absent.
    public var nextAgent: AgentID?
    public var description: String

    public init(
        agents: [AgentID], join: GroupJoin = GroupJoin(.all), aggregation: Aggregation = .text,
        timeout: Duration? = nil, nextAgent: AgentID? = nil, description: String = ""
    ) {
        self.agents = agents
        self.join = join
        self.aggregation = aggregation
        self.timeout = timeout
        self.nextAgent = nextAgent
        self.description = description
    }
}

/// When a group has enough results, and what becomes of the members that are still at work then.
///
/// Whatever a member has finished by then is kept and joined, also when it is cancelled.
public struct GroupJoin: Sendable, Hashable {
    public var policy: Policy
    /// Whether enough results cancel the members still at work; otherwise the group waits for them.
    public var cancelsSiblings: Bool

    public enum Policy: Sendable, Hashable {
        /// All members have ended; one success is enough to go on.
        case all
        /// One member has succeeded.
        case first
        /// So many members have succeeded; fewer fail the group. At least 1.
        case quorum(Int)
        /// One member has succeeded with a text that passes the test.
        case firstValid(ResultTest)
        /// All members have ended, or the deadline has passed; fewer successes than `minimum` fail the
        /// group.
        case bestEffort(minimum: Int, deadline: Duration)
    }

    /// What makes a member's text a result.
    public enum ResultTest: Sendable, Hashable {
        /// A regular expression matches somewhere in it.
        case pattern(String)
        /// It is a JSON object of this schema.
        case schema(JSONValue)
    }

    public init(_ policy: Policy, cancelsSiblings: Bool = true) {
        self.policy = policy
        self.cancelsSiblings = cancelsSiblings
    }
}

/// What is made of the texts of a group's members.
public enum Aggregation: Sendable, Hashable {
    /// One block for each member, as the original writes them.
    case text
    /// A JSON array of objects with `agent`, `outcome`, and `text` or, where a text is JSON, `value`.
    case json
    /// A Markdown table of agents and texts.
    case table
    /// Like `text`, with equal texts once, under the names of all who said it.
    case dedupe
    /// The text that most members gave, the earlier one of equals, with the count of votes.
    case vote
    /// This agent reads the texts and makes one of them, before the group's next agent goes on.
    case agent(AgentID)
}
