import CrewKit

/// What a stream has seen of its run so far, for the frames that sum it up.
struct RunProgress {
    /// Since the person's last input.
    private(set) var rounds = 0
    private(set) var handoffs = 0
    private(set) var lastAgent: AgentID?
    private(set) var lastText = ""
    /// True when a script made the last text.
    private(set) var isLastTextScripted = false
    private(set) var openRounds = OpenRounds()
    /// Agents whose model call is answered by a script, as far as it is known.
    private var scriptedAgents: Set<AgentID> = []
    /// True once the run was over; it may have gone on.
    private var wasOver = false

    func isScripted(_ agent: AgentID) -> Bool { scriptedAgents.contains(agent) }

    /// What comes next of this reply may be a backup's, whose name only the whole reply tells.
    mutating func noteAbandoned(by agent: AgentID) { scriptedAgents.remove(agent) }

    mutating func note(_ stored: StoredEvent) {
        openRounds.note(stored)
        switch stored.event {
        case .runEnded: wasOver = true
        case .resumed(let resumed): countAnew(if: resumed.input != nil)
        case .forked(let forked): countAnew(if: forked.input != nil)
        case .roundStarted(let start):
            note(model: start.model, of: start.agent)
            if stored.branch == nil { rounds += 1 }
        case .replied(let reply):
            note(model: reply.model, of: reply.agent)
            guard stored.branch == nil, !reply.message.text.isEmpty else { return }
            lastAgent = reply.agent
            lastText = reply.message.text
            isLastTextScripted = isScripted(reply.agent)
        case .groupJoined(let joined):
            lastText = joined.text
            isLastTextScripted =
                !joined.succeeded.isEmpty && joined.succeeded.allSatisfy(isScripted)
        case .handedOff, .crewAsked, .groupStarted: handoffs += 1
        default: break
        }
    }

    /// A run that was over and goes on has its limits anew, as one with an input.
    private mutating func countAnew(if hasInput: Bool) {
        guard hasInput || wasOver else { return }
        (rounds, handoffs, wasOver) = (0, 0, false)
    }

    private mutating func note(model: String, of agent: AgentID) {
        if model.hasPrefix("scripted") {
            scriptedAgents.insert(agent)
        } else if !scriptedAgents.isEmpty {
            scriptedAgents.remove(agent)
        }
    }
}
