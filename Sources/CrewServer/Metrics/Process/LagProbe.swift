import Synchronization

/// Measures how long event loops and the pool of tasks take to begin what they are given.
final class LagProbe: Sendable {
    /// Gives an event loop something to do.
    typealias Loop = @Sendable (@escaping @Sendable () -> Void) -> Void

    private let loops: [Loop]
    private let book: FigureBook
    private let now: @Sendable () -> ContinuousClock.Instant
    /// What loops were given and have not begun.
    private let open: Mutex<[Int: ContinuousClock.Instant]> = Mutex([:])

    init(
        loops: [Loop], book: FigureBook,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.loops = loops
        self.book = book
        self.now = now
    }

    /// For how long the slowest loop has not begun what it was given.
    var longestOpen: Duration {
        let now = now()
        return open.withLock { $0.values.map { now - $0 }.max() } ?? .zero
    }

    /// Asks each loop that has answered the last time.
    func askLoops() {
        for (number, loop) in loops.enumerated() {
            let sent = now()
            let isIdle = open.withLock { open in
                guard open[number] == nil else { return false }
                open[number] = sent
                return true
            }
            guard isIdle else { continue }
            loop { [self] in answer(number, sent) }
        }
    }

    private func answer(_ number: Int, _ sent: ContinuousClock.Instant) {
        let lag = now() - sent
        _ = open.withLock { $0.removeValue(forKey: number) }
        book.add(lag / .seconds(1), to: .eventLoopLag)
    }

    func askTasks() async {
        let sent = now()
        await withTaskGroup(of: ContinuousClock.Instant.self) { group in
            group.addTask { self.now() }
            for await began in group { book.add((began - sent) / .seconds(1), to: .taskLag) }
        }
    }
}
