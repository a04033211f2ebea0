import CrewKit

/// The model calls whose message is not complete, as far as a stream has seen them.
struct OpenRounds {
    private var rounds: [BranchID?: RoundStarted] = [:]

    mutating func note(_ stored: StoredEvent) {
        switch stored.event {
        case .roundStarted(let round): rounds[stored.branch] = round
        case .replied, .roundFailed, .memberEnded: rounds[stored.branch] = nil
        case .runEnded: rounds = [:]
        default: break
        }
    }

    /// What is void of these messages when the process died that made them: all of it.
    ///
    /// Each call is made again under the same number.
    var abandoned: [MessageDelta] {
        rounds.sorted { ($0.key ?? "") < ($1.key ?? "") }.map { branch, round in
            MessageDelta(
                branch: branch, agent: round.agent, round: round.round, index: 0,
                kind: .abandoned(because: .interrupted))
        }
    }
}

extension CrewError.Code {
    /// The process that worked the run ended.
    static let interrupted = Self("interrupted")
}
