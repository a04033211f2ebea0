/// The id of an approval within its run: the sequence of the event that asked for it.
public struct ApprovalID: RawRepresentable, Sendable, Hashable, Codable, Comparable,
    CustomStringConvertible
{
    public let rawValue: Int

    public init(rawValue: Int) { self.rawValue = rawValue }

    public var description: String { String(rawValue) }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    public init(from decoder: any Decoder) throws {
        self.init(rawValue: try decoder.singleValueContainer().decode(Int.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

/// A tool call waits until a person allows or refuses it.
///
/// The event's sequence is the approval's id.
public struct ApprovalRequested: Sendable, Hashable, Codable {
    public var agent: AgentID
    public var call: ToolCall
    public var effect: ToolEffect
    public var reason: Reason
    /// Seconds after which the default decision is taken; absent means never.
    public var expiresAfterSeconds: Double?
    /// What is decided when nobody does in time.
    public var defaultDecision: ApprovalDecision

    /// Why a person is asked.
    public enum Reason: String, Sendable, Hashable, Codable {
        /// The tool asks for it before each call.
        case policy
        /// The call was started, its outcome is not known, and it cannot be undone.
        case unknownOutcome = "unknown_outcome"
    }

    enum CodingKeys: String, CodingKey {
        case agent, call, effect, reason
        case expiresAfterSeconds = "expires_after_seconds"
        case defaultDecision = "default_decision"
    }

    public init(
        agent: AgentID, call: ToolCall, effect: ToolEffect, reason: Reason,
        expiresAfterSeconds: Double? = nil, defaultDecision: ApprovalDecision = .refuse
    ) {
        self.agent = agent
        self.call = call
        self.effect = effect
        self.reason = reason
        self.expiresAfterSeconds = expiresAfterSeconds
        self.defaultDecision = defaultDecision
    }
}

/// What a person says to a call that waits.
public enum ApprovalDecision: String, Sendable, Hashable, Codable, CaseIterable {
    /// The call is made.
    case approve
    /// The call is not made, and the model is told so.
    case refuse
}

/// A waiting call was allowed or refused.
public struct ApprovalDecided: Sendable, Hashable, Codable {
    public var approval: ApprovalID
    public var decision: ApprovalDecision
    /// Why, for the model and the log.
    public var reason: String?
    public var source: Source
    /// With these the call is made instead of the model's own; absent where they stay as they are.
    public var arguments: JSONValue?

    /// Who decided.
    public enum Source: String, Sendable, Hashable, Codable {
        case person
        /// Nobody in time: the default decision.
        case expiry
    }

    public init(
        approval: ApprovalID, decision: ApprovalDecision, reason: String? = nil,
        source: Source = .person, arguments: JSONValue? = nil
    ) {
        self.approval = approval
        self.decision = decision
        self.reason = reason
        self.source = source
        self.arguments = arguments
    }
}

/// The run waits for a person.
public struct RunPaused: Sendable, Hashable, Codable {
    public var agent: AgentID
    public var kind: Kind
    /// Seconds after which an unanswered pause ends; absent means never.
    public var expiresAfterSeconds: Double?
    /// The answer that is taken when the pause expires; without one the run ends then.
    public var defaultAnswer: String?
    /// Who outside of the crew is to answer; absent for a person.
    public var party: String?
    /// What the outside party is asked; absent where the conversation says it.
    public var question: String?

    /// What ends the pause.
    public enum Kind: String, Sendable, Hashable, Codable {
        /// A text for the agent that waits.
        case input
        /// A decision on each call that waits.
        case approval
        /// Somebody who says that the run shall go on after its process died.
        case recovery
        /// The answer of something outside of the crew.
        case external

        /// Whether a text is waited for.
        public var takesAnswer: Bool { self == .input || self == .external }
    }

    enum CodingKeys: String, CodingKey {
        case agent, kind, party, question
        case expiresAfterSeconds = "expires_after_seconds"
        case defaultAnswer = "default_answer"
    }

    public init(
        agent: AgentID, kind: Kind = .input, expiresAfterSeconds: Double? = nil,
        defaultAnswer: String? = nil
    ) {
        self.agent = agent
        self.kind = kind
        self.expiresAfterSeconds = expiresAfterSeconds
        self.defaultAnswer = defaultAnswer
    }

    /// Logs of version 0.1 know no other kind than a pause for input.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            agent: try container.decode(AgentID.self, forKey: .agent),
            kind: try container.decodeIfPresent(Kind.self, forKey: .kind) ?? .input,
            expiresAfterSeconds: try container.decodeIfPresent(
                Double.self, forKey: .expiresAfterSeconds),
            defaultAnswer: try container.decodeIfPresent(String.self, forKey: .defaultAnswer))
        party = try container.decodeIfPresent(String.self, forKey: .party)
        question = try container.decodeIfPresent(String.self, forKey: .question)
    }
}

/// A paused or cancelled run goes on.
public struct RunResumed: Sendable, Hashable, Codable {
    /// What the person said; absent when the run just goes on.
    public var input: String?
    public var agent: AgentID
    public var source: ApprovalDecided.Source
    /// The request that makes it go on; absent when no request does.
    public var origin: RunOrigin?

    public init(
        input: String?, agent: AgentID, source: ApprovalDecided.Source = .person,
        origin: RunOrigin? = nil
    ) {
        self.input = input
        self.agent = agent
        self.source = source
        self.origin = origin
    }

    /// Logs of version 0.1 do not say who answered.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            input: try container.decodeIfPresent(String.self, forKey: .input),
            agent: try container.decode(AgentID.self, forKey: .agent),
            source: try container.decodeIfPresent(ApprovalDecided.Source.self, forKey: .source)
                ?? .person,
            origin: try container.decodeIfPresent(RunOrigin.self, forKey: .origin))
    }
}
