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
        /// The key that opened it does not count any more.
        case keyGone
        case shuttingDown
    }

    private struct State {
        var ending: Ending?
        var isLastFrameDue = false
    }

    let number: Int
    let caller: Caller
    /// An element asks for a ping; there are none once the stream has to end.
    let pings: AsyncStream<Void>
    private let ping: AsyncStream<Void>.Continuation
    /// Ends when the stream has to: apart from the pings, whose writer may be stuck itself.
    private let ended: AsyncStream<Never>
    private let endedMark: AsyncStream<Never>.Continuation
    private let state = Mutex(State())
    private let sequence = Atomic(0)
    private let silentTicks = Atomic(0)
    private let openWrites = Atomic(0)

    init(number: Int, caller: Caller) {
        self.number = number
        self.caller = caller
        (pings, ping) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (ended, endedMark) = AsyncStream.makeStream()
    }

    /// The id of the newest frame that went out.
    var lastSequence: Int { sequence.load(ordering: .relaxed) }

    /// Why the stream has to end, once it has to.
    var reason: Ending? { state.withLock { $0.ending } }

    /// True while a write has not returned.
    var isWriting: Bool { openWrites.load(ordering: .relaxed) > 0 }

    /// True once the run's own last frame is on its way.
    var isLastFrameDue: Bool { state.withLock { $0.isLastFrameDue } }

    /// The first reason counts.
    func end(_ reason: Ending) {
        state.withLock { $0.ending = $0.ending ?? reason }
        ping.finish()
        endedMark.finish()
    }

    /// Says that the run's own last frame is about to be written.
    ///
    /// Decided in one place with the reasons to end, so that a stream has one last frame.
    ///
    /// - Returns: false when the stream has to end before that.
    func beginLastFrame() -> Bool {
        state.withLock { state in
            state.isLastFrameDue = state.ending == nil
            return state.isLastFrameDue
        }
    }

    /// Waits until the stream has to end; only one task may.
    func untilEnded() async throws -> Ending {
        for await _ in ended {}
        try Task.checkCancellation()
        return reason ?? .clientLeft
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
        // A ping may return after a newer frame: the newest id stays.
        self.sequence.max(sequence, ordering: .relaxed)
    }

    func tick(pingAfter silence: Int, giveUpAfter patience: Int) {
        let ticks = silentTicks.add(1, ordering: .relaxed).newValue
        if isWriting {
            if ticks >= patience { end(.stalled) }
        } else if ticks >= silence {
            ping.yield()
        }
    }
}
