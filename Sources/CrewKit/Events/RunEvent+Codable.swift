import struct Foundation.Date

extension RunEvent: Codable {
    private enum Name: String, Codable {
        case queued
        case runStarted = "run_started"
        case resumed, recovered, forked
        case turnStarted = "turn_started"
        case roundStarted = "round_started"
        case contextTrimmed = "context_trimmed"
        case modelRetried = "model_retried"
        case modelFellBack = "model_fell_back"
        case modelHedged = "model_hedged"
        case modelWaited = "model_waited"
        case breakerChanged = "breaker_changed"
        case budgetReported = "budget_reported"
        case replied
        case replyRejected = "reply_rejected"
        case roundFailed = "round_failed"
        case roundCancelled = "round_cancelled"
        case toolStarted = "tool_started"
        case toolProgressed = "tool_progressed"
        case subrunProgressed = "subrun_progressed"
        case toolReturned = "tool_returned"
        case approvalRequested = "approval_requested"
        case approvalDecided = "approval_decided"
        case signalMatched = "signal_matched"
        case handedOff = "handed_off"
        case crewAsked = "crew_asked"
        case groupStarted = "group_started"
        case memberEnded = "member_ended"
        case groupJoined = "group_joined"
        case cancelRequested = "cancel_requested"
        case paused
        case warned
        case runEnded = "run_ended"
    }

    private enum CodingKeys: String, CodingKey { case type }

    /// The name of the event, the same on every wire.
    public var name: String { parts.name.rawValue }

    private var parts: (name: Name, payload: any Codable) {
        switch self {
        case .queued(let payload): (.queued, payload)
        case .runStarted(let payload): (.runStarted, payload)
        case .resumed(let payload): (.resumed, payload)
        case .recovered(let payload): (.recovered, payload)
        case .forked(let payload): (.forked, payload)
        case .turnStarted(let payload): (.turnStarted, payload)
        case .roundStarted(let payload): (.roundStarted, payload)
        case .contextTrimmed(let payload): (.contextTrimmed, payload)
        case .modelRetried(let payload): (.modelRetried, payload)
        case .modelFellBack(let payload): (.modelFellBack, payload)
        case .modelHedged(let payload): (.modelHedged, payload)
        case .modelWaited(let payload): (.modelWaited, payload)
        case .breakerChanged(let payload): (.breakerChanged, payload)
        case .budgetReported(let payload): (.budgetReported, payload)
        case .replied(let payload): (.replied, payload)
        case .replyRejected(let payload): (.replyRejected, payload)
        case .roundFailed(let payload): (.roundFailed, payload)
        case .roundCancelled(let payload): (.roundCancelled, payload)
        case .toolStarted(let payload): (.toolStarted, payload)
        case .toolProgressed(let payload): (.toolProgressed, payload)
        case .subrunProgressed(let payload): (.subrunProgressed, payload)
        case .toolReturned(let payload): (.toolReturned, payload)
        case .approvalRequested(let payload): (.approvalRequested, payload)
        case .approvalDecided(let payload): (.approvalDecided, payload)
        case .signalMatched(let payload): (.signalMatched, payload)
        case .handedOff(let payload): (.handedOff, payload)
        case .crewAsked(let payload): (.crewAsked, payload)
        case .groupStarted(let payload): (.groupStarted, payload)
        case .memberEnded(let payload): (.memberEnded, payload)
        case .groupJoined(let payload): (.groupJoined, payload)
        case .cancelRequested(let payload): (.cancelRequested, payload)
        case .paused(let payload): (.paused, payload)
        case .warned(let payload): (.warned, payload)
        case .runEnded(let payload): (.runEnded, payload)
        }
    }

    public init(from decoder: any Decoder) throws {
        let name = try decoder.container(keyedBy: CodingKeys.self).decode(Name.self, forKey: .type)
        switch name {
        case .queued: self = .queued(try RunQueued(from: decoder))
        case .runStarted: self = .runStarted(try RunStarted(from: decoder))
        case .resumed: self = .resumed(try RunResumed(from: decoder))
        case .recovered: self = .recovered(try RunRecovered(from: decoder))
        case .forked: self = .forked(try RunForked(from: decoder))
        case .turnStarted: self = .turnStarted(try TurnStarted(from: decoder))
        case .roundStarted: self = .roundStarted(try RoundStarted(from: decoder))
        case .contextTrimmed: self = .contextTrimmed(try ContextTrimmed(from: decoder))
        case .modelRetried: self = .modelRetried(try ModelRetried(from: decoder))
        case .modelFellBack: self = .modelFellBack(try ModelFellBack(from: decoder))
        case .modelHedged: self = .modelHedged(try ModelHedged(from: decoder))
        case .modelWaited: self = .modelWaited(try ModelWaited(from: decoder))
        case .breakerChanged: self = .breakerChanged(try BreakerChanged(from: decoder))
        case .budgetReported: self = .budgetReported(try BudgetReported(from: decoder))
        case .replied: self = .replied(try Replied(from: decoder))
        case .replyRejected: self = .replyRejected(try ReplyRejected(from: decoder))
        case .roundFailed: self = .roundFailed(try RoundFailed(from: decoder))
        case .roundCancelled: self = .roundCancelled(try RoundCancelled(from: decoder))
        case .toolStarted: self = .toolStarted(try ToolStarted(from: decoder))
        case .toolProgressed: self = .toolProgressed(try ToolProgressed(from: decoder))
        case .subrunProgressed: self = .subrunProgressed(try SubrunProgressed(from: decoder))
        case .toolReturned: self = .toolReturned(try ToolReturned(from: decoder))
        case .approvalRequested: self = .approvalRequested(try ApprovalRequested(from: decoder))
        case .approvalDecided: self = .approvalDecided(try ApprovalDecided(from: decoder))
        case .signalMatched: self = .signalMatched(try SignalMatched(from: decoder))
        case .handedOff: self = .handedOff(try HandedOff(from: decoder))
        case .crewAsked: self = .crewAsked(try CrewAsked(from: decoder))
        case .groupStarted: self = .groupStarted(try GroupStarted(from: decoder))
        case .memberEnded: self = .memberEnded(try MemberEnded(from: decoder))
        case .groupJoined: self = .groupJoined(try GroupJoined(from: decoder))
        case .cancelRequested: self = .cancelRequested(try CancelRequested(from: decoder))
        case .paused: self = .paused(try RunPaused(from: decoder))
        case .warned: self = .warned(try RunWarning(from: decoder))
        case .runEnded: self = .runEnded(try RunEnded(from: decoder))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        let parts = parts
        try container.encode(parts.name, forKey: .type)
        try parts.payload.encode(to: encoder)
    }
}

extension StoredEvent: Codable {
    private enum CodingKeys: String, CodingKey { case sequence, time, branch }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            sequence: try container.decode(Int.self, forKey: .sequence),
            time: try container.decode(Date.self, forKey: .time),
            branch: try container.decodeIfPresent(BranchID.self, forKey: .branch),
            event: try RunEvent(from: decoder))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(sequence, forKey: .sequence)
        try container.encode(time, forKey: .time)
        try container.encodeIfPresent(branch, forKey: .branch)
        try event.encode(to: encoder)
    }
}
