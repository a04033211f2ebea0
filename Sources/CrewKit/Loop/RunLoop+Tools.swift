extension RunLoop {
    /// Performs the calls of one reply, several at a time, and stores their results in call order.
    ///
    /// A call of a sequential tool begins when those before it are done, and is done before those
    /// behind it begin.
    mutating func callTools(_ calls: [ToolCall], of agent: AgentID) async throws {
        let deadline = performer.clock.deadline(after: performer.batchLimit(of: calls, by: agent))
        for wave in waves(of: calls, by: agent) {
            try await callTogether(wave, of: agent, until: deadline)
            guard !Task.isCancelled else { return }
        }
    }

    /// Calls that may be made at the same time, in call order.
    private func waves(of calls: [ToolCall], by agent: AgentID) -> [[ToolCall]] {
        var waves: [[ToolCall]] = []
        var isOpen = false
        for call in calls {
            if performer.isSequential(call, of: agent) {
                waves.append([call])
                isOpen = false
            } else if isOpen {
                waves[waves.count - 1].append(call)
            } else {
                waves.append([call])
                isOpen = true
            }
        }
        return waves
    }

    private mutating func callTogether(
        _ calls: [ToolCall], of agent: AgentID, until deadline: RunClock.Deadline
    ) async throws {
        let width = state.crew.settings.maxParallelTools
        let (performer, state, journal) = (performer, state, journal)
        try await withThrowingTaskGroup(of: (Int, ToolReturned).self) { group in
            var waiting = calls.enumerated().makeIterator()
            func startNext() {
                guard let (index, call) = waiting.next() else { return }
                let branch = state.member?.branch
                let reports = CallReports(of: call, by: agent, clock: performer.clock) { event in
                    try await journal.report(event, branch: branch)
                }
                group.addTask {
                    let returned = await performer.call(
                        call, of: agent, in: state, until: deadline, reports: reports)
                    return (index, returned)
                }
            }
            for _ in 0..<min(width, calls.count) { startNext() }
            var results: [Int: ToolReturned] = [:]
            var stored = 0
            while let (index, returned) = try await group.next() {
                results[index] = returned
                startNext()
                while let next = results[stored] {
                    stored += 1
                    guard !next.isGivenUp, !isHandedBack(next) else { continue }
                    try await record([.toolReturned(next)])
                }
            }
        }
    }
}

extension RunLoop {
    /// Whether a call was given up because the process ends: then the run is left as it is, at once.
    private func isHandedBack(_ returned: ToolReturned) -> Bool {
        guard returned.result.status == .cancelled, control.stop?.reason == .handedBack else {
            return false
        }
        control.stop(Stop(reason: .handedBack))
        return true
    }
}

extension ToolReturned {
    /// The run was stopped in the call: what becomes of the call is decided with the run.
    fileprivate var isGivenUp: Bool { result.status == .cancelled && Task.isCancelled }
}
