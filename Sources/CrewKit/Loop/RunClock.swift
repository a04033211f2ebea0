/// A clock of any kind, and moments on it without its type.
///
/// `any Clock<Duration>` hides the instant, so moments are kept as time since the first look.
struct RunClock: Sendable {
    let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration

    init(_ clock: any Clock<Duration>) {
        self.clock = clock
        elapsed = Self.stopwatch(clock)
    }

    /// A moment to be done by.
    struct Deadline: Sendable {
        fileprivate let moment: Duration
    }

    /// Since the clock was looked at first.
    var now: Duration { elapsed() }

    func deadline(after duration: Duration) -> Deadline { Deadline(moment: elapsed() + duration) }

    /// Never negative.
    func remaining(until deadline: Deadline) -> Duration { max(.zero, deadline.moment - elapsed()) }

    private static func stopwatch<C: Clock>(_ clock: C) -> @Sendable () -> Duration
    where C.Duration == Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }
}
