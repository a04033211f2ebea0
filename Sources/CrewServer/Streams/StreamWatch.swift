import Synchronization

/// What one open stream tells those who look after it, and they it.
///
/// The stream says when it writes; the ticker finds those that are silent or stuck.
final class StreamWatch: Sendable {
    /// Why a stream is over.
    enum Ending: Sendable {
        case runAtRest
        case clientLeft
        /// The client took nothing for too long.
        case stalled
        case shuttingDown
    }

    let number: Int
    /// An element asks for a ping; the end says that the stream is over.
    let pings: AsyncStream<Void>
    private let ping: AsyncStream<Void>.Continuation
    private let ending = Mutex<Ending?>(nil)
    private let sequence = Atomic(0)
    private let silentTicks = Atomic(0)
    private let openWrites = Atomic(0)

    init(number: Int) {
        self.number = number
        (pings, ping) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The id of the newest frame that went out.
    var lastSequence: Int { sequence.load(ordering: .relaxed) }

    /// Why the stream has to end, once it has to.
    var reason: Ending? { ending.withLock { $0 } }

    /// The first reason counts.
    func end(_ reason: Ending) {
        ending.withLock { $0 = $0 ?? reason }
        ping.finish()
    }

    /// Counts as life: a write that does not return is what makes a stream stuck.
    func writing<Failure: Error>(
        upTo sequence: Int, _ write: () async throws(Failure) -> Void
    ) async throws(Failure) {
        openWrites.add(1, ordering: .relaxed)
        silentTicks.store(0, ordering: .relaxed)
        defer {
            openWrites.subtract(1, ordering: .relaxed)
            silentTicks.store(0, ordering: .relaxed)
        }
        try await write()
        self.sequence.store(sequence, ordering: .relaxed)
    }

    func tick(pingAfter silence: Int, giveUpAfter patience: Int) {
        let ticks = silentTicks.add(1, ordering: .relaxed).newValue
        if openWrites.load(ordering: .relaxed) > 0 {
            if ticks >= patience { end(.stalled) }
        } else if ticks >= silence {
            ping.yield()
        }
    }
}
