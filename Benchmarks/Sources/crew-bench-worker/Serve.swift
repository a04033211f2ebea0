import CrewKit
import CrewServer
import Logging
import ServiceLifecycle

/// Serves the first workload over HTTP.
func serve(_ model: any LanguageModel, port: Int) async throws {
    let crew = try Workload.definition("W1").validated(tools: Workload.tools.names)
    var runs = RunnerOptions()
    runs.maxActiveRuns = 100_000
    let runner = try CrewRunner(
        crew: crew, models: ModelSet(model, for: crew), tools: Workload.tools, options: runs)
    var options = ServerOptions()
    options.port = port
    var logger = Logger(label: "bench")
    logger.logLevel = .error
    let server = try CrewHTTPServer(runner: runner, options: options, logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await runner.run() }
        group.addTask { try await server.run() }
        try await group.next()
        group.cancelAll()
    }
}
