import CrewKit
import CrewServer
import CrewStore
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// Everything that lives for as long as a server does, in the order in which it ends.
struct ServedComposition: Sendable {
    let crews: CrewServer.ServedCrews
    let runners: CrewRunners
    let folders: ServedFolders
    /// Whether crews are read again when their files change.
    let watches: Bool
    let store: CommandStore
    let options: ServerOptions
    let webhook: WebhookCalls?
    let logger: Logger

    /// Runs still under way get as long to come to a safe point, after the streams were let go.
    private static let patience: Duration = .seconds(10)

    func serve() async throws {
        let server = try CrewHTTPServer(crews: crews, options: options, logger: logger) {
            await announce($0)
        }
        // From now on it does not end the process.
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        // They are shut down from the last to the first.
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
            .init(service: SecondSignal()),
            .init(
                service: RunWork(
                    runners: runners, patience: store.outlivesProcess ? Self.patience : .zero)),
            .init(service: Upkeep(runners: runners, store: store)),
            .init(
                service: Reloading(
                    folders: folders, watches: watches, signals: hangups, logger: logger)),
            .init(service: RereadOnHangup(options: options, logger: logger)),
            .init(service: server, successTerminationBehavior: .gracefullyShutdownGroup),
        ]
        if let webhook { services.append(.init(service: webhook)) }
        if store.outlivesProcess {
            services.append(
                .init(
                    service: HandBack(runners: runners, logger: logger),
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
        let all = crews.all
        let names = all.map(\.runner.name).joined(separator: ", ")
        StandardStreams.show("\(names) \(all.count == 1 ? "answers" : "answer") at \(address)\n")
        for crew in all {
            let whose = all.count == 1 ? "model" : "model of \(crew.id)"
            StandardStreams.show("\(whose): \(crew.modelDescription)\n")
        }
        StandardStreams.show("runs: \(store.file?.path ?? "in memory, gone with this server")\n")
    }
}

/// Tells runs to stop at a safe point, first of all: the next server goes on from there.
private struct HandBack: Service {
    let runners: CrewRunners
    let logger: Logger

    func run() async throws {
        try? await gracefulShutdown()  // also when it is cancelled
        runners.handBack()
        guard runners.activeRuns > 0 else { return }
        logger.notice(
            "asked to end: \(runners.activeRuns) runs stop at a safe point and go on with the next server; asked again, this one ends at once"
        )
        let interval = runners.shortest(\.shutdownCheck) ?? .milliseconds(100)
        // Cancelled when they have had their time.
        try? await runners.tellRunsUnderWay(every: interval) {
            logger.notice("\($0) runs still under way")
        }
    }
}

/// Works the crews' runs until the server has let its streams go and the runs have stopped.
private struct RunWork: Service {
    let runners: CrewRunners
    /// How long runs that were handed back may take to stop.
    let patience: Duration

    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await runners.run() }
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
    let runners: CrewRunners
    let store: CommandStore

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await runners.keepWatch() }
                if let file = store.file {
                    let interval = runners.shortest(\.pruningInterval) ?? .seconds(300)
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

extension CrewRunners {
    /// Of what the crews' settings say the shortest.
    fileprivate func shortest(_ time: (CrewSettings) -> Duration) -> Duration? {
        all.map { time($0.crew.settings) }.min()
    }
}
