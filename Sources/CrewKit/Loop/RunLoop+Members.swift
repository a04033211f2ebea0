extension RunLoop {
    /// Runs the members of a group that have not ended, at the same time, each with its deadline.
    ///
    /// With `wait_for_all: false` the first member that completes cancels the others.
    mutating func runMembers(of progress: GroupProgress) async throws {
        guard let group = state.crew.group(progress.started.group) else {
            return try await failMembers(of: progress)
        }
        let limit = group.timeout ?? state.crew.settings.memberTimeout
        let (journal, performer) = (journal, performer)
        var ended: [StoredEvent] = []
        try await withThrowingTaskGroup(of: [StoredEvent].self) { tasks in
            for member in progress.unfinished {
                guard let state = progress.states[member.branch] else { continue }
                let control = RunControl()
                let loop = RunLoop(
                    state: state, journal: journal, performer: performer.member(member),
                    control: control)
                tasks.addTask {
                    try await control.whileGoing(for: limit, clock: performer.clock.clock) {
                        var loop = loop
                        _ = try await loop.run()
                        return loop.recorded
                    }
                }
            }
            while let events = try await tasks.next() {
                ended += events
                if !group.waitForAll, events.contains(where: \.completesMember) {
                    tasks.cancelAll()
                }
            }
        }
        take(ended)
    }

    /// For a log whose group the crew no longer has: its members cannot go on.
    private mutating func failMembers(of progress: GroupProgress) async throws {
        let failure = RunFailure(
            code: "unknown_group", message: "the crew has no group '\(progress.started.group)'")
        for member in progress.unfinished {
            let ended = MemberEnded(agent: member.agent, outcome: .failed(failure), text: "")
            take(try await journal.append([.memberEnded(ended)], branch: member.branch))
        }
    }
}

extension StoredEvent {
    fileprivate var completesMember: Bool {
        if case .memberEnded(let ended) = event { return ended.outcome == .completed }
        return false
    }
}
