public import CrewKit
public import Foundation
public import Logging
public import ServiceLifecycle
import Synchronization

/// Tells a collector what happens in runs, as OpenTelemetry's conventions have it.
///
/// Runs and requests never wait for it. To be ended after the runs: what it knows then is sent within
/// `TracingSettings.flushTime`.
public final class Tracing: Service {
    public let sampler: TraceSampler
    let exporter: SpanExporter
    private let settings: TracingSettings
    private let observations: AsyncStream<RunObservation>
    private let builder: Mutex<SpanBuilder>
    private let now: @Sendable () -> Date

    /// - Parameters:
    ///   - activity: the one of the runners; it is followed from now on.
    ///   - version: of the program.
    public init(
        _ settings: TracingSettings, activity: RunActivity, version: String,
        transport: any TraceTransport, clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Date = { Date() },  // default
        chance: @escaping @Sendable () -> Double = { .random(in: 0...1) },  // default
        logger: Logger
    ) {
        self.settings = settings
        self.now = now
        sampler = settings.sampler
        observations = activity.observations(buffering: 16_384)
        builder = Mutex(SpanBuilder(capturesContent: settings.capturesContent))
        exporter = SpanExporter(
            settings, version: version, transport: transport, clock: clock, chance: chance,
            logger: logger)
    }

    public func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.follow() }
            group.addTask { await self.exporter.run() }
            try? await gracefulShutdown()  // also when it is cancelled
            group.cancelAll()
        }
        exporter.add(builder.withLock { $0.endAll(at: now()) })
        await exporter.flush(within: settings.flushTime)
    }

    /// Until it is cancelled, and then what was there before.
    private func follow() async {
        for await seen in observations { exporter.add(builder.withLock { $0.note(seen) }) }
    }
}

extension Tracing {
    /// Spans that were sent, found no room, and were not taken, for the figures of a server.
    public var counts: (sent: Int, dropped: Int, refused: Int) {
        let counts = exporter.counts
        return (counts.sent, counts.dropped, counts.refused)
    }
}
