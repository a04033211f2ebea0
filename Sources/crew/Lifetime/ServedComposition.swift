import CrewKit
import CrewServer
import CrewStore
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// Everything that lives for as long as a server does, in the order in which it ends.
struct ServedComposition: Sendable {
    /// What the server works with, now or once it has taken over.
    let stage: Later<ServedWork>
    /// Absent for a server that does not stand by.
    let takeover: Takeover?
    /// Whether crews are read again when their files change.
    let watches: Bool
    let options: ServerOptions
    /// What tells of the runs; it ends after them.
    let followers: TelemetryFollowers
    let notices: SystemdNotices
    let logger: Logger

    func serve() async throws {
        let address = Later<CrewHTTPServer.Address>()
        let server = try CrewHTTPServer(standby: options, logger: logger) { bound in
            if takeover != nil {
                StandardStreams.show("standing by at \(bound)\n")
                notices.standingBy()
            }
            address.give(bound)
        }
        if let work = stage.present { server.serve(work.crews) }
        // From now on it does not end the process.
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        let cutOff = Later<Void>()
        // They are shut down from the last to the first.
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
            Self.part(SecondSignal()), Self.part(followers),
            Self.part(RunWork(stage: stage, cutOff: cutOff)),
            Self.part(Upkeep(stage: stage)),
            Self.part(
                Reloads(stage: stage, watches: watches, signals: hangups, logger: logger)),
            Self.part(RereadOnHangup(options: options, logger: logger)),
            .init(service: server, successTerminationBehavior: .gracefullyShutdownGroup),
            Self.part(Watchdog(notices: notices, server: server)),
            Self.part(Webhooks(stage: stage)),
            Self.part(
                Readiness(
                    stage: stage, address: address, newcomer: takeover == nil ? nil : server,
                    notices: notices, logger: logger)),
            Self.part(
                HandBack(
                    server: server, stage: stage, cutOff: cutOff, drainTime: options.drainTime,
                    notices: notices, logger: logger)),
        ]
        if let takeover { services.insert(Self.part(takeover), at: 1) }
        var configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = options.drainTime + .seconds(20)
        try await ServiceGroup(configuration: configuration).run()
        // Without an owner of the file it means nothing any more.
        try? await stage.present?.store.file?.setServerAddress(nil)
    }

    /// A part that may be done before the others.
    private static func part(
        _ service: any Service
    ) -> ServiceGroupConfiguration.ServiceConfiguration {
        .init(service: Staying(service: service), successTerminationBehavior: .ignore)
    }
}

/// Does not leave before it is its turn to: a group takes that for a failure.
private struct Staying: Service, CustomStringConvertible {
    let service: any Service

    /// In the log of the group; the whole thing holds more than belongs there.
    var description: String { "\(type(of: service))" }

    func run() async throws {
        try await service.run()
        try? await gracefulShutdown()  // also when it is cancelled
    }
}

/// Says where the server answers, once it does.
private struct Readiness: Service {
    let stage: Later<ServedWork>
    let address: Later<CrewHTTPServer.Address>
    /// A server that stood by and has no crews yet.
    let newcomer: CrewHTTPServer?
    let notices: SystemdNotices
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            guard let bound = await address.value(), let work = await stage.value() else { return }
            newcomer?.serve(work.crews)
            await announce(work, bound)
            notices.ready()
        }
        try? await gracefulShutdown()  // also when it is cancelled
    }

    private func announce(_ work: ServedWork, _ address: CrewHTTPServer.Address) async {
        do {
            try await work.store.file?.setServerAddress(address.description)
        } catch {
            logger.warning("'crew runs' will not find this server: \(error)")
        }
        let all = work.crews.all
        let names = all.map(\.runner.name).joined(separator: ", ")
        StandardStreams.show("\(names) \(all.count == 1 ? "answers" : "answer") at \(address)\n")
        for crew in all {
            let whose = all.count == 1 ? "model" : "model of \(crew.id)"
            StandardStreams.show("\(whose): \(crew.modelDescription)\n")
        }
        StandardStreams.show(
            "runs: \(work.store.file?.path ?? "in memory, gone with this server")\n")
    }
}

/// Looks after runs that nobody works or answers, and after the file that keeps them.
private struct Upkeep: Service {
    let stage: Later<ServedWork>

    func run() async throws {
        await cancelWhenGracefulShutdown {
            guard let work = await stage.value() else { return }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await work.runners.keepWatch() }
                if let file = work.store.file {
                    let interval = work.runners.shortest(\.pruningInterval) ?? .seconds(300)
                    group.addTask { await file.maintain(every: interval) }
                }
            }
        }
    }
}

/// Reads crews again, once they were read at all.
private struct Reloads: Service {
    let stage: Later<ServedWork>
    let watches: Bool
    let signals: UnixSignalsSequence
    let logger: Logger

    func run() async throws {
        guard let work = await stage.value() else { return }
        try await Reloading(
            folders: work.folders, watches: watches, signals: signals, logger: logger
        ).run()
    }
}

/// Tells of runs, where somebody wants to be told.
private struct Webhooks: Service {
    let stage: Later<ServedWork>

    func run() async throws {
        guard let work = await stage.value() else { return }
        try await work.webhook?.run()
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
