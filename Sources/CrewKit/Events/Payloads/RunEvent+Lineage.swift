/// An input was accepted for a session that is busy; the run starts when the session is free.
public struct RunQueued: Sendable, Hashable, Codable {
    public var crew: String
    public var input: String
    public var agent: AgentID
    public var session: SessionID
    /// Replaces the model of every agent; see `RunRequest.model`.
    public var model: String?
    /// The digest of the crew's definition then; absent when nobody made it from files.
    public var definition: String?
    /// Who asks; see `RunRequest.tenant`.
    public var tenant: String?
    /// The request that asks; absent when no request does.
    public var origin: RunOrigin?

    public init(
        crew: String, input: String, agent: AgentID, session: SessionID, model: String? = nil,
        definition: String? = nil, tenant: String? = nil, origin: RunOrigin? = nil
    ) {
        self.crew = crew
        self.input = input
        self.agent = agent
        self.session = session
        self.model = model
        self.definition = definition
        self.tenant = tenant
        self.origin = origin
    }
}

/// The run was taken up after the process that worked it had died.
///
/// What was under way then is settled by its kind: a model call is made again, and what was shown
/// of its message is void; a tool call that had started is made again, given up or asked about,
/// depending on its effect.
public struct RunRecovered: Sendable, Hashable, Codable {
    public var policy: RecoveryPolicy

    public init(policy: RecoveryPolicy) {
        self.policy = policy
    }
}

/// What becomes of unfinished runs when their crew is started again.
public enum RecoveryPolicy: String, Sendable, Hashable, Codable, CaseIterable {
    /// They go on.
    case resume
    /// They wait until somebody resumes them.
    case pause
    /// They end as failed.
    case fail
}

/// The run goes its own way from here: what precedes was copied from another run.
public struct RunForked: Sendable, Hashable, Codable {
    /// The run it was copied from.
    public var run: RunID
    /// The last event of that run that was copied.
    public var sequence: Int
    /// Said instead of what followed there; absent when the run just goes on.
    public var input: String?
    /// Replaces the model of every agent from here on.
    public var model: String?
    /// The request that asked for it; absent when no request did.
    public var origin: RunOrigin?

    // An event's own `sequence` is a field of the same object.
    enum CodingKeys: String, CodingKey {
        case run
        case sequence = "from_sequence"
        case input, model, origin
    }

    public init(run: RunID, sequence: Int, input: String? = nil, model: String? = nil) {
        self.run = run
        self.sequence = sequence
        self.input = input
        self.model = model
    }
}

/// Somebody wishes that the run ends before it would, once it has finished some of its work.
public struct CancelRequested: Sendable, Hashable, Codable {
    public var depth: StopDepth

    public init(depth: StopDepth) {
        self.depth = depth
    }
}
