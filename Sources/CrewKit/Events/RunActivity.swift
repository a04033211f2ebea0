import Synchronization

/// What happens in all runs of a process, for those that count, measure and log.
///
/// Whoever works a run never waits for them: each reader has a bounded buffer, and loses the newest when
/// it is full; how much it lost is counted.
public final class RunActivity: Sendable {
    private struct State {
        var readers: [Int: AsyncStream<RunObservation>.Continuation] = [:]
        var next = 0
        var lost = 0
    }

    private let state = Mutex(State())
    let now: @Sendable () -> ContinuousClock.Instant

    /// - Parameter now: stamps what is seen, for durations that no change of the clock can spoil.
    public init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.now = now
    }

    /// What happens from now on; the stream ends with its reader's task.
    public func observations(
        buffering capacity: Int = 65_536
    ) -> AsyncStream<RunObservation> {
        let (stream, continuation) = AsyncStream<RunObservation>.makeStream(
            bufferingPolicy: .bufferingOldest(capacity))
        let number = state.withLock { state in
            state.next += 1
            state.readers[state.next] = continuation
            return state.next
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.readers.removeValue(forKey: number) }
        }
        return stream
    }

    /// Tells how long it has been there.
    package func stopwatch() -> @Sendable () -> Duration {
        let began = now()
        return { [now] in now() - began }
    }

    /// How many observations readers have lost because they were too slow.
    public var lost: Int { state.withLock { $0.lost } }

    func note(_ items: [RunObservation.Item], of facts: RunFacts) {
        let readers = state.withLock { Array($0.readers.values) }
        guard !readers.isEmpty else { return }
        let instant = now()
        var lost = 0
        for item in items {
            let observation = RunObservation(run: facts, instant: instant, item: item)
            for reader in readers {
                if case .dropped = reader.yield(observation) { lost += 1 }
            }
        }
        if lost > 0 { state.withLock { [lost] in $0.lost += lost } }
    }
}
