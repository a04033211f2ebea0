import CrewKit

/// Prints what the agents said, and why a run ended otherwise than it should; for pipes.
struct PlainRenderer: Renderer {
    let names: AgentNames
    let prompt = ""

    func begin(_ choices: ModelChoices) {
        StandardStreams.complain("model: \(choices.summary)")
    }

    func show(_ item: FeedItem) {
        guard case .event(let stored) = item else { return }
        switch stored.event {
        case .replied(let reply) where !reply.message.text.isEmpty:
            StandardStreams.show("\(names[reply.agent]): \(reply.message.text)\n")
        case .warned(let warning): StandardStreams.complain("warning: \(warning.message)")
        default: break
        }
    }

    func end(_ result: RunResult) {
        if let ending = OutcomeText.problem(with: result.outcome, names: names) {
            StandardStreams.complain(ending)
        }
    }
}

/// Outcomes in words.
enum OutcomeText {
    /// What people should know of an outcome; `nil` for the ordinary ends.
    static func problem(with outcome: RunOutcome, names: AgentNames) -> String? {
        switch outcome {
        case .completed, .terminated: nil
        case .paused(let agent): "\(names[agent]) waits for an answer"
        case .limitReached(let limit): "the run reached its limit \(limit.rawValue)"
        case .cancelled: "cancelled"
        case .failed(let failure):
            "error: \(failure.agent.map { "\(names[$0]): " } ?? "")\(failure.message)"
        }
    }
}
