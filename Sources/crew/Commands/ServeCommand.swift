import ArgumentParser
import CrewConfig
import CrewKit
import CrewServer
import Logging

/// Serves a crew over HTTP, with its page.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves a crew over HTTP, with a page to talk to it.",
        discussion: """
            GET|POST /api/crew/stream runs an input and streams what happens as Server-Sent Events; \
            /v1/runs is the interface for programs, / the page, /health the state.

            Runs are kept in DIR/.crew/runs.sqlite and outlive the server: what a crash or a restart \
            left unfinished goes on when the server is started again. One server at a time owns the \
            file. Ctrl-C lets runs come to a safe point and ends; a second one ends at once.
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

    @Option(
        help: ArgumentHelp(
            "Where runs are kept: memory, where they end with the server, or sqlite:PATH. "
                + "(default: sqlite:DIR/.crew/runs.sqlite)"),
        transform: StoreChoice.init)
    var store: StoreChoice = .file(nil)

    @Option(
        name: .customLong("on-restart"),
        help: ArgumentHelp(
            "What becomes of runs that a server left unfinished: resume, pause or fail. "
                + "(default: resume)", valueName: "policy"),
        transform: RecoveryPolicy.init)
    var recovery: RecoveryPolicy = .resume

    @OptionGroup var retention: RetentionOptions
    @OptionGroup var webhook: WebhookOptions

    @Option(name: .customLong("log-level"), help: "trace, debug, info, notice, warning or error.")
    var logLevel = "notice"

    func run() async throws {
        guard let level = Logger.Level(rawValue: logLevel) else {
            throw ValidationError("'\(logLevel)' is not a log level")
        }
        var logger = Logger(label: "crew") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        let setup = try CrewSetup(crew, models: models)
        let retention = retention.filled(from: setup.loaded.definition.settings)
        try await CommandStore.withOpen(store, of: crew.folder, keeping: retention) {
            [logger] store in
            try await setup.withIdleRunner(
                store, recovery: recovery,
                log: { logger.warning("\($0)") }
            ) { [logger] runner, choices in
                let count = try await runner.recover { run, error in
                    logger.warning(
                        "run '\(run)' is left as it is, it cannot be read: \(error.message)")
                }
                try await runner.settleOverdue()
                if count > 0 { logger.notice("\(Self.fate(of: count, under: recovery))") }
                let crew = ServedComposition(
                    name: setup.loaded.definition.name, runner: runner, store: store,
                    options: options(choices),
                    webhook: try await webhook.calls(
                        for: runner, environment: setup.environment, logger: logger),
                    logger: logger)
                try await crew.serve()
            }
        }
    }

    private func options(_ choices: ModelChoices) -> ServerOptions {
        var options = ServerOptions()
        options.host = host
        options.port = port
        options.allowedHosts = Set(allowedHosts)
        options.modelDescription = choices.summary
        options.isScripted = choices.isScripted
        options.version = ProductVersion.current
        return options
    }

    private static func fate(of count: Int, under policy: RecoveryPolicy) -> String {
        let runs = count == 1 ? "1 unfinished run was" : "\(count) unfinished runs were"
        return switch policy {
        case .resume: "\(runs) taken up"
        case .pause: "\(runs) paused: crew runs resume goes on"
        case .fail: "\(runs) ended as failed"
        }
    }
}

extension RecoveryPolicy {
    /// - Throws: `ValidationError` for another word.
    init(argument: String) throws {
        guard let policy = Self(rawValue: argument) else {
            throw ValidationError("write resume, pause or fail")
        }
        self = policy
    }
}
