public import CrewKit
import Foundation
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import ServiceLifecycle

/// Serves crews over HTTP: their event streams, their page, their health.
///
/// It works while `run()` is. A graceful shutdown takes no more requests, lets the open streams go
/// on for `drainTime`, and then ends each with an `error` frame; the runs are the runner's, which
/// has to be worked beside this.
public struct CrewHTTPServer: Service {
    let application: Application<RouterResponder<Routes.Context>>
    let streams: OpenStreams
    private let options: ServerOptions

    /// Where a server listens.
    public struct Address: Sendable, Hashable, CustomStringConvertible {
        public let host: String
        public let port: Int

        /// The address as a URL.
        public var description: String {
            host.utf8.contains(UInt8(ascii: ":"))
                ? "http://[\(host)]:\(port)" : "http://\(host):\(port)"
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
        try options.check()
        let streams = OpenStreams(limit: options.limits.maxOpenStreams)
        self.options = options
        self.streams = streams
        let figures = ServerFigures(options: options, streams: streams)
        figures.use(crews)
        var application = Application(
            responder: Routes.responder(
                for: crews, options: options, streams: streams, figures: figures),
            server: .http1(configuration: Self.channel(options)),
            configuration: ApplicationConfiguration(
                address: .hostname(options.host, port: options.port)),
            services: [
                StreamTicker(
                    streams: streams, keepAlive: { crews.keepAlive },
                    writeTimeout: { crews.readerPatience ?? options.writeTimeout },
                    clock: options.clock)
            ],
            onServerRunning: { channel in
                let bound = channel.localAddress
                await onListening(
                    Address(
                        host: bound?.ipAddress ?? options.host, port: bound?.port ?? options.port))
            },
            logger: logger)
        application.addServices(RunMetrics(figures, loops: application.eventLoopGroup))
        self.application = application
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
        streams.drain()
        try? await options.clock.sleep(for: options.drainTime)  // cut short when all have left
        streams.endAll()
    }

    private static func channel(_ options: ServerOptions) -> HTTP1Channel.Configuration {
        let limits = options.limits
        return HTTP1Channel.Configuration(
            idleTimeout: TimeAmount(options.idleTimeout),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.maxHeaderFieldBytes,
                maxHeaderListSize: limits.maxHeaderBytes))
    }
}
