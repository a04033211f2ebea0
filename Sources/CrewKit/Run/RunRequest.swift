/// One input for a crew.
public struct RunRequest: Sendable, Hashable {
    /// What the person says. 1 to `maxInputBytes` bytes of UTF-8.
    public var input: String
    /// The conversation this belongs to: what was said in its earlier runs is remembered.
    public var session: SessionID?
    /// A conversation that the caller brings along. Put before the input; not with a session.
    public var history: [ConversationEntry]
    /// Starts at this agent instead of the entry point.
    public var startAgent: AgentID?
    /// What happens when the session has a run under way.
    public var ifBusy = BusyPolicy.reject
    /// Replaces the model of every agent; what may stand here is for `ModelSet` to say.
    public var model: String?
    /// A second request with the same key is not a second run.
    public var idempotencyKey: IdempotencyKey?

    /// Who asks: whose run it is, and for budgets that are counted by tenant.
    public var tenant: String?
    /// The request that asks.
    public var origin: RunOrigin?

    /// The call of another run that this one works for; the engine's own tools set it.
    var caller: RunCaller?
    /// Works the run with this version of the crew; absent takes the present one.
    var version: CrewVersion?

    /// What becomes of an input for a session whose run is under way.
    public enum BusyPolicy: String, Sendable, Hashable, CaseIterable {
        /// It is refused.
        case reject
        /// It waits for its turn.
        case enqueue
        /// It takes the place of the other run, which is cancelled.
        case interrupt
    }

    public init(
        _ input: String, session: SessionID? = nil, history: [ConversationEntry] = [],
        startAgent: AgentID? = nil
    ) {
        self.input = input
        self.session = session
        self.history = history
        self.startAgent = startAgent
    }
}
