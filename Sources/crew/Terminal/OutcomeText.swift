import CrewKit

/// How a run rests, in words.
enum OutcomeText {
    /// What people should know of a run at rest; `nil` for the ordinary ends.
    static func problem(with record: RunRecord, names: AgentNames) -> String? {
        switch record.status {
        case .queued, .running: "the run is not at rest"
        case .paused(let agent): pause(of: record, at: names[agent])
        case .ended(let outcome): problem(with: outcome, names: names)
        }
    }

    private static func pause(of record: RunRecord, at agent: String) -> String {
        switch record.pause?.kind {
        case .approval where record.approvals.count > 1:
            "\(record.approvals.count) calls wait to be allowed or refused"
        case .approval: "a call waits to be allowed or refused"
        case .recovery: "the run waits to be resumed after it was broken off"
        case .external: "an answer from outside is waited for"
        case .input, nil: "\(agent) waits for an answer"
        }
    }

    private static func problem(with outcome: RunOutcome, names: AgentNames) -> String? {
        switch outcome {
        case .completed, .terminated: nil
        case .paused(let agent): "\(names[agent]) waits for an answer"
        case .limitReached(let limit): "the run reached its limit \(limit.rawValue)"
        case .cancelled: "cancelled"
        case .failed(let failure):
            "error: \(failure.agent.map { "\(names[$0]): " } ?? "")\(failure.message)"
        }
    }

    /// One word for where a run stands.
    static func word(for status: RunRecord.Status) -> String {
        if case .ended(let outcome) = status { return outcome.name }
        return status.name.rawValue
    }
}
