/// Who makes a run go on.
enum Waker: Sendable, Hashable {
    case person
    /// A process that was started again, or a time that is over.
    case nobody
}

extension Opening {
    /// Says that the run goes on under another definition than the one it was worked with last, and
    /// does what the crew wants then; looks too whether the crew has the agents that go on.
    ///
    /// - Parameter known: the digest of the earlier definition; absent takes that of the log.
    /// - Returns: the wish with which the run has to end; `nil` when it goes on, or waits.
    /// - Throws: `definitionChanged` when a person is told that it cannot go on.
    mutating func settleDefinition(
        from known: String? = nil, wokenBy waker: Waker
    ) throws(CrewError) -> Stop? {
        if let change = DefinitionChange(
            from: known ?? state.definition, to: state.crew.definition.digest)
        {
            switch (state.crew.settings.changedDefinition, waker) {
            case (.fail, .person):
                throw CrewError(.definitionChanged, "the run cannot go on: \(change.sentence)")
            case (.fail, .nobody):
                return stop(because: .definitionChanged, change.sentence)
            default: add(.warned(change.warning))
            }
        }
        if let agent = state.missingAgent {
            let sentence = "the run stands at agent '\(agent)', which the crew no longer has"
            guard waker == .nobody else { throw CrewError(.definitionChanged, sentence) }
            return stop(because: .unknownAgent, sentence)
        }
        if waker == .nobody, state.crew.settings.changedDefinition == .pause, isWarned {
            add(.paused(state.pauseAfterRecovery))
        }
        return nil
    }

    private var isWarned: Bool {
        guard case .warned(let warning)? = stored.last?.event else { return false }
        return warning.definition != nil
    }

    private func stop(because code: CrewError.Code, _ sentence: String) -> Stop {
        let failure = RunFailure(code: code.rawValue, message: sentence, agent: state.turnOwner)
        return Stop(reason: .failed(failure), endsPause: true)
    }
}

extension RunState {
    /// An agent that has to go on with the run and that the crew does not have.
    var missingAgent: AgentID? {
        let agents: [AgentID]
        switch phase {
        case .turnDue(let agent), .roundUnderWay(let agent), .repairDue(let agent),
            .toolsUnderWay(let agent, _), .replyRead(let agent), .answerDue(let agent):
            agents = [agent]
        case .groupUnderWay(let progress):
            agents = [progress.started.from] + progress.unfinished.map(\.agent)
        case .groupRead(_, let next): agents = next.map { [$0] } ?? []
        default: agents = []
        }
        return agents.first { crew.agent($0) == nil }
    }

    /// How a run waits for a person that its process left unfinished.
    var pauseAfterRecovery: RunPaused {
        RunPaused(
            agent: turnOwner ?? crew.entryPoint, kind: .recovery,
            expiresAfterSeconds: crew.settings.pauseTimeout.map { $0 / .seconds(1) })
    }
}
