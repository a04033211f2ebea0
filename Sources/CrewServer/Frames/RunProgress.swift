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
    /// Over all model calls that this stream saw; absent when there was none.
    private(set) var usage: Usage?
    private(set) var cost: Double?
    /// Agents whose model call is answered by a script, as far as it is known.
    private var scriptedAgents: Set<AgentID> = []

    func isScripted(_ agent: AgentID) -> Bool { scriptedAgents.contains(agent) }

    /// What comes next of this reply may be a backup's, whose name only the whole reply tells.
    mutating func noteAbandoned(by agent: AgentID) { scriptedAgents.remove(agent) }

    mutating func note(_ stored: StoredEvent) {
        switch stored.event {
        case .roundStarted(let start):
            note(model: start.model, of: start.agent)
            if stored.branch == nil { rounds += 1 }
        case .replied(let reply):
            note(model: reply.model, of: reply.agent)
            spend(reply.usage ?? Usage(isComplete: false), reply.cost)
            guard stored.branch == nil, !reply.message.text.isEmpty else { return }
            lastAgent = reply.agent
            lastText = reply.message.text
            isLastTextScripted = isScripted(reply.agent)
        case .groupJoined(let joined):
            lastText = joined.text
            isLastTextScripted =
                !joined.succeeded.isEmpty && joined.succeeded.allSatisfy(isScripted)
        case .handedOff, .groupStarted: handoffs += 1
        default: break
        }
    }

    private mutating func spend(_ spent: Usage, _ spentCost: Double?) {
        usage = usage.map { $0 + spent } ?? spent
        if let spentCost { cost = (cost ?? 0) + spentCost }
    }

    private mutating func note(model: String, of agent: AgentID) {
        if model.hasPrefix("scripted") {
            scriptedAgents.insert(agent)
        } else if !scriptedAgents.isEmpty {
            scriptedAgents.remove(agent)
        }
    }
}
