public import CrewKit

/// Runs a body with these tools isolated: each call of them is made in a worker process, which may
/// die without harm to this one. All workers have ended when it returns.
///
/// It has to be the first call in `main`, as it is also where this program goes when it is started
/// again as a worker; it does not return then.
///
///     @main struct Program {
///         static func main() async throws {
///             try await withToolWorkers([weather, lookup]) { tools in
///                 let runner = try CrewRunner(crew: crew, models: models, tools: Toolbox(tools))
///                 …
///             }
///         }
///     }
///
/// - Parameters:
///   - toolTimeout: time for one call of a tool that names none of its own.
///   - variables: names of environment variables that tools need.
///   - note: is told of crashes and of what tools print; called from any thread, it must not wait.
public func withToolWorkers<Value: Sendable>(
    _ tools: [any Tool], settings: ToolWorkerSettings = ToolWorkerSettings(),
    toolTimeout: Duration = CrewSettings().toolTimeout, passing variables: [String] = [],
    note: @escaping @Sendable (ToolWorkerNote) -> Void = { _ in },
    body: ([any Tool]) async throws -> Value
) async throws -> Value {
    await ToolWorker.serveIfAsked(tools)
    let pool = ToolWorkerPool(
        settings: settings, toolTimeout: toolTimeout, passing: variables, note: note)
    return try await pool.running { try await body(pool.isolated(tools)) }
}

extension ToolWorkerPool {
    /// Runs a body beside the pool, which is over when the body is.
    package func running<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.run() }
            defer { group.cancelAll() }
            return try await body()
        }
    }
}
