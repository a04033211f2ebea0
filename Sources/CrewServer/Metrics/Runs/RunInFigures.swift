import CrewKit

/// What is known of a run that is under way.
struct RunInFigures: Sendable {
    /// When it began or went on.
    private var began: ContinuousClock.Instant
    private(set) var lastSeen: ContinuousClock.Instant
    private var isQueued = false
    private var parts: [BranchID?: PartInFigures] = [:]

    init(firstSeen instant: ContinuousClock.Instant) {
        began = instant
        lastSeen = instant
    }

    mutating func take(_ stored: StoredEvent, into changes: inout FigureChanges) {
        lastSeen = changes.instant
        switch stored.event {
        case .queued, .runStarted, .forked, .resumed, .recovered:
            begin(stored.event, &changes)
        case .paused(let paused):
            guard stored.branch == nil else { return }
            pause(paused, &changes)
        case .runEnded(let ended): end(ended, &changes)
        case .memberEnded(let ended):
            parts[stored.branch]?.end(.init(ended.outcome), &changes)
            parts[stored.branch] = nil
        case .groupStarted(let group):
            changes.count(.groups, changes.crew, group.group.rawValue)
            parts[stored.branch]?.end(.completed, &changes)
        case .warned(let warning):
            changes.count(.warnings, changes.crew, warning.code.rawValue)
        case .approvalDecided(let decided):
            changes.count(
                .approvalsDecided, changes.crew, decided.decision.rawValue,
                decided.source.rawValue)
        // The other run is seen itself.
        case .subrunProgressed, .toolProgressed, .cancelRequested, .groupJoined: break
        default:
            parts[stored.branch, default: PartInFigures()].take(stored.event, into: &changes)
        }
    }

    mutating func beginReply(
        on branch: BranchID?, _ crew: String, _ instant: ContinuousClock.Instant
    ) -> [FigureChange] {
        parts[branch]?.beginReply(crew, instant).map { [$0] } ?? []
    }

    private mutating func begin(_ event: RunEvent, _ changes: inout FigureChanges) {
        switch event {
        case .queued:
            isQueued = true
            changes.count(.runsQueued, changes.crew)
        case .runStarted:
            if isQueued { changes.time(.sessionWait, since: began, changes.crew) }
            (isQueued, began) = (false, changes.instant)
            changes.count(.runsStarted, changes.crew, changes.kind)
        case .forked: changes.count(.runsStarted, changes.crew, changes.kind)
        case .resumed(let resumed):
            changes.count(.runsResumed, changes.crew, resumed.source.rawValue)
        default: changes.count(.runsResumed, changes.crew, "restart")
        }
    }

    private mutating func pause(_ paused: RunPaused, _ changes: inout FigureChanges) {
        // A turn that waits for a decision, or was interrupted, goes on later.
        if paused.kind.takesAnswer { parts[nil]?.end(.completed, &changes) }
        changes.count(.runPauses, changes.crew, paused.kind.rawValue)
        changes.time(.runDuration, since: began, changes.crew, "paused")
    }

    private mutating func end(_ ended: RunEnded, _ changes: inout FigureChanges) {
        let outcome = ended.outcome
        for branch in parts.keys { parts[branch]?.end(.init(outcome), &changes) }
        changes.count(.runsEnded, changes.crew, changes.kind, outcome.name)
        if !isQueued { changes.time(.runDuration, since: began, changes.crew, outcome.name) }
        if let tenant = changes.run.tenant {
            changes.count(.tenantRunsEnded, tenant, outcome.name)
        }
        switch outcome {
        case .failed(let failure): changes.count(.runFailures, changes.crew, failure.code)
        case .limitReached(let limit):
            changes.count(.runLimitsReached, changes.crew, limit.rawValue)
        default: break
        }
    }
}
