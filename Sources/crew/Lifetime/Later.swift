import Synchronization

/// Something that will be there later, once, or never.
final class Later<Value: Sendable>: Sendable {
    private enum State {
        case awaited([Int: CheckedContinuation<Value?, Never>], next: Int)
        case there(Value)
        case never
    }

    private let state: Mutex<State>

    init() { state = Mutex(.awaited([:], next: 0)) }

    var present: Value? {
        state.withLock { state in
            if case .there(let value) = state { return value }
            return nil
        }
    }

    /// Whether nothing more will change.
    var isSettled: Bool {
        state.withLock { state in
            if case .awaited = state { return false }
            return true
        }
    }

    /// - Returns: false when it was settled before.
    @discardableResult
    func give(_ value: Value) -> Bool { settle(.there(value), value) }

    /// There will be none.
    @discardableResult
    func giveUp() -> Bool { settle(.never, nil) }

    /// Waits for it; `nil` when there is none, or the task is cancelled.
    func value() async -> Value? {
        let number = state.withLock { state -> Int in
            guard case .awaited(let waiting, let next) = state else { return 0 }
            state = .awaited(waiting, next: next + 1)
            return next + 1
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Value?? in
                    switch state {
                    case .there(let value): return .some(value)
                    case .never: return .some(nil)
                    case .awaited(var waiting, let next):
                        if Task.isCancelled { return .some(nil) }
                        waiting[number] = continuation
                        state = .awaited(waiting, next: next)
                        return nil
                    }
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            forget(number)?.resume(returning: nil)
        }
    }

    private func forget(_ number: Int) -> CheckedContinuation<Value?, Never>? {
        state.withLock { state in
            guard case .awaited(var waiting, let next) = state else { return nil }
            defer { state = .awaited(waiting, next: next) }
            return waiting.removeValue(forKey: number)
        }
    }

    private func settle(_ end: State, _ value: Value?) -> Bool {
        let waiting = state.withLock { state -> [CheckedContinuation<Value?, Never>]? in
            guard case .awaited(let waiting, _) = state else { return nil }
            state = end
            return Array(waiting.values)
        }
        for continuation in waiting ?? [] { continuation.resume(returning: value) }
        return waiting != nil
    }
}
