/// A reply's signal was read.
public struct SignalMatched: Sendable, Hashable, Codable {
    public var agent: AgentID
    /// As the crew spells it.
    public var signal: String
    public var level: SignalMatchLevel
    /// The agent or group it leads to; absent when it ends or pauses the run.
    public var target: String?

    public init(agent: AgentID, signal: String, level: SignalMatchLevel, target: String? = nil) {
        self.agent = agent
        self.signal = signal
        self.level = level
        self.target = target
    }
}

/// The run passed from one agent to another.
public struct HandedOff: Sendable, Hashable, Codable {
    public var from: AgentID
    public var to: AgentID
    public var reason: HandoffReason
    /// What the next agent is told besides the conversation; absent when there is nothing.
    public var input: String?

    public init(from: AgentID, to: AgentID, reason: HandoffReason, input: String? = nil) {
        self.from = from
        self.to = to
        self.reason = reason
        self.input = input
    }
}

/// Why an agent was handed to.
public enum HandoffReason: String, Sendable, Hashable, Codable {
    case signal, tool, group, schema
    /// It makes one text of a group's results.
    case aggregate
    /// Another crew has answered.
    case subCrew = "sub_crew"
    case routingDefault = "default"
    case handoffTarget = "handoff_target"
}

/// Another crew is asked, in a run that works for a call that no model has made.
public struct CrewAsked: Sendable, Hashable, Codable {
    public var agent: AgentID
    /// Of the tool that asks the crew; its result is the crew's answer.
    public var call: ToolCall
    /// Who goes on with the answer.
    public var returnTo: AgentID

    enum CodingKeys: String, CodingKey {
        case agent, call
        case returnTo = "return_to"
    }

    public init(agent: AgentID, call: ToolCall, returnTo: AgentID) {
        self.agent = agent
        self.call = call
        self.returnTo = returnTo
    }
}

/// A group's members begin.
public struct GroupStarted: Sendable, Hashable, Codable {
    public var group: GroupID
    public var from: AgentID
    public var members: [Member]
    /// What the members are told besides the conversation; absent when there is nothing.
    public var input: String?

    /// One agent of the group and the branch that its events carry.
    public struct Member: Sendable, Hashable, Codable {
        public var branch: BranchID
        public var agent: AgentID

        public init(branch: BranchID, agent: AgentID) {
            self.branch = branch
            self.agent = agent
        }
    }

    public init(group: GroupID, from: AgentID, members: [Member], input: String? = nil) {
        self.group = group
        self.from = from
        self.members = members
        self.input = input
    }
}

/// One member's part is over.
public struct MemberEnded: Sendable, Hashable, Codable {
    public var agent: AgentID
    public var outcome: RunOutcome
    /// What it said last; empty when it never finished a reply.
    public var text: String

    public init(agent: AgentID, outcome: RunOutcome, text: String) {
        self.agent = agent
        self.outcome = outcome
        self.text = text
    }
}

/// A group's results were joined.
public struct GroupJoined: Sendable, Hashable, Codable {
    public var group: GroupID
    public var text: String
    public var succeeded: [AgentID]
    public var failed: [AgentID]
    /// Who goes on; absent in logs of earlier versions, where the crew says it.
    public var way: Way?

    /// Who makes one text of the results, and who reads it; the run ends where nobody does.
    public struct Way: Sendable, Hashable, Codable {
        public var aggregator: AgentID?
        public var next: AgentID?

        public init(aggregator: AgentID? = nil, next: AgentID? = nil) {
            self.aggregator = aggregator
            self.next = next
        }
    }

    public init(
        group: GroupID, text: String, succeeded: [AgentID], failed: [AgentID], way: Way? = nil
    ) {
        self.group = group
        self.text = text
        self.succeeded = succeeded
        self.failed = failed
        self.way = way
    }
}
