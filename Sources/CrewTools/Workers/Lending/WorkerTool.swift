import CrewKit

/// A tool whose calls are made in workers.
struct WorkerTool: Tool {
    let definition: ToolDefinition
    private let inner: ToolDefinition
    private let pool: ToolWorkerPool

    init(_ inner: ToolDefinition, pool: ToolWorkerPool) {
        self.inner = inner
        self.pool = pool
        var definition = inner
        // The tool's own time runs from its start in a worker, which may have to be waited for.
        definition.timeout =
            (inner.timeout ?? pool.toolTimeout) + pool.settings.patience + ToolWorkerPool.farewell
        self.definition = definition
    }

    /// Nothing of it blocks, so it does not need the engine's costly threads for tools.
    func call(_ call: ToolInvocation) async throws -> String {
        try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await pool.call(inner, call)
        }
    }
}
