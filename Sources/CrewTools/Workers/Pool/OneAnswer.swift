import Synchronization

/// A value that is given once and waited for by one task, in either order.
final class OneAnswer<Value: Sendable>: Sendable {
    private enum State {
        /// Goes to `awaited` or `given`.
        case new
        /// Goes to `given`.
        case awaited(CheckedContinuation<Value, Never>)
        /// Terminal; the value is kept for one who asks after it.
        case given(Value)
    }

    private let state = Mutex(State.new)

    var isGiven: Bool {
        state.withLock { state in
            if case .given = state { return true }
            return false
        }
    }

    /// The first value counts; false for any other.
    func give(_ value: Value) -> Bool {
        let (isFirst, waiting) = state.withLock {
            state -> (Bool, CheckedContinuation<Value, Never>?) in
            switch state {
            case .given: return (false, nil)
            case .new:
                state = .given(value)
                return (true, nil)
            case .awaited(let continuation):
                state = .given(value)
                return (true, continuation)
            }
        }
        waiting?.resume(returning: value)
        return isFirst
    }

    /// One task may ask, once.
    func value() async -> Value {
        await withCheckedContinuation { continuation in
            let early = state.withLock { state -> Value? in
                if case .given(let value) = state { return value }
                state = .awaited(continuation)
                return nil
            }
            if let early { continuation.resume(returning: early) }
        }
    }
}
