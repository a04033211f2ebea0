/// Single calls of tools, outside of any run.
extension CrewRunner {
    /// All tools there are now, by name.
    public var allTools: [any Tool] { tools.all }

    /// Calls a tool as an agent's call would be made: arguments checked and converted, within its
    /// time, with its policies. Nothing is stored, artifacts neither, and nobody is asked for
    /// permission.
    ///
    /// Runs that work for it are kept like any other; they need `run()` to be working.
    public func tryTool(_ name: ToolName, arguments: JSONValue) async -> ToolReturned {
        let call = ToolCall(id: "trial", name: name, arguments: arguments)
        var performer = TurnPerformer(
            crew: crew, models: models, tools: tools, run: options.makeRunID(), store: store,
            feed: EventFeed(after: 0, capacity: 1), clock: RunClock(options.clock),
            now: options.now, toolExecutor: toolExecutor, runner: self)
        performer.artifacts = .forgotten
        let limit = max(
            crew.settings.toolBatchTimeout,
            tools[name].map { performer.timeLimit(of: $0.definition) }
                ?? .zero)
        let reports = CallReports(of: call, by: crew.entryPoint, clock: performer.clock) { _ in }
        return await performer.tryCall(
            call, in: RunState(crew: crew), until: performer.clock.deadline(after: limit),
            reports: reports)
    }
}

extension RunArtifacts {
    /// Takes everything and keeps nothing.
    fileprivate static var forgotten: RunArtifacts {
        RunArtifacts(save: { _, _, _ in }, read: { _ in nil })
    }
}
