import CrewKit
import CrewServer
import Logging
import ServiceLifecycle

/// Ends the work of a server, first of all when it is asked to end: nothing new is begun, runs come
/// to a safe point and stay for the next process, streams end with a word about when to come again.
struct HandBack: Service {
    let server: CrewHTTPServer
    let stage: Later<ServedWork>
    /// Given when runs have had their time.
    let cutOff: Later<Void>
    /// How long runs may take to come to a safe point.
    let drainTime: Duration
    let notices: SystemdNotices
    let logger: Logger

    /// How long runs that are cut off may take: what they do is cancelled, what came of it stored.
    private static let cutTime: Duration = .seconds(3)

    func run() async throws {
        try? await gracefulShutdown()  // also when it is cancelled
        notices.stopping()
        server.drain()
        defer { cutOff.give(()) }
        // Whoever stood by has nothing to hand back.
        guard !stage.giveUp(), let work = stage.present else { return }
        if work.store.outlivesProcess { work.runners.handBack() }
        await drain(work)
        await server.endStreams()
    }

    private func drain(_ work: ServedWork) async {
        let runners = work.runners
        guard runners.activeRuns > 0 else { return }
        let fate =
            work.store.outlivesProcess
            ? "stop at a safe point and go on with the next server" : "may end"
        logger.notice(
            "asked to end: \(runners.activeRuns) runs \(fate); asked again, this one ends at once")
        await wait(for: runners, atMost: drainTime) { logger.notice("runs still under way: \($0)") }
        guard runners.activeRuns > 0 else { return }
        logger.notice("their time is over, runs that are cut off: \(runners.activeRuns)")
        cutOff.give(())
        await wait(for: runners, atMost: Self.cutTime) { _ in }
    }

    private func wait(
        for runners: CrewRunners, atMost limit: Duration, _ tell: @escaping @Sendable (Int) -> Void
    ) async {
        let interval = runners.shortest(\.shutdownCheck) ?? .milliseconds(100)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                try? await runners.tellRunsUnderWay(every: interval, tell)  // or their time is over
            }
            group.addTask {
                try? await ContinuousClock().sleep(for: limit)  // cut short when all have stopped
            }
            await group.next()
            group.cancelAll()
        }
    }
}

/// Works the crews' runs until they have stopped or are cut off.
struct RunWork: Service {
    let stage: Later<ServedWork>
    let cutOff: Later<Void>

    func run() async throws {
        guard let work = await stage.value() else {
            try? await gracefulShutdown()  // also when it is cancelled
            return
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await work.runners.run() }
            group.addTask { [cutOff] in _ = await cutOff.value() }
            await group.next()
            group.cancelAll()
        }
        try? await gracefulShutdown()  // as above
    }
}

extension CrewRunners {
    /// Of what the crews' settings say the shortest.
    func shortest(_ time: (CrewSettings) -> Duration) -> Duration? {
        all.map { time($0.crew.settings) }.min()
    }
}
