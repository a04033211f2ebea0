import CrewConfig
import CrewKit
import CrewTools

extension CrewSetup {
    /// Gathers everything that the crew's agents may call, and keeps it open while `body` runs: the
    /// built-in tools, those that the crew declares, and those of its MCP servers.
    ///
    /// - Parameter subcrews: the crews that work as tools.
    func withToolbox<Result: Sendable>(
        _ processes: ToolProcesses, subcrews: BuiltCrews,
        _ body: @Sendable @escaping (Toolbox) async throws -> Result
    ) async throws -> Result {
        let definition = loaded.definition
        let limit = definition.settings.toolTimeout
        try await checkSandbox()
        let declared = try definition.tools.map {
            try tool($0, processes.connections, subcrews: subcrews)
        }
        let own = processes.workers.isolated(builtInTools) + declared
        return try await withMCPServers(
            definition.mcpServers, toolTimeout: limit, log: processes.log
        ) { servers in
            let seat = parts?.add(.servers(servers, of: definition.name))
            defer { seat?.leave() }
            let policies = Dictionary(
                definition.mcpServers.map { ($0.name, $0.policy) }, uniquingKeysWith: { $1 })
            let policed = PolicedTools(servers, timeout: limit) { tool in
                let prefix = MCPServerDefinition.separator
                return policies.first { tool.name.rawValue.hasPrefix($0.key + prefix) }?.value
            }
            return try await body(Toolbox(own, sources: [policed]))
        }
    }

    /// - Throws: what keeps sandboxed commands of the crew from running here.
    func checkSandbox() async throws {
        let isAsked = loaded.definition.tools.contains {
            if case .command(let template) = $0.work { return template.sandbox == .bubblewrap }
            return false
        }
        if isAsked, let problem = try await Bubblewrap.problem() { throw problem }
    }

    private func tool(
        _ written: DeclaredTool, _ connections: HTTPToolConnections, subcrews: BuiltCrews
    ) throws(CrewError) -> any Tool {
        let limit = loaded.definition.settings.toolTimeout
        var declared = written
        let tool: any Tool
        switch written.work {
        case .command:
            declared.timeout = written.timeout ?? limit
            tool = try CommandTool(declared)
        case .http:
            declared.timeout = written.timeout ?? limit
            tool = try HTTPTool(declared, connections: connections)
        case .agent:
            tool = try AgentTool(declared, timeout: loaded.definition.settings.timeout)
        case .crew(let folder):
            guard let runner = subcrews[Self.key(of: folder)] else {
                throw CrewError(.invalidDefinition, "tool '\(written.name)': its crew is not there")
            }
            tool = try CrewTool(declared, runner: runner)
        }
        return try written.policy.applied(to: tool, timeout: limit)
    }
}
