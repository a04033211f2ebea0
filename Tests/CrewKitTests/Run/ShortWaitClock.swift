import Synchronization

/// A clock on which waits of up to three seconds pass at once and longer ones never end, so that
/// delays are over and deadlines are not.
final class ShortWaitClock: Clock {
    typealias Instant = ContinuousClock.Instant

    private let all = Mutex<[Duration]>([])

    var now: Instant { ContinuousClock.now }
    var minimumResolution: Duration { .zero }

    /// Every short wait so far, rounded to tenths of a second.
    var sleeps: [Duration] { all.withLock { $0 } }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        let wait = now.duration(to: deadline)
        guard wait > .seconds(3) else {
            let tenths = (wait / .milliseconds(100)).rounded()
            return all.withLock { $0.append(.milliseconds(100) * Int(tenths)) }
        }
        let (stream, end) = AsyncStream<Void>.makeStream()
        for await _ in stream {}
        withExtendedLifetime(end) {}
        throw CancellationError()
    }
}
