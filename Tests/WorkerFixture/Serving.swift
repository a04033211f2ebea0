import CrewKit
import CrewServer
import CrewTools
import Foundation
import Logging

/// A crew whose one run calls every deadly tool, served over HTTP.
enum Serving {
    static let deadly: [ToolName] = [
        "trap_index", "trap_unwrap", "trap_overflow", "trap_fatal", "abort", "stack", "exit_0",
        "exit_3", "kill_self", "eat_memory", "flood_output", "flood_errors", "garbage",
        "close_all", "burn", "block", "spin", "stop_self", "leave_children_and_trap",
        "leave_children_and_stop", "open_files",
    ]

    static func run() async throws {
        var workers = ToolWorkerSettings()
        workers.patience = .seconds(3600)
        try await withToolWorkers(
            FixtureTools.all, settings: workers, toolTimeout: .milliseconds(500)
        ) { tools in
            let runner = try runner(tools)
            var options = ServerOptions()
            options.port = 0
            options.limits.maxOpenStreams = 1000
            var logger = Logger(label: "fixture")
            logger.logLevel = .error
            let server = try CrewHTTPServer(runner: runner, options: options, logger: logger) {
                FileHandle.standardOutput.write(Data("\($0)\n".utf8))
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await runner.run() }
                group.addTask { try await server.run() }
                try await group.next()
                group.cancelAll()
            }
        }
    }

    private static func runner(_ tools: [any Tool]) throws -> CrewRunner {
        let toolbox = Toolbox(tools)
        let agent = AgentDefinition(id: "a", tools: deadly + ["echo"])
        var crew = CrewDefinition(name: "deadly", agents: [agent])
        crew.settings.timeout = .seconds(3600)
        crew.settings.toolBatchTimeout = .seconds(3600)
        let valid = try crew.validated(tools: toolbox.names)
        var options = RunnerOptions()
        options.maxActiveRuns = 1000
        return try CrewRunner(
            crew: valid, models: ModelSet(DeadlyModel(), for: valid), tools: toolbox,
            options: options)
    }
}

/// Calls every deadly tool at once, and then says how many answers it got.
struct DeadlyModel: LanguageModel {
    let name = "deadly"

    func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        var answers = 0
        for case .tool(_, let name, _) in request.messages where name != "echo" { answers += 1 }
        guard answers == 0 else { return ModelReply(text: "Survived \(answers) tools.") }
        let calls = (Serving.deadly + ["echo"]).enumerated().map { place, tool in
            ToolCall(id: ToolCallID("c\(place)"), name: tool, arguments: ["text": "alive"])
        }
        return ModelReply(toolCalls: calls, finish: .toolCalls)
    }
}
