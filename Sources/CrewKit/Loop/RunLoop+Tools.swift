extension RunLoop {
    /// Performs the calls of one reply, several at a time, and stores their results in call order.
    mutating func callTools(_ calls: [ToolCall], of agent: AgentID) async throws {
        let deadline = performer.clock.deadline(after: state.crew.settings.toolBatchTimeout)
        let width = state.crew.settings.maxParallelTools
        let (performer, state) = (performer, state)
        try await withThrowingTaskGroup(of: (Int, ToolResult).self) { group in
            var waiting = calls.enumerated().makeIterator()
            func startNext() {
                guard let (index, call) = waiting.next() else { return }
                group.addTask {
                    (index, await performer.call(call, of: agent, in: state, until: deadline))
                }
            }
            for _ in 0..<min(width, calls.count) { startNext() }
            var results: [Int: ToolResult] = [:]
            var stored = 0
            while let (index, result) = try await group.next() {
                results[index] = result
                startNext()
                while let next = results[stored] {
                    stored += 1
                    guard next.status != .cancelled else { continue }
                    try await record([.toolReturned(ToolReturned(agent: agent, result: next))])
                }
            }
        }
    }
}
