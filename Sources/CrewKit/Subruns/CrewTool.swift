/// Asks another crew, which works in a run of its own.
///
/// Its events show in the log of the run that asks. What it spends counts there too.
public struct CrewTool: Tool {
    public let definition: ToolDefinition
    public let runner: CrewRunner
    private let input: SubrunInput

    /// - Parameters:
    ///   - written: with the work `.crew`.
    ///   - runner: of the other crew; give it to `CrewRunner.init` of the asking crew too, or to
    ///     `CrewRunners`, which then works its runs.
    ///   - timeout: for definitions that name no time limit of their own; absent takes the other
    ///     crew's present one.
    /// - Throws: `invalidDefinition` when the definition is of another kind.
    public init(
        _ written: DeclaredTool, runner: CrewRunner, timeout: Duration? = nil
    ) throws(CrewError) {
        guard case .crew = written.work else {
            throw CrewError(.invalidDefinition, "tool '\(written.name)' asks no crew")
        }
        self.runner = runner
        input = SubrunInput(written)
        definition = input.definition(
            of: written, timeout: timeout ?? runner.crew.settings.timeout,
            source: "crew:\(runner.name)")
    }

    public func call(_ call: ToolInvocation) async throws -> String {
        try await call.openSubruns.answer(to: input.text(call.arguments), by: nil, of: runner)
    }
}
