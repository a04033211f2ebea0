import Synchronization

/// The tools of a source with what their policies ask for around them.
///
/// What a policy remembers of a tool stays for as long as the tool is described the same.
public final class PolicedTools: ToolSource {
    private struct Applied {
        let definition: ToolDefinition
        let tool: any Tool
    }

    private let base: any ToolSource
    private let policy: @Sendable (ToolDefinition) -> ToolPolicy?
    private let timeout: Duration
    private let clock: any Clock<Duration>
    private let applied = Mutex<[ToolName: Applied]>([:])

    /// - Parameters:
    ///   - timeout: for one attempt, where a tool names no time of its own.
    ///   - policy: what is asked for around a tool; `nil` for nothing.
    public init(
        _ base: any ToolSource, timeout: Duration, clock: any Clock<Duration> = ContinuousClock(),
        policy: @escaping @Sendable (ToolDefinition) -> ToolPolicy?
    ) {
        self.base = base
        self.timeout = timeout
        self.clock = clock
        self.policy = policy
    }

    public var tools: [any Tool] {
        let current = base.tools
        let names = Set(current.map(\.definition.name))
        applied.withLock { $0 = $0.filter { names.contains($0.key) } }
        return current.map { tool in
            let definition = tool.definition
            guard let policy = policy(definition), policy != ToolPolicy() else { return tool }
            let known = applied.withLock { $0[definition.name] }
            if let known, known.definition == definition { return known.tool }
            let made = wrapped(tool, in: policy)
            applied.withLock {
                $0[definition.name] = Applied(definition: definition, tool: made)
            }
            return made
        }
    }

    /// A server describes its tools when it is connected to, after its policy was checked: what does
    /// not go with such a tool is left out rather than done.
    private func wrapped(_ tool: any Tool, in policy: ToolPolicy) -> any Tool {
        var fitting = policy
        if tool.definition.effect != .read { fitting.cache = nil }
        if tool.definition.effect == .irreversible { fitting.retry = nil }
        let named = NamedTool(definition: tool.definition, source: base)
        do throws(CrewError) {
            return try fitting.applied(to: named, timeout: timeout, clock: clock)
        } catch {
            return tool  // nothing is left that could be refused
        }
    }
}

/// A tool of a source by its name: each call is made with the one that there is then.
private struct NamedTool: Tool {
    let definition: ToolDefinition
    let source: any ToolSource

    func call(_ call: ToolInvocation) async throws -> String {
        guard let tool = source.tools.first(where: { $0.definition.name == definition.name }) else {
            throw ToolFailure(
                .unavailable, "There is no tool \(definition.name) any more.",
                isWithoutEffect: true)
        }
        return try await tool.call(call)
    }
}
