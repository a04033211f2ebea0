public import struct Foundation.Date

/// Something that happened in a run, as it is stored for good.
///
/// The events of a run, folded by `RunState.apply`, are the run: nothing else is needed to go on
/// after a crash, to replay it, or to show it. What each event means is the table in
/// `docs/events.md`; names and fields of its JSON form are public API.
@nonexhaustive
public enum RunEvent: Sendable, Hashable {
    case queued(RunQueued)
    case runStarted(RunStarted)
    case resumed(RunResumed)
    case recovered(RunRecovered)
    case forked(RunForked)
    case turnStarted(TurnStarted)
    case roundStarted(RoundStarted)
    case contextTrimmed(ContextTrimmed)
    case modelRetried(ModelRetried)
    case modelFellBack(ModelFellBack)
    case modelHedged(ModelHedged)
    case modelWaited(ModelWaited)
    case breakerChanged(BreakerChanged)
    case budgetReported(BudgetReported)
    case replied(Replied)
    case replyRejected(ReplyRejected)
    case roundFailed(RoundFailed)
    case roundCancelled(RoundCancelled)
    case toolStarted(ToolStarted)
    case toolProgressed(ToolProgressed)
    indirect case subrunProgressed(SubrunProgressed)
    case toolReturned(ToolReturned)
    case approvalRequested(ApprovalRequested)
    case approvalDecided(ApprovalDecided)
    case signalMatched(SignalMatched)
    case handedOff(HandedOff)
    case crewAsked(CrewAsked)
    case groupStarted(GroupStarted)
    case memberEnded(MemberEnded)
    case groupJoined(GroupJoined)
    case cancelRequested(CancelRequested)
    case paused(RunPaused)
    case warned(RunWarning)
    case runEnded(RunEnded)
}

/// A run event with its place in the run.
public struct StoredEvent: Sendable, Hashable {
    /// 1 for the first event of a run, without gaps.
    public var sequence: Int
    public var time: Date
    /// The group member it belongs to; absent for the run itself.
    public var branch: BranchID?
    public var event: RunEvent

    public init(sequence: Int, time: Date, branch: BranchID? = nil, event: RunEvent) {
        self.sequence = sequence
        self.time = time
        self.branch = branch
        self.event = event
    }
}
