/// Asks one of the crew's agents, which works in a run of its own and alone.
///
/// Its events show in the log of the run that asks. What it spends counts there too.
public struct AgentTool: Tool {
    public let definition: ToolDefinition
    private let agent: AgentID
    private let input: SubrunInput

    /// - Parameters:
    ///   - written: with the work `.agent`.
    ///   - timeout: for definitions that name no time limit of their own.
    /// - Throws: `invalidDefinition` when the definition is of another kind.
    public init(_ written: DeclaredTool, timeout: Duration) throws(CrewError) {
        guard case .agent(let agent) = written.work else {
            throw CrewError(.invalidDefinition, "tool '\(written.name)' asks no agent")
        }
        self.agent = agent
        input = SubrunInput(written)
        definition = input.definition(of: written, timeout: timeout, source: "agent:\(agent)")
    }

    public func call(_ call: ToolInvocation) async throws -> String {
        try await call.openSubruns.answer(
            to: input.text(call.arguments), by: agent, of: nil)
    }
}
