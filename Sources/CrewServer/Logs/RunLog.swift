public import CrewKit
public import Logging
public import ServiceLifecycle

/// Writes into the log what happens in runs: what began, what ended, what failed.
///
/// Lines never hold what was said, unless that was asked for. Runs never wait for the log.
public struct RunLog: Service {
    private let observations: AsyncStream<RunObservation>
    private let logger: Logger
    private let showsContent: Bool

    /// - Parameters:
    ///   - activity: the one of the runners; it is followed from now on.
    ///   - showsContent: true to write inputs, replies, arguments and results too.
    public init(activity: RunActivity, showsContent: Bool = false, logger: Logger) {
        observations = activity.observations(buffering: 16_384)
        self.showsContent = showsContent
        self.logger = logger
    }

    public func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await seen in observations { write(seen) }
            }
            try? await gracefulShutdown()  // also when it is cancelled
            group.cancelAll()
        }
    }

    func write(_ seen: RunObservation) {
        guard case .event(let stored) = seen.item, let line = LogLine(stored),
            logger.logLevel <= line.level
        else { return }
        var metadata = line.metadata
        metadata["run_id"] = "\(seen.run.run)"
        metadata["crew"] = "\(seen.run.crew)"
        metadata["session_id"] = seen.run.writtenSession.map { "\($0)" }
        metadata["tenant"] = seen.run.tenant.map { "\($0)" }
        metadata["request_id"] = seen.run.origin?.requestID.map { "\($0)" }
        metadata["trace_id"] = seen.run.origin?.trace.map { "\($0.traceID)" }
        metadata["branch"] = stored.branch.map { "\($0)" }
        metadata["sequence"] = "\(stored.sequence)"
        if showsContent { metadata.merge(LogLine.content(of: stored.event)) { $1 } }
        logger.log(level: line.level, "\(stored.event.name)", metadata: metadata)
    }
}
