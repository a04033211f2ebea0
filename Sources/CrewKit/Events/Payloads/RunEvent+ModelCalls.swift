/// An attempt at a model call failed, and another one follows.
public struct ModelRetried: Sendable, Hashable, Codable {
    public var agent: AgentID
    public var round: Int
    /// The attempt that failed; 1 for the first.
    public var attempt: Int
    /// What the run waits before the next one.
    public var delaySeconds: Double
    /// A code of `CrewError`.
    public var reason: String

    enum CodingKeys: String, CodingKey {
        case agent, round, attempt, reason
        case delaySeconds = "delay_seconds"
    }

    public init(agent: AgentID, round: Int, attempt: Int, delaySeconds: Double, reason: String) {
        self.agent = agent
        self.round = round
        self.attempt = attempt
        self.delaySeconds = delaySeconds
        self.reason = reason
    }
}

/// A model failed for good, and another one takes the call.
public struct ModelFellBack: Sendable, Hashable, Codable {
    public var agent: AgentID
    public var round: Int
    /// The names of the models, for people.
    public var from: String
    public var to: String
    /// A code of `CrewError`.
    public var reason: String

    public init(agent: AgentID, round: Int, from: String, to: String, reason: String) {
        self.agent = agent
        self.round = round
        self.from = from
        self.to = to
        self.reason = reason
    }
}

/// A second call was made because the first one was slow to begin.
public struct ModelHedged: Sendable, Hashable, Codable {
    public var agent: AgentID
    public var round: Int
    public var afterSeconds: Double

    enum CodingKeys: String, CodingKey {
        case agent, round
        case afterSeconds = "after_seconds"
    }

    public init(agent: AgentID, round: Int, afterSeconds: Double) {
        self.agent = agent
        self.round = round
        self.afterSeconds = afterSeconds
    }
}

/// The limits of an endpoint made a call wait.
public struct ModelWaited: Sendable, Hashable, Codable {
    public var agent: AgentID
    public var round: Int
    public var endpoint: String
    public var seconds: Double

    public init(agent: AgentID, round: Int, endpoint: String, seconds: Double) {
        self.agent = agent
        self.round = round
        self.endpoint = endpoint
        self.seconds = seconds
    }
}

/// An endpoint is left alone because it keeps failing, or is asked again.
public struct BreakerChange: Sendable, Hashable, Codable {
    public var endpoint: String
    public var state: State
    /// For how long it is left alone; absent when it is asked again.
    public var pauseSeconds: Double?

    /// Whether the endpoint is asked.
    public enum State: String, Sendable, Hashable, Codable {
        /// It is asked.
        case closed
        /// It is left alone.
        case open
        /// One call finds out whether it answers.
        case trying
    }

    enum CodingKeys: String, CodingKey {
        case endpoint, state
        case pauseSeconds = "pause_seconds"
    }

    public init(endpoint: String, state: State, pauseSeconds: Double? = nil) {
        self.endpoint = endpoint
        self.state = state
        self.pauseSeconds = pauseSeconds
    }
}

/// A call of an agent changed what is known of an endpoint.
public struct BreakerChanged: Sendable, Hashable, Codable {
    public var agent: AgentID
    public var change: BreakerChange

    public init(agent: AgentID, change: BreakerChange) {
        self.agent = agent
        self.change = change
    }
}

/// A budget is nearly spent, was passed, or refused an agent's call.
public struct BudgetReported: Sendable, Hashable, Codable {
    public var agent: AgentID
    public var round: Int
    public var notice: BudgetNotice
    /// Attempts that came to nothing before the call was refused.
    public var lost: LostCalls?

    public init(
        agent: AgentID, round: Int, notice: BudgetNotice, lost: LostCalls? = nil
    ) {
        self.agent = agent
        self.round = round
        self.notice = notice
        self.lost = lost
    }
}

/// A model call was given up in the middle, and has spent something.
public struct RoundCancelled: Sendable, Hashable, Codable {
    public var agent: AgentID
    public var round: Int
    public var lost: LostCalls

    public init(agent: AgentID, round: Int, lost: LostCalls) {
        self.agent = agent
        self.round = round
        self.lost = lost
    }
}

/// A reply had not the shape that it has to have.
public struct ReplyRejected: Sendable, Hashable, Codable {
    public var agent: AgentID
    public var round: Int
    /// What is wrong with it, for the model and for people.
    public var problems: [String]
    /// Whether the model is asked once more.
    public var isRepaired: Bool

    enum CodingKeys: String, CodingKey {
        case agent, round, problems
        case isRepaired = "repaired"
    }

    public init(agent: AgentID, round: Int, problems: [String], isRepaired: Bool) {
        self.agent = agent
        self.round = round
        self.problems = problems
        self.isRepaired = isRepaired
    }
}

/// Attempts of a round before its last one that came to nothing, and what they are thought to have spent.
public struct LostCalls: Sendable, Hashable, Codable {
    public var attempts: Int
    /// Estimated: endpoints do not tell what a broken reply took.
    public var usage: Usage?
    /// US dollars, where the price is known.
    public var cost: Double?
    /// The agent's model, for people.
    public var model: String?

    public init(attempts: Int = 0, usage: Usage? = nil, cost: Double? = nil) {
        self.attempts = attempts
        self.usage = usage
        self.cost = cost
    }

    mutating func add(_ usage: Usage, cost: Double?) {
        self.usage = self.usage.map { $0 + usage } ?? usage
        if let cost { self.cost = (self.cost ?? 0) + cost }
    }
}
