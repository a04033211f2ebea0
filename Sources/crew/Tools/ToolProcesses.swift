import CrewKit
import CrewTools

/// What the tools of all crews of this process share: the workers of its Swift tools, the connections
/// of its HTTP tools, and where things are told that never become an event.
struct ToolProcesses: Sendable {
    let workers: ToolWorkerPool
    let connections: HTTPToolConnections
    let log: @Sendable (String) -> Void

    /// The Swift tools of this program, as a worker has them: without anything of a crew.
    static var isolated: [any Tool] {
        SystemTools.all().filter { $0.definition.isolation == .worker }
    }

    /// Keeps workers and connections for as long as `body` takes, when the crew has tools for them.
    static func withStarted<Result: Sendable>(
        for crew: CrewDefinition, log: @escaping @Sendable (String) -> Void,
        _ body: (ToolProcesses) async throws -> Result
    ) async throws -> Result {
        var settings = crew.settings.toolWorkers
        let names = Set(isolated.map(\.definition.name))
        let isUsed = crew.agents.contains { !names.isDisjoint(with: $0.tools) }
        if !isUsed { settings.least = 0 }
        let pool = ToolWorkerPool(
            settings: settings, toolTimeout: crew.settings.toolTimeout, note: { log($0.line) })
        CommandTool.removeLeftovers()
        return try await HTTPToolConnections.with { connections in
            try await pool.running {
                try await body(
                    ToolProcesses(workers: pool, connections: connections, log: log))
            }
        }
    }
}

extension ToolWorkerNote {
    /// One entry of a log.
    fileprivate var line: String {
        let of = tool.map { " (tool \($0))" } ?? ""
        return details.isEmpty ? "\(message)\(of)" : "\(message)\(of)\n\(details)"
    }
}
