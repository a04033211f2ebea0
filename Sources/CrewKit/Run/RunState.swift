import struct Foundation.Date

/// A run, or one member of it, as its events tell it.
///
/// Pure: `apply` is the only place where anything changes, `nextStep` is the only place where
/// anything is decided, and neither waits. Resuming after a crash is folding the stored events and
/// asking for the next step.
struct RunState: Sendable {
    let crew: ValidatedCrew
    /// Absent for the run itself.
    let member: GroupStarted.Member?

    var phase: Phase = .new
    /// The pause that the run is in; it goes on from its phase when the pause is over.
    var pause: RunPaused?
    /// Where the run stood when it ended, for one that is resumed after that.
    var phaseBeforeEnd: Phase?
    /// The wish to end before the end that its log tells of.
    var cancelDepth: StopDepth?
    /// Whose turn it is or was.
    var turnOwner: AgentID?
    /// Replaces the model of every agent.
    var model: String?
    /// The call that the run works for.
    var caller: RunCaller?
    var session: SessionID?
    var tenant: String?
    /// The request that made it go on last.
    var origin: RunOrigin?
    /// The event with which the model call began that is under way.
    var roundSequence: Int?
    /// The digest of the crew's definition with which the run was worked last, where it is known.
    var definition: String?
    /// How often the limits began to count anew, the first time included.
    var allowances = 0
    var entries: [ConversationEntry] = []
    /// Since the last input.
    var rounds = 0
    var handoffs = 0
    /// Since the beginning; makes idempotency keys unique.
    var totalRounds = 0
    var totalHandoffs = 0
    var groups = 0
    var usage: Usage?
    var cost: Double?
    /// Calls since the beginning, those of group members included.
    var modelCalls = 0
    /// Attempts at model calls that came to nothing.
    var lostCalls = 0
    /// Tokens since the last input, as far as they are known.
    var tokens = 0
    /// The agent that makes one text of a group's results, while it is to begin or at work.
    var aggregating: Aggregating?
    /// Whether the model was asked to mend its last reply.
    var isRepairing = false
    /// How often each signal was followed since the last input.
    var followed: [String: Int] = [:]
    var lastSpeaker: AgentID?
    var lastText = ""

    /// Where a run stands; each case says where it may go.
    enum Phase: Sendable, Codable {
        /// Nothing has happened. Goes to `turnDue`.
        case new
        /// An agent is to begin. Goes to `roundUnderWay` or `ended`.
        case turnDue(AgentID)
        /// A model is being called. Goes to `toolsUnderWay`, `replyRead` or `roundFailed`.
        case roundUnderWay(AgentID)
        /// The model could not answer. Goes to `ended`.
        case roundFailed(AgentID, RunFailure)
        /// A reply had not the shape that it has to have. Goes to `roundUnderWay` or `ended`.
        case repairDue(AgentID)
        /// A budget left no room for the call. Goes to `ended`.
        case budgetSpent(AgentID, RunLimit)
        /// A reply asked for tools. Goes to `roundUnderWay`, `turnDue`, `groupUnderWay` or `ended`.
        case toolsUnderWay(AgentID, ToolBatch)
        /// A reply waits to be acted on. Goes to `turnDue`, `groupUnderWay`, `answerDue` or
        /// `ended`.
        case replyRead(AgentID)
        /// Members work. Goes to `groupRead`.
        case groupUnderWay(GroupProgress)
        /// A group's results wait to be acted on. Goes to `turnDue` or `ended`.
        case groupRead(from: AgentID, next: AgentID?)
        /// A person has to answer. Goes to `turnDue`.
        case answerDue(AgentID)
        /// Goes on only when somebody resumes it.
        case ended(RunOutcome)
    }

    init(crew: ValidatedCrew, member: GroupStarted.Member? = nil) {
        self.crew = crew
        self.member = member
    }

    /// A member that begins with what its run has said so far.
    init(member: GroupStarted.Member, of run: RunState) {
        self.crew = run.crew
        self.member = member
        self.entries = run.entries
        self.tokens = run.tokens
        self.model = run.model
        self.caller = run.caller
        self.session = run.session
        self.tenant = run.tenant
        self.origin = run.origin
        self.allowances = run.allowances
        self.turnOwner = member.agent
        self.phase = .turnDue(member.agent)
    }

