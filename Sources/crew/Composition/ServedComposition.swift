import CrewKit
import CrewServer
import CrewStore
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// Everything that lives for as long as a server does, in the order in which it ends.
struct ServedComposition: Sendable {
    let name: String
    let runner: CrewRunner
    let store: CommandStore
    let options: ServerOptions
    let webhook: WebhookCalls?
    let logger: Logger

    /// Runs still under way get as long to come to a safe point, after the streams were let go.
    private static let patience: Duration = .seconds(10)

    func serve() async throws {
        let server = try CrewHTTPServer(runner: runner, options: options, logger: logger) {
            await announce($0)
        }
        // They are shut down from the last to the first.
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
            .init(service: SecondSignal()),
            .init(
                service: RunWork(
                    runner: runner, patience: store.outlivesProcess ? Self.patience : .zero)),
            .init(service: Upkeep(runner: runner, store: store)),
            .init(service: server, successTerminationBehavior: .gracefullyShutdownGroup),
        ]
        if let webhook { services.append(.init(service: webhook)) }
        if store.outlivesProcess {
            services.append(
                .init(
                    service: HandBack(runner: runner, logger: logger),
                    successTerminationBehavior: .ignore))
        }
        var configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(30)
        try await ServiceGroup(configuration: configuration).run()
        // Without an owner of the file it means nothing any more.
        try? await store.file?.setServerAddress(nil)
    }

    private func announce(_ address: CrewHTTPServer.Address) async {
        do {
            try await store.file?.setServerAddress(address.description)
        } catch {
            logger.warning("'crew runs' will not find this server: \(error)")
        }
        StandardStreams.show("\(name) answers at \(address)\n")
        StandardStreams.show("model: \(options.modelDescription)\n")
        StandardStreams.show("runs: \(store.file?.path ?? "in memory, gone with this server")\n")
    }
}

/// Tells runs to stop at a safe point, first of all: the next server goes on from there.
private struct HandBack: Service {
    let runner: CrewRunner
    let logger: Logger

    func run() async throws {
        try? await gracefulShutdown()  // also when it is cancelled
        runner.handBack()
        guard runner.activeRuns > 0 else { return }
        logger.notice(
            "asked to end: \(runner.activeRuns) runs stop at a safe point and go on with the next server; asked again, this one ends at once"
        )
        // Cancelled when they have had their time.
        try? await runner.tellRunsUnderWay(every: runner.crew.settings.shutdownCheck) {
            logger.notice("\($0) runs still under way")
        }
    }
}

/// Works the runner's runs until the server has let its streams go and the runs have stopped.
private struct RunWork: Service {
    let runner: CrewRunner
    /// How long runs that were handed back may take to stop.
    let patience: Duration

    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await runner.run() }
            try? await gracefulShutdown()  // also when it is cancelled
            group.addTask { [patience] in
                // Cut short when all have stopped.
                try? await ContinuousClock().sleep(for: patience)
            }
            await group.next()
            group.cancelAll()
        }
    }
}

/// Looks after runs that nobody works or answers, and after the file that keeps them.
private struct Upkeep: Service {
    let runner: CrewRunner
    let store: CommandStore

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await runner.keepWatch() }
                if let file = store.file {
                    let interval = runner.crew.settings.pruningInterval
                    group.addTask { await file.maintain(every: interval) }
                }
            }
        }
    }
}

/// Ends the process at once when it is asked to end a second time.
private struct SecondSignal: Service {
    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        var count = 0
        for await _ in signals.cancelOnGracefulShutdown() {
            count += 1
            // What is stored is stored: the next process goes on from there.
            if count > 1 { exit(ExitCodes.cancelled) }
        }
    }
}
