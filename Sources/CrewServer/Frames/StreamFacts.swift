import CrewKit

/// What all frames of one stream have in common.
struct StreamFacts: Sendable {
    let run: RunID
    /// Absent for a run of no conversation.
    let session: SessionID?
    let crewName: String
    /// Agents' display names, which are the `agent` of a frame.
    let agentNames: [AgentID: String]
    /// What answers, for people.
    let modelDescription: String
    /// True when no agent is answered by a real model; each frame goes by its own agent's.
    let isScripted: Bool
    /// The request that made the run go.
    var origin: RunOrigin?

    func name(of agent: AgentID) -> String { agentNames[agent] ?? agent.rawValue }
}
