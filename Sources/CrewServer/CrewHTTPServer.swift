public import CrewKit
import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
public import Logging
import NIOCore
public import ServiceLifecycle

/// Serves crews over HTTP: their event streams, their page, their health.
///
/// It works while `run()` is. A graceful shutdown takes no more requests, lets the open streams go
/// on for `drainTime`, and then ends each with an `error` frame; the runs are the runner's, which
/// has to be worked beside this.
public struct CrewHTTPServer: Service, CustomStringConvertible {
    /// In logs; its options hold more than belongs there.
    public var description: String { "CrewHTTPServer" }

    let application: Application<StandbyResponder>
    let streams: OpenStreams
    private let options: ServerOptions
    private let watch = ServedWatch()
    private let startedAt: Date
    private let parts: RouteParts

    /// Where a server listens.
    public struct Address: Sendable, Hashable, CustomStringConvertible {
        public let host: String
        public let port: Int
        /// Whether the server speaks TLS there.
        public var isEncrypted = false

        /// The address as a URL.
        public var description: String {
            let scheme = isEncrypted ? "https" : "http"
            return host.utf8.contains(UInt8(ascii: ":"))
                ? "\(scheme)://[\(host)]:\(port)" : "\(scheme)://\(host):\(port)"
        }
    }

    /// Serves one crew; its id is made of its name.
    ///
    /// - Parameter onListening: told where the server listens, once it does.
    /// - Throws: `invalidInput` when the options cannot be.
    public init(
        runner: CrewRunner, options: ServerOptions = ServerOptions(), logger: Logger,
        onListening: @escaping @Sendable (Address) async -> Void = { _ in }
    ) throws(CrewError) {
        let crew = ServedCrew(
            id: ServedCrew.id(from: runner.name), runner: runner,
            modelDescription: options.modelDescription, isScripted: options.isScripted,
            loadedAt: options.now())
        try self.init(
            crews: ServedCrews([crew]), options: options, logger: logger, onListening: onListening)
    }

    /// - Parameter onListening: told where the server listens, once it does.
    /// - Throws: `invalidInput` when the options cannot be.
    public init(
        crews: ServedCrews, options: ServerOptions = ServerOptions(), logger: Logger,
        onListening: @escaping @Sendable (Address) async -> Void = { _ in }
    ) throws(CrewError) {
        try self.init(standby: options, logger: logger, onListening: onListening)
        serve(crews)
    }

    /// A server that listens and says that it is not ready, until `serve` gives it crews.
    ///
    /// - Throws: `invalidInput` when the options cannot be.
    public init(
        standby options: ServerOptions, logger: Logger,
        onListening: @escaping @Sendable (Address) async -> Void = { _ in }
    ) throws(CrewError) {
        try options.check()
        let (keys, now) = (options.keys, options.now)
        let streams = OpenStreams(
            limit: options.limits.maxOpenStreams, perOwner: options.rates.maxReadersPerOwner,
            counts: options.counts
        ) { caller in keys?.stillCounts(caller, at: now()) ?? true }
        self.options = options
        self.streams = streams
        startedAt = options.now()
        let watch = watch
        let parts = RouteParts(
            streams: streams, requests: RecentRequests(options: options),
            figures: ServerFigures(options: options, streams: streams, watch: watch),
            watchers: Self.watchers(options, logger))
        self.parts = parts
        let health = HealthRoute(
            crews: nil, options: options, streams: streams, watch: nil, startedAt: startedAt)
        var application = Application(
            responder: StandbyResponder(
                standby: Routes.standby(health, options: options, parts)),
            server: Self.channels(options),
            configuration: Self.configuration(options, logger),
            services: [
                StreamTicker(
                    streams: streams, keepAlive: { watch.crews?.keepAlive ?? .seconds(30) },
                    writeTimeout: { watch.crews?.readerPatience ?? options.writeTimeout },
                    clock: options.clock), watch,
                RequestFollowing(
                    requests: parts.requests,
                    observations: options.activity.observations(buffering: 16_384)),
            ] + options.fileServices(logger: logger),
            onServerRunning: { channel in
                let bound = channel.localAddress
                await onListening(
                    Address(
                        host: bound?.ipAddress ?? options.host, port: bound?.port ?? options.port,
                        isEncrypted: options.certificate != nil))
            },
            logger: logger)
        application.addServices(RunMetrics(parts.figures, loops: application.eventLoopGroup))
        self.application = application
    }

