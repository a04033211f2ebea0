import ArgumentParser
import CrewConfig
import CrewKit
import CrewServer
import Foundation
import Logging

/// Serves crews over HTTP, with their page.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves one or more crews over HTTP, with a page to talk to them.",
        discussion: """
            GET|POST /api/crew/stream runs an input and streams what happens as Server-Sent Events; \
            /v1/runs is the interface for programs, / the page, /health the state.

            Of several crews each is called by the name of its folder: /v1/crews/{id}/runs, \
            /api/crew/stream?crew={id}. The first one is meant where none is named.

            Runs are kept in DIR/.crew/runs.sqlite of the first folder and outlive the server: what a \
            crash or a restart left unfinished goes on when the server is started again. One server at \
            a time owns the file. Ctrl-C lets runs come to a safe point and ends; a second one ends at \
            once.

            SIGHUP reads all crews again, --watch each one whose files change. Runs under way are \
            worked to their rest as they began; a crew that cannot run is refused, and the one before \
            goes on.
            """)

    @Argument(help: "The crews' folders.", completion: .directory)
    var folders: [String]

    @Option(
        name: .customLong("env-file"),
        help: ArgumentHelp(
            "A file with NAME=value lines; what the environment sets already counts more.",
            discussion:
                "Without it, .env in a crew's folder or in this one is read where there is one."),
        completion: .file())
    var environmentFile: String?

    @Option(
        help: "A file of prices that lies over the bundled table, in place of your own.",
        completion: .file())
    var prices: String?

    @Flag(help: "Reads a crew again when its files change, without ending what is under way.")
    var watch = false

    @OptionGroup var models: ModelOptions

    @Option(help: "The address to listen on; one that others reach needs keys.")
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
                + "(default: sqlite:DIR/.crew/runs.sqlite, DIR being the first folder)"),
        transform: StoreChoice.init)
    var store: StoreChoice = .file(nil)

    @Option(
        name: .customLong("on-restart"),
        help: ArgumentHelp(
            "What becomes of runs that a server left unfinished: resume, pause or fail. "
                + "(default: resume)", valueName: "policy"),
        transform: RecoveryPolicy.init)
    var recovery: RecoveryPolicy = .resume

    @OptionGroup var access: AccessOptions
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
        let recovery = recovery
        let retention = retention.filled(from: firstSettings)
        try await CommandStore.withOpen(store, of: folders[0], keeping: retention) {
            [logger] store in
            let background = BackgroundWork()
            let plan = ServingPlan(
                store: store, recovery: recovery, models: models, environmentFile: environmentFile,
                prices: prices, logger: logger)
            try await background.working {
                try await serve(ServedFolders(plan: plan, background: background), plan)
            }
        }
    }

    /// What the first crew says of the store that all share.
    private var firstSettings: CrewSettings {
        // What is wrong with the folder is told when the crew is opened.
        let loaded = try? CrewFolder.load(
            folders[0], environment: ProcessInfo.processInfo.environment)
        return loaded?.definition.settings ?? CrewSettings()
    }

    private func serve(_ folders: ServedFolders, _ plan: ServingPlan) async throws {
        let logger = plan.logger
        let (crews, runners) = try await folders.open(self.folders)
        let count = try await runners.recover { run, error in
            logger.warning("run '\(run)' is left as it is, it cannot be read: \(error.message)")
        }
        try await runners.settleOverdue()
        if count > 0 { logger.notice("\(Self.fate(of: count, under: recovery))") }
        let environment = try EnvironmentReader(folder: self.folders[0], file: environmentFile)
            .environment(ProcessInfo.processInfo.environment)
        let composition = ServedComposition(
            crews: crews, runners: runners, folders: folders, watches: watch, store: plan.store,
            options: try options(environment, logger),
            webhook: try await webhook.calls(
                for: crews.all.map(\.runner), environment: environment, logger: logger),
            logger: logger)
        try await composition.serve()
    }

    private func options(
        _ environment: [String: String], _ logger: Logger
    ) throws -> ServerOptions {
        var options = ServerOptions()
        options.host = host
        options.port = port
        options.allowedHosts = Set(allowedHosts)
        options.version = ProductVersion.current
        try access.fill(&options, environment: environment, logger: logger)
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
