import Synchronization

/// When calls have to be over. One task looks after all of them: a timer for each call would cost
/// more than the rest of a short call.
final class CallDeadlines: Sendable {
    private struct Entry {
        let moment: Duration
        let act: @Sendable () -> Void
    }

    private struct State {
        var last = 0
        var entries: [Int: Entry] = [:]
        /// When the task looks next; absent while there is nothing to look after.
        var nextLook: Duration?
        /// Makes it look earlier.
        var alarm: OneAnswer<Void>?
    }

    private let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration
    private let state = Mutex(State())

    init(_ clock: any Clock<Duration>) {
        self.clock = clock
        elapsed = Self.stopwatch(clock)
    }

    /// Acts after a while, unless it is removed before. Returns what `remove` wants to know.
    func add(after limit: Duration, _ act: @escaping @Sendable () -> Void) -> Int {
        let moment = elapsed() + limit
        let (number, alarm) = state.withLock { state -> (Int, OneAnswer<Void>?) in
            state.last += 1
            state.entries[state.last] = Entry(moment: moment, act: act)
            let isEarlier = state.nextLook.map { moment < $0 } ?? true
            return (state.last, isEarlier ? state.alarm : nil)
        }
        _ = alarm?.give(())  // one that was given already is as good
        return number
    }

    func remove(_ number: Int) { state.withLock { _ = $0.entries.removeValue(forKey: number) } }

    /// Looks after them until it is cancelled.
    func run() async {
        while !Task.isCancelled {
            let alarm = OneAnswer<Void>()
            let now = elapsed()
            let (due, wait) = state.withLock { state -> ([Entry], Duration?) in
                let due = state.entries.filter { $0.value.moment <= now }
                for number in due.keys { state.entries[number] = nil }
                state.nextLook = state.entries.values.map(\.moment).min()
                state.alarm = alarm
                return (Array(due.values), state.nextLook.map { $0 - now })
            }
            for entry in due { entry.act() }
            await self.wait(wait, or: alarm)
        }
    }

    private func wait(_ duration: Duration?, or alarm: OneAnswer<Void>) async {
        await withTaskGroup(of: Void.self) { group in
            if let duration {
                group.addTask { [clock] in
                    // Cancelled, there is nothing to wait for either.
                    try? await clock.sleep(for: duration)
                    _ = alarm.give(())  // as above
                }
            }
            await withTaskCancellationHandler {
                await alarm.value()
            } onCancel: {
                _ = alarm.give(())  // as above
            }
            group.cancelAll()
        }
    }

    private static func stopwatch<C: Clock>(_ clock: C) -> @Sendable () -> Duration
    where C.Duration == Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }
}
