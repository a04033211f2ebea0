import ArgumentParser
import CrewConfig
import CrewKit
import CrewServer
import Logging
import ServiceLifecycle
import UnixSignals

/// Serves a crew over HTTP, with its page.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves a crew over HTTP, with a page to talk to it.",
        discussion: """
            GET|POST /api/crew/stream runs an input and streams what happens as Server-Sent Events;
            / is the page, /health the state. Runs are kept in memory. Ctrl-C lets open streams
            finish for a moment and ends.
            """)

    @OptionGroup var crew: CrewOptions
    @OptionGroup var models: ModelOptions

    @Option(help: "The address to listen on; a loopback address.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 takes any free one and prints it.")
    var port = 8080

    @Option(
        name: .customLong("allowed-host"),
        help: "A further name by which clients may call this server, such as a proxy's.")
    var allowedHosts: [String] = []

    @Option(name: .customLong("log-level"), help: "trace, debug, info, notice, warning or error.")
    var logLevel = "notice"

    func run() async throws {
        guard let level = Logger.Level(rawValue: logLevel) else {
            throw ValidationError("'\(logLevel)' is not a log level")
        }
        var logger = Logger(label: "crew") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        let setup = try CrewSetup(crew, models: models)
        try await setup.withModels { models, choices in
            let runner = try setup.runner(models)
            try await serve(runner, choices, setup, logger)
        }
    }

    private func serve(
        _ runner: CrewRunner, _ choices: ModelChoices, _ setup: CrewSetup, _ logger: Logger
    ) async throws {
        var options = ServerOptions()
        options.host = host
        options.port = port
        options.allowedHosts = Set(allowedHosts)
        options.modelDescription = choices.summary
        options.isScripted = choices.isScripted
        options.version = ProductVersion.current
        let name = setup.loaded.definition.name
        let server = try CrewHTTPServer(runner: runner, options: options, logger: logger) {
            address in
            StandardStreams.show("\(name) answers at \(address)\n")
            StandardStreams.show("model: \(choices.summary)\n")
        }
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(service: RunWorker(runner: runner)),
                .init(service: server, successTerminationBehavior: .gracefullyShutdownGroup),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(20)
        try await ServiceGroup(configuration: configuration).run()
    }
}

/// Works the runner's runs until the server has let its streams go.
private struct RunWorker: Service {
    let runner: CrewRunner

    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await runner.run() }
            group.addTask {
                // Ends on shutdown, which cancels the runs; the server, started later, is stopped first.
                try? await gracefulShutdown()
            }
            await group.next()
            group.cancelAll()
        }
    }
}
