import Synchronization

/// A clock that stands still until a test moves it.
public final class ManualClock: Clock {
    /// Time since the clock was made.
    public struct Instant: InstantProtocol {
        public var offset: Duration
        public init(offset: Duration) { self.offset = offset }
        public func advanced(by duration: Duration) -> Instant {
            Instant(offset: offset + duration)
        }
        public func duration(to other: Instant) -> Duration { other.offset - offset }
        public static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private struct Sleeper {
        let wakeUp: Instant
        let length: Duration
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct Waiter {
        let length: Duration
        let count: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var now = Instant(offset: .zero)
        var next = 0
        var sleepers: [Int: Sleeper] = [:]
        var cancelled: Set<Int> = []
        var waiters: [Int: Waiter] = [:]
    }

    private let state = Mutex(State())

    public init() {}

    public var now: Instant { state.withLock { $0.now } }
    public var minimumResolution: Duration { .zero }

    public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        let woke = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                add(
                    Sleeper(
                        wakeUp: deadline, length: now.duration(to: deadline),
                        continuation: continuation), number)
            }
        } onCancel: {
            cancel(number)
        }
        guard woke else { throw CancellationError() }
    }

    /// Returns when the clock was moved that far, for doubles that take their time.
    public func elapse(_ duration: Duration) async throws { try await sleep(for: duration) }

    /// Moves the clock and wakes everybody whose time has come.
    public func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            let due = state.sleepers.filter { $0.value.wakeUp <= state.now }
            for key in due.keys { state.sleepers[key] = nil }
            return due.values.sorted { $0.wakeUp < $1.wakeUp }
        }
        for sleeper in due { sleeper.continuation.resume(returning: true) }
    }

    /// Returns when that many tasks sleep for exactly that long, or when it is cancelled.
    public func waitForSleepers(of length: Duration, count: Int = 1) async {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if Task.isCancelled || Self.count(of: length, in: state) >= count {
                        return true
                    }
                    state.waiters[number] = Waiter(
                        length: length, count: count, continuation: continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.continuation.resume()
        }
    }

    private static func count(of length: Duration, in state: State) -> Int {
        state.sleepers.values.filter { $0.length == length }.count
    }

    private func add(_ sleeper: Sleeper, _ number: Int) {
        let (answer, ready) = state.withLock {
            state -> (Bool?, [CheckedContinuation<Void, Never>]) in
            if state.cancelled.remove(number) != nil { return (false, []) }
            if sleeper.wakeUp <= state.now { return (true, []) }
            state.sleepers[number] = sleeper
            let ready = state.waiters.filter {
                Self.count(of: $0.value.length, in: state) >= $0.value.count
            }
            for number in ready.keys { state.waiters[number] = nil }
            return (nil, ready.values.map(\.continuation))
        }
        for waiter in ready { waiter.resume() }
        if let answer { sleeper.continuation.resume(returning: answer) }
    }

    private func cancel(_ number: Int) {
        let sleeper = state.withLock { state in
            let sleeper = state.sleepers.removeValue(forKey: number)
            if sleeper == nil { state.cancelled.insert(number) }
            return sleeper
        }
        sleeper?.continuation.resume(returning: false)
    }
}
