/// The bounds within which a crew runs; each default is the one of the original.
public struct CrewSettings: Sendable, Hashable {
    /// Model calls that one input may take, over all agents outside groups. At least 1.
    public var maxRounds = 10
    /// Changes of agent that one input may take, group fan-outs included. 0 allows none.
    public var maxHandoffs = 5
    /// Wall-clock time for one input.
    public var timeout: Duration = .seconds(300)
    /// Wall-clock time for one member of a group that names none of its own.
    public var memberTimeout: Duration = .seconds(60)
    /// Wall-clock time for one tool call that names none of its own.
    public var toolTimeout: Duration = .seconds(5)
    /// Wall-clock time for all tool calls of one reply together.
    public var toolBatchTimeout: Duration = .seconds(30)
    /// The least time that one tool call gets, whatever it names itself.
    public var minToolTimeout: Duration = .milliseconds(100)
    /// The share of a call's time after whose use it raises a warning; 1 raises none.
    public var tightToolShare = 0.8
    /// Tool calls of one reply that run at the same time. At least 1.
    public var maxParallelTools = 8
    /// Tool calls of one reply; the rest get an error result.
    public var maxToolCallsPerRound = 32
    /// Which tool calls a person has to allow, for tools that do not say so themselves.
    public var toolApproval = ToolApproval.never
    public var toolWorkers = ToolWorkerSettings()
    /// How long a call waits for a decision before the default one is taken; absent means for ever.
    public var approvalTimeout: Duration? = .seconds(30 * 86_400)
    /// What is decided about a call that nobody decides about in time.
    public var approvalDefault = ApprovalDecision.refuse
    /// How long a run waits for a person's answer before it ends; absent means for ever.
    public var pauseTimeout: Duration? = .seconds(30 * 86_400)
    /// The answer that is taken when nobody gives one in time; without one the run ends then.
    public var pauseAnswer: String?
    /// Characters of one tool's output that a model is shown.
    public var maxToolOutput = 2_000
    /// Characters of tool output of one reply after which the model is shown no further output.
    public var maxTotalToolOutput = 4_000
    /// Estimated tokens of conversation that a model is sent.
    public var contextWindow = 32_000
    /// The share of the window that trimming frees, 0 to 1.
    public var contextTrimShare = 0.2
    /// Tokens that one input may spend, input and output together; absent means no bound.
    public var maxTokens: Int?
    /// What model calls may spend.
    public var budgets: [BudgetLimit] = []
    /// A file of prices that count before those of other tables.
    public var pricesFile: String?
    /// How a failed model call is made again.
    public var modelRetry = ModelRetryPolicy()
    /// A model call that takes longer raises a warning; absent means never.
    public var slowCall: Duration?
    /// How long what is known of an endpoint is kept after its last call.
    public var endpointLifetime: Duration = .seconds(3600)
    /// Which of several signals in one reply is followed.
    public var signalChoice = SignalChoice.last
    /// Also matches signals written without their diacritics.
    public var foldsDiacritics = false
    /// Whether the built-in signals (`[END]`, `[WAIT]`, …) act without being configured.
    public var usesBuiltInSignals = true
    /// What becomes of a run that began under another definition of the crew.
    public var changedDefinition = ChangedDefinition.goOn
    /// Whether inputs are looked at that try to give the agents other orders.
    public var suspicion = SuspicionSettings()
    public var language = "en"
    public var organization = ""
    /// Turns every warning about the definition into an error.
    public var isStrict = false
    /// Seconds of silence after which a stream carries a keep-alive.
    public var keepAlive: Duration = .seconds(30)
    /// Entries that a run's feed keeps for readers that are behind.
    public var feedBuffer = 256
    /// How long a reader of a stream may take nothing; the server's own time when absent.
    public var readerPatience: Duration?
    /// How often runs that are no longer kept are removed.
    public var pruningInterval: Duration = .seconds(300)
    /// Ended runs that are kept; the store's own number when absent.
    public var maxKeptRuns: Int?
    /// How often a server that is asked to end looks for runs still under way.
    public var shutdownCheck: Duration = .milliseconds(100)
    /// The largest input text in bytes of UTF-8.
    public var maxInputBytes = 40_960
    /// The largest single message of a client-supplied history in bytes of UTF-8.
    public var maxHistoryMessageBytes = 102_400

    public init() {}
}

/// What becomes of a run that is to go on under another definition of its crew.
public enum ChangedDefinition: String, Sendable, Hashable, CaseIterable {
    /// It goes on, with a warning.
    case goOn = "continue"
    /// A run that nobody woke waits until a person says that it shall go on; then as `goOn`.
    case pause
    /// It does not go on: what nobody woke ends as failed, and who wakes it is refused.
    case fail
}

/// Which of several signals in one reply is followed.
public enum SignalChoice: String, Sendable, Hashable, CaseIterable {
    case last, first, priority
}
