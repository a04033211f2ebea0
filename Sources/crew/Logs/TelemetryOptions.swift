import ArgumentParser
import AsyncHTTPClient
import CrewKit
import CrewServer
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle

/// What a server tells of its work: its log, and traces.
struct TelemetryOptions: ParsableArguments {
    @Option(
        name: .customLong("log"),
        help: ArgumentHelp(
            "How lines of the log look on standard error: text or json. (default: text)",
            discussion: """
                With --log-level info each run, turn, tool call and request has its lines. Lines carry \
                the ids of their request, trace and run.

                Traces are sent where OTEL_EXPORTER_OTLP_ENDPOINT says; docs/tracing.md has the rest.
                """,
            valueName: "form"))
    var form: LogForm = .text

    @Option(
        name: .customLong("log-level"), help: "trace, debug, info, notice, warning or error.",
        transform: Logger.Level.init(argument:))
    var level: Logger.Level = .notice

    @Flag(
        name: .customLong("log-content"),
        help: "Also writes what was said into the log: inputs, replies, arguments and results.")
    var showsContent = false

    /// The log of the process.
    func logger(_ lines: LogLines) -> Logger {
        var logger = Logger(label: "crew") { [form] _ in LogWriter(form, to: lines) }
        logger.logLevel = level
        return logger
    }

    /// What follows the runs of a server.
    ///
    /// - Throws: `invalidInput` for an environment that asks for what cannot be.
    func followers(
        of activity: RunActivity, environment: [String: String], logger: Logger
    ) throws(CrewError) -> TelemetryFollowers {
        var followers = TelemetryFollowers()
        // Without a reader nobody looks at what happens.
        if level <= .warning {
            followers.log = RunLog(activity: activity, showsContent: showsContent, logger: logger)
        }
        if let settings = try TracingSettings(environment: environment) {
            for warning in settings.warnings { logger.warning("traces: \(warning)") }
            let client = TraceClient()
            followers.client = client
            followers.tracing = Tracing(
                settings, activity: activity, version: ProductVersion.current, transport: client,
                logger: logger)
        }
        return followers
    }
}

/// What follows the runs of a server; it ends after them.
struct TelemetryFollowers: Service {
    var log: RunLog?
    var tracing: Tracing?
    fileprivate var client: TraceClient?

    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            if let log { group.addTask { try? await log.run() } }  // it throws nothing
            if let tracing { group.addTask { try? await tracing.run() } }  // it throws nothing
            // Without either, it has to be there until the others end.
            group.addTask { try? await gracefulShutdown() }  // also when it is cancelled
            await group.waitForAll()
        }
        try? await client?.shutdown()  // the process ends
    }
}

/// Sends spans over HTTP.
private struct TraceClient: TraceTransport {
    /// Bytes of an answer that are read.
    private static let mostBytes = 65_536

    private let client: HTTPClient

    init() {
        client = HTTPClient(
            configuration: HTTPClient.Configuration(redirectConfiguration: .disallow))
    }

    func post(
        _ body: [UInt8], fields: [(name: String, value: String)], to address: String,
        within limit: Duration
    ) async throws -> TraceAnswer {
        var request = HTTPClientRequest(url: address)
        request.method = .POST
        for field in fields { request.headers.replaceOrAdd(name: field.name, value: field.value) }
        request.body = .bytes(ByteBuffer(bytes: body))
        let response = try await client.execute(request, timeout: TimeAmount(limit))
        let wish = response.headers.first(name: "retry-after").flatMap { Int($0) }
        return TraceAnswer(
            status: Int(response.status.code),
            retryAfter: wish.map { .seconds(min(max($0, 0), 3_600)) },
            body: Array(buffer: try await response.body.collect(upTo: Self.mostBytes)))
    }

    func shutdown() async throws { try await client.shutdown() }
}

extension LogForm: ExpressibleByArgument {}

extension Logger.Level {
    /// - Throws: `ValidationError` for another word.
    fileprivate init(argument: String) throws {
        guard let level = Self(rawValue: argument) else {
            throw ValidationError("'\(argument)' is not a log level")
        }
        self = level
    }
}
