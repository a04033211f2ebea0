import Synchronization

/// Gives the same result again for the same arguments, for a while and over all runs.
///
/// Failures are not kept. The oldest results go when there are too many.
final class CachingTool: Tool {
    fileprivate struct Kept {
        let output: String
        let end: RunClock.Deadline
        let number: Int
    }

    fileprivate struct State {
        var results: [String: Kept] = [:]
        var bytes = 0
        var newest = 0
        /// Keys with the number under which they were kept, the oldest first.
        var order: [(key: String, number: Int)] = []
    }

    private let base: any Tool
    private let policy: ToolPolicy.Cache
    private let clock: RunClock
    private let state = Mutex(State())

    init(_ base: any Tool, _ policy: ToolPolicy.Cache, clock: RunClock) {
        self.base = base
        self.policy = policy
        self.clock = clock
    }

    var definition: ToolDefinition { base.definition }

    func call(_ call: ToolInvocation) async throws -> String {
        let key = JSONValue.object(call.arguments).canonicalText
        let kept = state.withLock { $0.results[key] }
        if let kept, clock.remaining(until: kept.end) > .zero { return kept.output }
        let hasSaved = Mutex(false)
        let output = try await base.call(
            call.noting { hasSaved.withLock { $0 = true } })
        // What it saved belongs to this run: the same words would mean nothing in another one.
        if !hasSaved.withLock({ $0 }) { keep(output, for: key) }
        return output
    }

    private func keep(_ output: String, for key: String) {
        let size = output.utf8.count + key.utf8.count
        guard size <= policy.maxBytes else { return }
        let end = clock.deadline(after: policy.lifetime)
        state.withLock { state in
            state.forget(key)
            state.newest += 1
            state.results[key] = Kept(output: output, end: end, number: state.newest)
            state.order.append((key, state.newest))
            state.bytes += size
            while state.bytes > policy.maxBytes || state.results.count > policy.maxEntries,
                !state.order.isEmpty
            {
                let oldest = state.order.removeFirst()
                guard state.results[oldest.key]?.number == oldest.number else { continue }
                state.forget(oldest.key)
            }
            // Replaced results leave their places behind: they may not pile up.
            if state.order.count > 2 * policy.maxEntries + 16 { state.tidy() }
        }
    }
}

extension CachingTool.State {
    fileprivate mutating func forget(_ key: String) {
        guard let old = results.removeValue(forKey: key) else { return }
        bytes -= old.output.utf8.count + key.utf8.count
    }

    fileprivate mutating func tidy() {
        order = order.filter { results[$0.key]?.number == $0.number }
    }
}
