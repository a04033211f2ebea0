/// Works one run, or one member of a group, until it is at rest.
///
/// The only place that appends events. Everything is stored before it changes the state and before
/// anybody sees it.
struct RunLoop: Sendable {
    private(set) var state: RunState
    let journal: RunJournal
    let performer: TurnPerformer
    let control: RunControl
    /// What a cancelled task means: that the run ends, or that another process goes on with it.
    let whenCancelled: Stop
    /// What a member stored, for its run to take in.
    private(set) var recorded: [StoredEvent] = []

    init(
        state: RunState, journal: RunJournal, performer: TurnPerformer, control: RunControl,
        whenCancelled: Stop = .cancelled
    ) {
        self.state = state
        self.journal = journal
        self.performer = performer
        self.control = control
        self.whenCancelled = whenCancelled
    }

    /// - Returns: how the run rests; `nil` when it was left for another process to go on with.
    /// - Throws: only what the store throws; a cancelled run ends with an outcome like any other.
    mutating func run() async throws -> RunOutcome? {
        while true {
            if state.member == nil { take(journal.takeWords()) }
            switch state.nextStep(stop: stop) {
            case .record(let events): try await record(events)
            case .startRound(let agent): try await record(performer.startRound(agent, in: state))
            case .callModel(let agent): try await callModel(of: agent)
            case .startTools(let agent, let calls):
                try await record(performer.startTools(calls, of: agent, in: state))
            case .callTools(let agent, let calls): try await callTools(calls, of: agent)
            case .runMembers(let group, let isStopping):
                try await runMembers(of: group, isStopping: isStopping)
            case .rest(let outcome): return outcome
            case .leave: return nil
            }
        }
    }

    /// A cancelled task stops the run even when nobody threw its switch.
    private var stop: Stop? {
        let wish = control.stop
        guard Task.isCancelled, wish?.depth != .now else { return wish }
        return whenCancelled
    }

    mutating func record(_ events: [RunEvent]) async throws {
        let stored = try await journal.append(events, branch: state.member?.branch)
        take(stored)
        if state.member == nil { await journal.saveSnapshotIfDue(of: state) }
    }

    /// Takes in events that are stored already.
    mutating func take(_ stored: [StoredEvent]) {
        for event in stored { state.apply(event) }
        if state.member != nil { recorded += stored }
    }

    private mutating func callModel(of agent: AgentID) async throws {
        let (journal, branch) = (journal, state.member?.branch)
        // `nil` means that the call was cancelled: the next step then ends the run.
        guard
            let events = await performer.callModel(
                of: agent, in: state,
                report: { try await journal.report($0, branch: branch) })
        else { return }
        try await record(events)
    }
}
