import Synchronization

/// What the calls of one model were like, to foresee the next.
final class CallHistory: Sendable {
    private struct State {
        var estimatedInput = 0.0
        var actualInput = 0.0
        var output = 0.0
        var milliseconds = 0.0
        var weight = 0.0
    }

    private let state = Mutex(State())

    /// The share that everything earlier keeps with each call.
    private static let memory = 0.9
    /// Tokens of output that are put aside at least for a call without a bound of its own.
    private static let usualOutput = 4_096
    private static let usualMilliseconds = 10_000

    /// An estimate of input by character classes, corrected by what such estimates turned out to be.
    func corrected(_ estimate: Int) -> Int {
        let ratio = state.withLock { state in
            state.estimatedInput > 0 ? state.actualInput / state.estimatedInput : 1
        }
        return Int((Double(estimate) * min(max(ratio, 0.25), 8)).rounded(.up))
    }

    /// More than most replies take: four times the mean.
    var generousOutput: Int {
        state.withLock { state in
            let mean = state.weight > 0 ? state.output / state.weight : 0
            return max(Self.usualOutput, Int(min(4 * mean, 1e9)))
        }
    }

    var likelyMilliseconds: Int {
        state.withLock {
            $0.weight > 0 ? max(100, Int(2 * $0.milliseconds / $0.weight)) : Self.usualMilliseconds
        }
    }

    /// Learns from a call that was answered.
    func note(estimated: Int, usage: Usage?, milliseconds: Int) {
        guard let usage, let output = usage.outputTokens else { return }
        state.withLock { state in
            if let input = usage.inputTokens, input > 0, estimated > 0 {
                state.estimatedInput = state.estimatedInput * Self.memory + Double(estimated)
                state.actualInput = state.actualInput * Self.memory + Double(input)
            }
            state.output = state.output * Self.memory + Double(output)
            state.milliseconds = state.milliseconds * Self.memory + Double(milliseconds)
            state.weight = state.weight * Self.memory + 1
        }
    }
}

/// How much of a reply has arrived.
final class ReplyTally: Sendable {
    private let bytes = Atomic<Int>(0)

    func take(_ progress: ModelProgress) {
        switch progress {
        case .text(let text), .reasoning(let text):
            bytes.add(text.utf8.count, ordering: .relaxed)
        default: break
        }
    }

    var byteCount: Int { bytes.load(ordering: .relaxed) }
}
