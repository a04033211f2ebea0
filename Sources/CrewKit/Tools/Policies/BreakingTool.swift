import Synchronization

/// Leaves a tool alone for a while that has failed several times in a row, over all runs.
///
/// Only failures of the tool count, not those of its callers. After the pause one call is let
/// through; when it succeeds all others are too.
final class BreakingTool: Tool {
    private enum State {
        /// Calls are made. Goes to `open` with one failure too many.
        case closed(failures: Int)
        /// Calls are refused until then. Goes to `trying`.
        case open(until: RunClock.Deadline)
        /// One call finds out; the others are refused until then. Goes to `closed` or `open`.
        case trying(until: RunClock.Deadline)
    }

    private let base: any Tool
    private let policy: ToolPolicy.Breaker
    private let attempt: TimedAttempt
    private let clock: RunClock
    private let state = Mutex(State.closed(failures: 0))

    /// - Parameter timeout: for one call; a call that takes longer has failed.
    init(
        _ base: any Tool, _ policy: ToolPolicy.Breaker, timeout: Duration, clock: RunClock
    ) {
        self.base = base
        self.policy = policy
        self.attempt = TimedAttempt(limit: timeout, clock: clock)
        self.clock = clock
    }

    var definition: ToolDefinition {
        var definition = base.definition
        definition.timeout = attempt.longest
        return definition
    }

    func call(_ call: ToolInvocation) async throws -> String {
        try admit()
        do {
            let output = try await attempt.perform(call, with: base)
            state.withLock { $0 = .closed(failures: 0) }
            return output
        } catch {
            note(ToolFailure(error), wasCancelled: Task.isCancelled)
            throw error
        }
    }

    private func admit() throws(ToolFailure) {
        let wait = state.withLock { state -> Duration? in
            switch state {
            case .closed: return nil
            case .open(let end), .trying(let end):
                let wait = clock.remaining(until: end)
                guard wait == .zero else { return wait }
                state = .trying(until: clock.deadline(after: attempt.longest))
                return nil
            }
        }
        guard let wait else { return }
        throw ToolFailure(
            .unavailable,
            "Tool \(base.definition.name) is not asked: it has failed \(policy.failures) times in a row.",
            hint: "It is tried again in \(wait.wholeSeconds) seconds.", isWithoutEffect: true)
    }

    private func note(_ failure: ToolFailure, wasCancelled: Bool) {
        state.withLock { state in
            let isToolsOwn = failure.mayPass || failure.kind == .commandFailed
            switch state {
            case .closed(let failures) where isToolsOwn && !wasCancelled:
                state =
                    failures + 1 >= policy.failures
                    ? .open(until: clock.deadline(after: policy.pause))
                    : .closed(failures: failures + 1)
            case .trying:
                // Whoever was cancelled has found out nothing: the next one tries.
                state = .open(
                    until: clock.deadline(after: wasCancelled ? .zero : policy.pause))
            case .closed, .open: break
            }
        }
    }
}

extension Duration {
    /// Rounded up, at least 1.
    var wholeSeconds: Int {
        max(1, Int(components.seconds) + (components.attoseconds > 0 ? 1 : 0))
    }
}
