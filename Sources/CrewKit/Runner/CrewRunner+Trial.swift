/// Single calls of tools, outside of any run.
extension CrewRunner {
    /// All tools there are now, by name.
    public var allTools: [any Tool] { version.tools.all }

    /// Calls a tool as an agent's call would be made: arguments checked and converted, within its
    /// time, with its policies. Nothing is stored, artifacts neither, and nobody is asked for
    /// permission.
    ///
    /// Runs that work for it are kept like any other; they need `run()` to be working.
    public func tryTool(_ name: ToolName, arguments: JSONValue) async -> ToolReturned {
        let call = ToolCall(id: "trial", name: name, arguments: arguments)
        let use = versions.begin()
        defer { versions.end(use) }
        let crew = use.version.crew
        var performer = performer(
            use.version, of: options.makeRunID(), showing: EventFeed(after: 0, capacity: 1))
        performer.artifacts = .forgotten
        let limit = max(
            crew.settings.toolBatchTimeout,
            use.version.tools[name].map { performer.timeLimit(of: $0.definition) }
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
