import Synchronization

/// Which of two calls for the same reply began first.
final class HedgedRace: Sendable {
    enum Lane { case first, second }

    private struct State {
        var winner: Lane?
        var isHedged = false
    }

    private let progress: @Sendable (ModelProgress) -> Void
    private let state = Mutex(State())
    /// Streams of nothing, each ended when its lane has lost.
    private let first = AsyncStream<Never>.makeStream()
    private let second = AsyncStream<Never>.makeStream()

    init(_ progress: @escaping @Sendable (ModelProgress) -> Void) { self.progress = progress }

    var hasWinner: Bool { state.withLock { $0.winner != nil } }
    var isHedged: Bool { state.withLock(\.isHedged) }

    func hedge(after delay: Duration) {
        state.withLock { $0.isHedged = true }
        progress(.hedged(after: delay))
    }

    func hasLost(_ lane: Lane) -> Bool {
        state.withLock { $0.winner.map { $0 != lane } ?? false }
    }

    /// Passes on what a call reports, unless the other one began before.
    func take(_ report: ModelProgress, in lane: Lane) {
        switch report {
        case .text, .reasoning: if claim(lane) { progress(report) }
        default: if !hasLost(lane) { progress(report) }
        }
    }

    /// Whether this call is the one that counts; it is when the other one has not begun.
    func claim(_ lane: Lane) -> Bool {
        let (winner, isNew) = state.withLock { state in
            let isNew = state.winner == nil
            state.winner = state.winner ?? lane
            return (state.winner, isNew)
        }
        if isNew { stream(of: lane == .first ? .second : .first).continuation.finish() }
        return winner == lane
    }

    /// Returns when the other call began first, or the task is cancelled.
    func defeat(of lane: Lane) async {
        for await _ in stream(of: lane).stream {}
    }

    private func stream(
        of lane: Lane
    ) -> (stream: AsyncStream<Never>, continuation: AsyncStream<Never>.Continuation) {
        lane == .first ? first : second
    }
}
