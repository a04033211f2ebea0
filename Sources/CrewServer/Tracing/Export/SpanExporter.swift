import CrewKit
import Logging
import Synchronization

/// Sends spans to a collector, in batches and beside everything else.
///
/// Nobody waits for it, and it holds at most so many spans: what finds no room is dropped and counted.
final class SpanExporter: Sendable {
    /// What became of spans so far.
    struct Counts: Sendable, Hashable {
        var sent = 0
        /// There was no room for them.
        var dropped = 0
        /// The collector did not take them.
        var refused = 0
    }

    private struct State {
        var queue: [Span] = []
        var counts = Counts()
        /// Whether the collector took what it was sent last; absent before the first time.
        var isTaken: Bool?
    }

    /// How often one batch is sent at most.
    static let attempts = 5
    /// Looks at the queue within one delay.
    private static let looks = 20
    /// The longest wait before a batch is sent again, whatever the collector wishes.
    private static let longestWait: Duration = .seconds(30)

    private let settings: TracingSettings
    private let encoder: OTLPTraces
    private let transport: any TraceTransport
    private let clock: any Clock<Duration>
    /// From 0 to 1: spreads those who try again.
    private let chance: @Sendable () -> Double
    private let logger: Logger
    private let state = Mutex(State())

    init(
        _ settings: TracingSettings, version: String, transport: any TraceTransport,
        clock: any Clock<Duration>, chance: @escaping @Sendable () -> Double, logger: Logger
    ) {
        self.settings = settings
        encoder = OTLPTraces(resource: settings.resource, version: version)
        self.transport = transport
        self.clock = clock
        self.chance = chance
        self.logger = logger
    }

    var counts: Counts { state.withLock(\.counts) }
    /// Spans that wait to be sent.
    var waiting: Int { state.withLock { $0.queue.count } }

    /// Takes what there is room for.
    func add(_ spans: [Span]) {
        guard !spans.isEmpty else { return }
        state.withLock { state in
            let room = max(0, settings.queueLength - state.queue.count)
            state.queue += spans.prefix(room)
            state.counts.dropped += max(0, spans.count - room)
        }
    }

    /// Sends what comes, until it is cancelled.
    func run() async {
        while !Task.isCancelled {
            await waitForBatch()
            await sendAll()
        }
    }

    /// Sends what waits.
    func sendAll() async {
        while !Task.isCancelled, let batch = takeBatch() { await send(batch) }
    }

    /// Sends what is left, as far as the time goes.
    func flush(within limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.sendAll() }
            // Cut short when all is sent.
            group.addTask { [clock] in try? await clock.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
        let left = state.withLock { state in
            defer { state.queue = [] }
            state.counts.dropped += state.queue.count
            return state.counts
        }
        guard left.dropped + left.refused > 0 else { return }
        logger.warning(
            "traces: not all spans were sent",
            metadata: ["dropped": "\(left.dropped)", "refused": "\(left.refused)"])
    }

    /// Returns when a batch is full, or the delay is over.
    private func waitForBatch() async {
        for _ in 0..<Self.looks {
            guard waiting < settings.batchSize else { return }
            do {
                try await clock.sleep(for: settings.delay / Self.looks)
            } catch {
                return  // the process ends
            }
        }
    }

    private func takeBatch() -> [Span]? {
        state.withLock { state in
            guard !state.queue.isEmpty else { return nil }
            let batch = Array(state.queue.prefix(settings.batchSize))
            state.queue.removeFirst(batch.count)
            return batch
        }
    }

    // MARK: Sending

    /// What an answer, or none, means for a batch.
    private enum Verdict {
        case taken(rejected: Int)
        case again(after: Duration?, reason: String)
        case refused(reason: String)
    }

    private func send(_ batch: [Span]) async {
        let body = encoder.body(batch)
        for attempt in 1... {
            switch await post(body) {
            case .taken(let rejected): return noteTaken(batch.count, rejected: rejected)
            case .refused(let why): return noteRefused(batch.count, why)
            case .again(let wish, let why):
                guard !Task.isCancelled else { return putBack(batch) }
                guard attempt < Self.attempts else { return noteRefused(batch.count, why) }
                do {
                    try await clock.sleep(for: wait(after: attempt, wish))
                } catch {
                    return putBack(batch)
                }
            }
        }
    }

    /// The sending was broken off: that is no word of the collector's, and the end sends it again.
    private func putBack(_ batch: [Span]) {
        state.withLock { state in
            state.queue.insert(contentsOf: batch, at: 0)
            let excess = max(0, state.queue.count - settings.queueLength)
            state.queue.removeLast(excess)
            state.counts.dropped += excess
        }
    }

    /// Twice as long each time, and spread by half.
    private func wait(after attempt: Int, _ wish: Duration?) -> Duration {
        let usual = Duration.seconds(1 << (attempt - 1)) * (0.5 + chance())
        return min(max(usual, wish ?? .zero), Self.longestWait)
    }

    private func post(_ body: [UInt8]) async -> Verdict {
        do {
            let answer = try await transport.post(
                body, fields: [("content-type", "application/json")] + settings.headers,
                to: settings.endpoint, within: settings.timeout)
            switch answer.status {
            case 200..<300: return .taken(rejected: Self.rejected(in: answer.body))
            case 429, 502, 503, 504:
                return .again(after: answer.retryAfter, reason: "it answered \(answer.status)")
            default: return .refused(reason: "it answered \(answer.status)")
            }
        } catch {
            return .again(after: nil, reason: "\(error)")
        }
    }

    /// Spans of the batch that the collector took the rest of but not these.
    private static func rejected(in body: [UInt8]) -> Int {
        // A body that cannot be read says that all is well.
        let answer = try? JSONValue(parsing: String(decoding: body, as: UTF8.self))
        let count = answer?["partialSuccess"]?["rejectedSpans"]
        return count?.integer ?? count?.string.flatMap { Int($0) } ?? 0
    }

    private func noteTaken(_ count: Int, rejected: Int) {
        let isNews = state.withLock { state in
            defer { state.isTaken = true }
            state.counts.sent += max(0, count - rejected)
            state.counts.refused += min(count, max(0, rejected))
            return state.isTaken == false
        }
        if isNews { logger.notice("traces: the collector takes spans again") }
    }

    /// Told once, not for each batch.
    private func noteRefused(_ count: Int, _ reason: String) {
        let isNews = state.withLock { state in
            defer { state.isTaken = false }
            state.counts.refused += count
            return state.isTaken != false
        }
        guard isNews else { return }
        logger.warning("traces: the collector takes no spans", metadata: ["reason": "\(reason)"])
    }
}
