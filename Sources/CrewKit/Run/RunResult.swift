/// What came of a run, for those who only want its end.
public struct RunResult: Sendable, Hashable {
    public let run: RunID
    public let session: SessionID?
    public let outcome: RunOutcome
    /// Who spoke last; absent when nobody did.
    public let agent: AgentID?
    /// What was said last.
    public let text: String
    public let usage: Usage?
    /// US dollars, where usage and prices are known.
    public let cost: Double?
    /// Model calls outside groups.
    public let rounds: Int
    /// All model calls, those of group members included.
    public let modelCalls: Int
    public let handoffs: Int
}