    /// What cannot even be refused in words waits outside, so that descriptors are left for the
    /// server itself.
    private static func configuration(
        _ options: ServerOptions, _ logger: Logger
    ) -> ApplicationConfiguration {
        let most = options.connections.maxConnections
        return ApplicationConfiguration(
            address: .hostname(options.host, port: options.port), backlog: 4_096,
            availableConnectionsDelegate: .maximum(most + most / 4 + 4, logger: logger))
    }

    /// Who is told of requests.
    private static func watchers(
        _ options: ServerOptions, _ logger: Logger
    ) -> [any RequestWatcher] {
        var watchers: [any RequestWatcher] = [AccessLog(logger: logger)]
        if let tracing = options.tracing { watchers.append(RequestSpans(tracing: tracing)) }
        return watchers
    }

    /// Answers for these crews from now on, and is ready. To be called once.
    public func serve(_ crews: ServedCrews) {
        let look = DependencyWatch(store: crews.first.runner.store, options: options)
        let health = HealthRoute(
            crews: crews, options: options, streams: streams, watch: look, startedAt: startedAt)
        watch.begin(crews, look)
        application.responder.serve(
            Routes.responder(
                for: crews, options: options, health: health, parts))
        options.life.serve()
    }

    /// Begins nothing from now on: what asks for it is answered with 503 and `Retry-After`.
    public func drain() {
        options.life.drain()
        streams.drain()
    }

    /// Ends the streams that are still open, each with a frame that says when to come again, and
    /// returns when they are gone or have had their time.
    public func endStreams() async {
        streams.endAll()
        let step: Duration = .milliseconds(20)
        var left = options.goodbyeTime
        while streams.count > 0, left > .zero {
            guard (try? await options.clock.sleep(for: step)) != nil else { return }  // cancelled
            left -= step
        }
    }

    /// What looks at the things that the server needs; absent while it stands by.
    var look: DependencyWatch? { watch.look }

    /// Whether requests could be answered: every event loop turns and the store says how it does,
    /// well or not, within a second.
    public func makesProgress() async -> Bool {
        for loop in application.eventLoopGroup.makeIterator() {
            guard (try? await loop.submit {}.get()) != nil else { return false }  // it has ended
        }
        guard let look = watch.look else { return true }
        return await look.storeAnswers()
    }

    public func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.drainOnShutdown() }
            defer { group.cancelAll() }
            do {
                try await application.run()
            } catch let error as IOError where error.errnoCode == EADDRINUSE {
                throw CrewError(
                    .invalidInput,
                    "port \(options.port) is taken on \(options.host): choose another, or 0 for any",
                    cause: error)
            }
        }
    }

    private func drainOnShutdown() async {
        guard (try? await gracefulShutdown()) != nil else { return }  // the server ended by itself
        drain()
        try? await options.clock.sleep(for: options.drainTime)  // cut short when all have left
        streams.endAll()
    }

    /// With a certificate HTTP/2 for who can, and HTTP/1.1, both over TLS.
    private static func channels(_ options: ServerOptions) -> HTTPServerBuilder {
        guard let certificate = options.certificate else {
            return .http1(configuration: channel(options))
        }
        return HTTPServerBuilder { responder in
            let base = try HTTP2UpgradeChannel(
                tlsConfiguration: certificate.configuration,
                configuration: HTTP2ChannelConfiguration(
                    idleTimeout: options.idleTimeout,
                    gracefulCloseTimeout: options.drainTime + options.goodbyeTime,
                    streamConfiguration: channel(options)),
                responder: responder)
            return EncryptedConnections(
                base: base, limits: options.connections, counts: options.counts)
        }
    }

    private static func channel(_ options: ServerOptions) -> HTTP1Channel.Configuration {
        let limits = options.limits
        return HTTP1Channel.Configuration(
            additionalChannelHandlers: [ConnectionDoor(options: options)],
            idleTimeout: TimeAmount(options.idleTimeout),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.maxHeaderFieldBytes,
                maxHeaderListSize: limits.maxHeaderBytes))
    }
}
