import CrewKit

/// What a stream has seen of its run so far, for the frames that sum it up.
struct RunProgress {
    private(set) var rounds = 0
    private(set) var handoffs = 0
    private(set) var lastAgent: AgentID?
    private(set) var lastText = ""
    /// Agents whose last model call went to a script.
    private(set) var scriptedAgents: Set<AgentID> = []

    mutating func note(_ stored: StoredEvent) {
        switch stored.event {
        case .roundStarted(let start):
            note(model: start.model, of: start.agent)
            if stored.branch == nil { rounds += 1 }
        case .replied(let reply):
            note(model: reply.model, of: reply.agent)
            guard stored.branch == nil, !reply.message.text.isEmpty else { return }
            lastAgent = reply.agent
            lastText = reply.message.text
        case .groupJoined(let joined): lastText = joined.text
        case .handedOff, .groupStarted: handoffs += 1
        default: break
        }
    }

    private mutating func note(model: String, of agent: AgentID) {
        if model.hasPrefix("scripted") {
            scriptedAgents.insert(agent)
        } else if !scriptedAgents.isEmpty {
            scriptedAgents.remove(agent)
        }
    }
}
