/// A run was accepted.
public struct RunStarted: Sendable, Hashable, Codable {
    public var crew: String
    public var input: String
    public var agent: AgentID
    public var session: SessionID?
    /// The conversation before this run, so that a run's log explains itself.
    public var history: [ConversationEntry]
    /// Replaces the model of every agent; see `RunRequest.model`.
    public var model: String?
    /// The call that this run works for; absent for a run of its own.
    public var caller: RunCaller?
    /// Who pays; see `RunRequest.tenant`.
    public var tenant: String?
    /// The digest of the crew's definition; absent when nobody made it from files.
    public var definition: String?
    /// The request that asked for it; absent when no request did.
    public var origin: RunOrigin?

    public init(
        crew: String, input: String, agent: AgentID, session: SessionID? = nil,
        history: [ConversationEntry], model: String? = nil, caller: RunCaller? = nil,
        tenant: String? = nil, definition: String? = nil, origin: RunOrigin? = nil
    ) {
        self.crew = crew
        self.input = input
        self.agent = agent
        self.session = session
        self.history = history
        self.model = model
        self.caller = caller
        self.tenant = tenant
        self.definition = definition
        self.origin = origin
    }
}

/// An agent's part of the run begins.
public struct TurnStarted: Sendable, Hashable, Codable {
    public var agent: AgentID

    public init(agent: AgentID) {
        self.agent = agent
    }
}

/// A model call is about to be made.
public struct RoundStarted: Sendable, Hashable, Codable {
    public var agent: AgentID
    /// 1 for the first model call since the run's last input.
    public var round: Int
    /// What is called, for people.
    public var model: String

    public init(agent: AgentID, round: Int, model: String) {
        self.agent = agent
        self.round = round
        self.model = model
    }
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

    public init(
        agent: AgentID, droppedMessages: Int, estimatedTokensBefore: Int, estimatedTokensAfter: Int
    ) {
        self.agent = agent
        self.droppedMessages = droppedMessages
        self.estimatedTokensBefore = estimatedTokensBefore
        self.estimatedTokensAfter = estimatedTokensAfter
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
    /// Attempts that came to nothing before this reply.
    public var lost: LostCalls?

    public init(
        agent: AgentID, round: Int, message: AgentMessage, finish: FinishReason,
        usage: Usage? = nil, cost: Double? = nil, model: String, lost: LostCalls? = nil
    ) {
        self.agent = agent
        self.round = round
        self.message = message
        self.finish = finish
        self.usage = usage
        self.cost = cost
        self.model = model
        self.lost = lost
    }
}

/// A model call failed for good.
public struct RoundFailed: Sendable, Hashable, Codable {
    public var agent: AgentID
    public var round: Int
    public var failure: RunFailure
    /// Attempts that came to nothing before the last one.
    public var lost: LostCalls?

    public init(agent: AgentID, round: Int, failure: RunFailure, lost: LostCalls? = nil) {
        self.agent = agent
        self.round = round
        self.failure = failure
        self.lost = lost
    }
}

/// A tool is about to be called.
public struct ToolStarted: Sendable, Hashable, Codable {
    public var agent: AgentID
    public var call: ToolCall
    public var effect: ToolEffect
    public var idempotencyKey: String
    /// True for a call that may be made again with the same key, whatever its effect.
    public var isRepeatable: Bool?

    enum CodingKeys: String, CodingKey {
        case agent, call, effect
        case idempotencyKey = "idempotency_key"
        case isRepeatable = "repeatable"
    }

    public init(
        agent: AgentID, call: ToolCall, effect: ToolEffect, idempotencyKey: String,
        isRepeatable: Bool? = nil
    ) {
        self.agent = agent
        self.call = call
        self.effect = effect
        self.idempotencyKey = idempotencyKey
        self.isRepeatable = isRepeatable
    }
}

/// A tool call has its result.
public struct ToolReturned: Sendable, Hashable, Codable {
    public var agent: AgentID
    public var result: ToolResult
    /// What runs that worked for the call spent; absent when there were none.
    public var usage: Usage?
    /// US dollars, of the same.
    public var cost: Double?

    public init(
        agent: AgentID, result: ToolResult, usage: Usage? = nil, cost: Double? = nil
    ) {
        self.agent = agent
        self.result = result
        self.usage = usage
        self.cost = cost
    }
}

/// The run is over.
public struct RunEnded: Sendable, Hashable, Codable {
    public var outcome: RunOutcome
    /// Over all of the run's model calls; absent when none was made.
    public var usage: Usage?
    public var cost: Double?
    /// Attempts at model calls that came to nothing; their usage is part of the whole.
    public var lostCalls: Int?

    enum CodingKeys: String, CodingKey {
        case outcome, usage, cost
        case lostCalls = "lost_calls"
    }

    public init(
        outcome: RunOutcome, usage: Usage? = nil, cost: Double? = nil, lostCalls: Int? = nil
    ) {
        self.outcome = outcome
        self.usage = usage
        self.cost = cost
        self.lostCalls = lostCalls
    }
}
