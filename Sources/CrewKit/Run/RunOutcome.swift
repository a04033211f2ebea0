/// How a run came to rest. The first four are not errors.
@nonexhaustive
public enum RunOutcome: Sendable, Hashable {
    /// An agent's turn ended and nothing came after it.
    case completed
    /// The run waits for a person; `resume` goes on with this agent.
    case paused(at: AgentID)
    /// A signal ended the run.
    case terminated(by: String)
    /// A bound was reached.
    case limitReached(RunLimit)
    /// Somebody cancelled the run.
    case cancelled
    /// An agent failed for good, or the engine did.
    case failed(RunFailure)
}

/// A bound of a run.
public enum RunLimit: String, Sendable, Hashable, Codable {
    case rounds = "max_rounds"
    case handoffs = "max_handoffs"
    case time = "timeout_seconds"
    case tokens = "max_tokens"
    /// Nobody answered a pause in time.
    case pause = "pause_timeout_seconds"
    /// A model call did not fit into a budget.
    case budget
}

/// Why a run failed, in a form that can be stored.
public struct RunFailure: Sendable, Hashable, Codable {
    /// A code of `CrewError`.
    public var code: String
    public var message: String
    /// Whose turn it was.
    public var agent: AgentID?

    public init(code: String, message: String, agent: AgentID? = nil) {
        self.code = code
        self.message = message
        self.agent = agent
    }

    public init(_ error: CrewError, agent: AgentID?) {
        self.init(code: error.code.rawValue, message: error.message, agent: agent)
    }
}

extension RunOutcome {
    /// The name of the outcome, the same on every wire.
    public var name: String {
        switch self {
        case .completed: "completed"
        case .paused: "paused"
        case .terminated: "terminated"
        case .limitReached: "limit_reached"
        case .cancelled: "cancelled"
        case .failed: "failed"
        }
    }
}
