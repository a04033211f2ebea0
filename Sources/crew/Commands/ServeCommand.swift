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
            a time owns the file; --standby waits for that one to end and takes its place. Ctrl-C lets \
            runs come to a safe point and ends, with 0; a second one ends at once, with 130.

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

    @OptionGroup(title: "Models") var models: ModelOptions

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

    @OptionGroup(title: "Keys and TLS") var access: AccessOptions

    @Flag(
        help: ArgumentHelp(
            "Waits for the server that owns the store to end, and takes its place.",
            discussion: "Meanwhile it listens, and answers 503 to everything but /live."))
    var standby = false

    @Option(
        name: .customLong("standby-seconds"),
        help: ArgumentHelp("How long --standby waits.", valueName: "seconds"))
    var standbySeconds = 600

    @OptionGroup(title: "How long runs are kept") var retention: RetentionOptions

    @OptionGroup(title: "Webhook") var webhook: WebhookOptions

    @OptionGroup(title: "Limits") var limits: LimitOptions

    @OptionGroup(title: "Log and traces") var telemetry: TelemetryOptions

    func validate() throws {
        guard standbySeconds > 0 else {
            throw ValidationError("--standby-seconds has to be at least 1")
        }
    }

    func run() async throws {
        let lines = LogLines()
        defer { lines.flush() }
        let logger = telemetry.logger(lines)
        let background = BackgroundWork()
        let parts = OpenParts()
        let environment = try EnvironmentReader(folder: folders[0], file: environmentFile)
            .environment(ProcessInfo.processInfo.environment)
        var options = try options(parts, environment, logger)
        let followers = try telemetry.followers(
            of: options.activity, environment: environment, logger: logger)
        options.tracing = followers.tracing
        let opening = opening(options, parts, background, logger)
        let stage = Later<ServedWork>()
        try await background.working { [options] in
            do {
                try await serve(opening, stage, options, followers, logger)
            } catch {
                await stage.present?.store.closeQuietly()  // what went wrong matters more
                throw error
            }
        }
        try await stage.present?.store.close()
    }

    private func serve(
        _ opening: Opening, _ stage: Later<ServedWork>, _ options: ServerOptions,
        _ followers: TelemetryFollowers, _ logger: Logger
    ) async throws {
        if standby {
            try opening.check()
        } else {
            do {
                stage.give(try await opening.open())
            } catch let error as CrewError where error.code == .storeInUse {
                throw CommandFailure(
                    "error: \(error.message) (--standby waits for that one to end)")
            }
        }
        let composition = ServedComposition(
            stage: stage,
            takeover: standby
                ? Takeover(
                    opening: opening, stage: stage, patience: .seconds(standbySeconds)) : nil,
            watches: watch, options: options,
            followers: followers,
            notices: SystemdNotices(environment: ProcessInfo.processInfo.environment),
            logger: logger)
        try await composition.serve()
    }

    private func opening(
        _ options: ServerOptions, _ parts: OpenParts, _ background: BackgroundWork,
        _ logger: Logger
    ) -> Opening {
        Opening(
            choice: store, folders: folders, retention: retention.filled(from: firstSettings),
            background: background, environmentFile: environmentFile, webhook: webhook
        ) { [recovery, models, environmentFile, prices] store in
            ServingPlan(
                store: store, recovery: recovery, models: models, environmentFile: environmentFile,
                prices: prices, logger: logger, parts: parts, admission: options.admission,
                activity: options.activity)
        }
    }

    /// What the first crew says of the store that all share.
    private var firstSettings: CrewSettings {
        // What is wrong with the folder is told when the crew is opened.
        let loaded = try? CrewFolder.load(
            folders[0], environment: ProcessInfo.processInfo.environment)
        return loaded?.definition.settings ?? CrewSettings()
    }

    private func options(
        _ parts: OpenParts, _ environment: [String: String], _ logger: Logger
    ) throws -> ServerOptions {
        var options = ServerOptions()
        limits.apply(to: &options)
        if let shortage = limits.shortage(in: options) { logger.warning("\(shortage)") }
        options.dependencies = { parts.states }
        options.cacheLookups = { parts.lookups }
        options.host = host
        options.port = port
        options.allowedHosts = Set(allowedHosts)
        options.version = ProductVersion.current
        try access.fill(&options, environment: environment, logger: logger)
        return options
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
