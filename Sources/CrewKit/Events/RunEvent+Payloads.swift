/// A run was accepted.
public struct RunStarted: Sendable, Hashable, Codable {
    public var crew: String
    public var input: String
    public var agent: AgentID
    public var session: SessionID?
    /// The conversation before this run, so that a run's log explains itself.
    public var history: [ConversationEntry]
}

/// A paused run got its answer.
public struct RunResumed: Sendable, Hashable, Codable {
    public var input: String
    public var agent: AgentID
}

/// An agent's part of the run begins.
public struct TurnStarted: Sendable, Hashable, Codable {
    public var agent: AgentID
}

/// A model call is about to be made.
public struct RoundStarted: Sendable, Hashable, Codable {
    public var agent: AgentID
    /// 1 for the first model call since the run's last input.
    public var round: Int
    /// What is called, for people.
    public var model: String
}

/// Earlier messages were left out of a prompt to keep it within the window.
public struct ContextTrimmed: Sendable, Hashable, Codable {
    public var agent: AgentID
    public var droppedMessages: Int
    public var estimatedTokensBefore: Int
    public var estimatedTokensAfter: Int

    enum CodingKeys: String, CodingKey {
        case agent
        case droppedMessages = "dropped_messages"
        case estimatedTokensBefore = "estimated_tokens_before"
        case estimatedTokensAfter = "estimated_tokens_after"
    }
}

/// A model's reply is complete.
public struct Replied: Sendable, Hashable, Codable {
    public var agent: AgentID
    public var round: Int
    public var message: AgentMessage
    public var finish: FinishReason
    /// Absent when the endpoint did not say.
    public var usage: Usage?
    /// US dollars, where usage and price are known.
    public var cost: Double?
    public var model: String
}

/// A model call failed for good.
public struct RoundFailed: Sendable, Hashable, Codable {
    public var agent: AgentID
    public var round: Int
    public var failure: RunFailure
}

/// A tool is about to be called.
public struct ToolStarted: Sendable, Hashable, Codable {
    public var agent: AgentID
    public var call: ToolCall
    public var effect: ToolEffect
    public var idempotencyKey: String

    enum CodingKeys: String, CodingKey {
        case agent, call, effect
        case idempotencyKey = "idempotency_key"
    }
}

/// A tool call has its result.
public struct ToolReturned: Sendable, Hashable, Codable {
    public var agent: AgentID
    public var result: ToolResult
}

/// A reply's signal was read.
public struct SignalMatched: Sendable, Hashable, Codable {
    public var agent: AgentID
    /// As the crew spells it.
    public var signal: String
    public var level: SignalMatchLevel
    /// The agent or group it leads to; absent when it ends or pauses the run.
    public var target: String?
}

/// The run passed from one agent to another.
public struct HandedOff: Sendable, Hashable, Codable {
    public var from: AgentID
    public var to: AgentID
    public var reason: HandoffReason
}

/// Why an agent was handed to.
public enum HandoffReason: String, Sendable, Hashable, Codable {
    case signal, tool, group
    case routingDefault = "default"
    case handoffTarget = "handoff_target"
}

/// A group's members begin.
public struct GroupStarted: Sendable, Hashable, Codable {
    public var group: GroupID
    public var from: AgentID
    public var members: [Member]

    /// One agent of the group and the branch that its events carry.
    public struct Member: Sendable, Hashable, Codable {
        public var branch: BranchID
        public var agent: AgentID
    }
}

/// One member's part is over.
public struct MemberEnded: Sendable, Hashable, Codable {
    public var agent: AgentID
    public var outcome: RunOutcome
    /// What it said last; empty when it never finished a reply.
    public var text: String
}

/// A group's results were joined.
public struct GroupJoined: Sendable, Hashable, Codable {
    public var group: GroupID
    public var text: String
    public var succeeded: [AgentID]
    public var failed: [AgentID]
}

/// The run waits for a person.
public struct RunPaused: Sendable, Hashable, Codable {
    public var agent: AgentID
}

/// Something that deserves a look and changes nothing by itself.
public struct RunWarning: Sendable, Hashable, Codable {
    public var agent: AgentID?
    public var code: Code
    public var message: String

    /// What a warning is about, as a string that stays the same between versions.
    public struct Code: Identifier {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let severalSignals: Self = "several_signals"
        public static let signalExhausted: Self = "signal_exhausted"
        public static let partialGroup: Self = "partial_group"
        public static let replyCut: Self = "reply_cut"
        public static let unreadableToolCall: Self = "unreadable_tool_call"
        public static let modelRetried: Self = "model_retried"
        public static let modelFellBack: Self = "model_fell_back"
        public static let severalHandoffs: Self = "several_handoffs"
    }
}

/// The run is over.
public struct RunEnded: Sendable, Hashable, Codable {
    public var outcome: RunOutcome
    /// Over all of the run's model calls; absent when none was made.
    public var usage: Usage?
    public var cost: Double?
}
