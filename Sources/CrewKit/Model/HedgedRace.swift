import Synchronization

/// Which of two calls for the same reply began first.
final class HedgedRace: Sendable {
    enum Lane { case first, second }

    private let progress: @Sendable (ModelProgress) -> Void
    private let leader = Mutex<Lane?>(nil)
    /// Streams of nothing, each ended when its lane has lost.
    private let first = AsyncStream<Never>.makeStream()
    private let second = AsyncStream<Never>.makeStream()

    init(_ progress: @escaping @Sendable (ModelProgress) -> Void) { self.progress = progress }

    /// The call that began first, once there is one.
    var winner: Lane? { leader.withLock(\.self) }

    func hedge(after delay: Duration) { progress(.hedged(after: delay)) }

    func hasLost(_ lane: Lane) -> Bool { winner.map { $0 != lane } ?? false }

    /// Passes on what a call reports, but not what it says when the other one began before.
    func take(_ report: ModelProgress, in lane: Lane) {
        switch report {
        case .text, .reasoning: if claim(lane) { progress(report) }
        default: progress(report)
        }
    }

    /// Whether the reply of this call is the one that counts.
    func end(_ lane: Lane, with reply: ModelReply) -> Bool {
        if claim(lane) { return true }
        if let usage = reply.usage { progress(.lost(usage, cost: reply.cost)) }
        return false
    }

    /// Whether this call is the one that counts; it is when the other one has not begun.
    private func claim(_ lane: Lane) -> Bool {
        let (first, isNew) = leader.withLock { winner in
            let isNew = winner == nil
            winner = winner ?? lane
            return (winner, isNew)
        }
        if isNew { stream(of: lane == .first ? .second : .first).continuation.finish() }
        return first == lane
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