    /// The run that a log tells of.
    init(crew: ValidatedCrew, replaying events: some Sequence<StoredEvent>) {
        self.init(crew: crew)
        for stored in events { apply(stored) }
    }

    /// Whether nothing is handed over: the agent's own words are all that counts.
    var isAlone: Bool {
        member != nil || caller?.isAlone == true
            || (aggregating != nil && aggregating?.agent == turnOwner)
    }

    /// How the run rests, when it does.
    var rest: RunOutcome? {
        if case .ended(let outcome) = phase { return outcome }
        return pause.map { .paused(at: $0.agent) }
    }

    /// Calls that wait for a decision, those of members included.
    var openApprovals: [ApprovalID: BranchID?] {
        switch phase {
        case .toolsUnderWay(_, let batch): batch.approvals.mapValues { _ in member?.branch }
        case .groupUnderWay(let progress):
            progress.states.values.reduce(into: [:]) { all, state in
                all.merge(state.openApprovals) { $1 }
            }
        default: [:]
        }
    }

    /// Runs that work for calls of this one, as far as its log tells.
    var openSubruns: [RunID] {
        switch phase {
        case .toolsUnderWay(_, let batch): batch.subruns.values.map(\.run)
        case .groupUnderWay(let progress): progress.states.values.flatMap(\.openSubruns)
        default: []
        }
    }

    /// True when nothing can be done before a person decides.
    var isWaitingForApproval: Bool {
        guard case .toolsUnderWay(_, let batch) = phase else { return false }
        return !batch.approvals.isEmpty && batch.due.isEmpty
    }
}

/// Who makes one text of a group's results, and who goes on then.
struct Aggregating: Sendable, Codable {
    let agent: AgentID
    let next: AgentID?
}

/// The tool calls of one reply and what has become of them.
struct ToolBatch: Sendable, Codable {
    private(set) var calls: [ToolCall]
    /// The other crew that a signal asked; absent for the calls of a reply.
    let asked: CrewAsked?
    /// Calls that were announced as started, with their effects.
    var started: [ToolCallID: ToolEffect] = [:]
    /// Calls that had been started when the process died: their outcome is unknown.
    var interrupted: Set<ToolCallID> = []
    /// Calls that wait for a decision.
    var approvals: [ApprovalID: ToolCallID] = [:]
    var decisions: [ToolCallID: ApprovalDecided] = [:]
    var results: [ToolCallID: ToolResult] = [:]
    /// How far this log repeats those of runs that work for a call.
    var subruns: [ToolCallID: SubrunPlace] = [:]

    init(calls: [ToolCall]) {
        self.calls = calls
        asked = nil
    }

    init(asking asked: CrewAsked) {
        calls = [asked.call]
        self.asked = asked
    }

    /// Takes in what a person said of a call; other arguments are those that it is made with.
    mutating func decide(_ decided: ApprovalDecided, about call: ToolCallID) {
        decisions[call] = decided
        guard decided.decision == .approve else { return }
        interrupted.remove(call)
        guard let arguments = decided.arguments,
            let index = calls.firstIndex(where: { $0.id == call })
        else { return }
        calls[index].arguments = arguments
        // It is another call now, and is announced as one.
        started[call] = nil
    }

    var unfinished: [ToolCall] { calls.filter { results[$0.id] == nil } }

    /// Unfinished calls that wait for nobody.
    var due: [ToolCall] {
        let waiting = Set(approvals.values)
        return unfinished.filter { !waiting.contains($0.id) }
    }
}

/// A group while its members work.
struct GroupProgress: Sendable, Codable {
    let started: GroupStarted
    let startedAt: Date
    var states: [BranchID: RunState]
    var ended: [BranchID: MemberEnded] = [:]

    /// What became of members so far, in the group's order.
    var inOrder: [MemberEnded] { started.members.compactMap { ended[$0.branch] } }

    var unfinished: [GroupStarted.Member] {
        started.members.filter { ended[$0.branch] == nil }
    }

    /// Unfinished members that wait for nobody.
    var due: [GroupStarted.Member] {
        unfinished.filter { states[$0.branch]?.isWaitingForApproval != true }
    }
}
