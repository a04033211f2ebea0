extension RunLoop {
    /// Runs the members of a group that have something to do, at the same time, each with its
    /// deadline.
    ///
    /// With `wait_for_all: false` the first member that completes cancels the others.
    ///
    /// - Parameter isStopping: true to end every member that has not ended.
    mutating func runMembers(of progress: GroupProgress, isStopping: Bool) async throws {
        guard let group = state.crew.group(progress.started.group) else {
            return try await failMembers(of: progress)
        }
        let limit = group.timeout ?? state.crew.settings.memberTimeout
        var ended: [StoredEvent] = []
        var controls: [RunControl] = []
        try await withThrowingTaskGroup(of: [StoredEvent].self) { tasks in
            for member in isStopping ? progress.unfinished : progress.due {
                guard let state = progress.states[member.branch] else { continue }
                let loop = memberLoop(member, state, isStopping: isStopping)
                controls.append(loop.control)
                tasks.addTask { try await loop.runMember(for: limit) }
            }
            while let events = try await tasks.next() {
                ended += events
                if group.join.policy == .first, events.contains(where: \.completesMember) {
                    for control in controls { control.stop(.cancelled) }
                }
            }
        }
        take(ended)
    }

    private func memberLoop(
        _ member: GroupStarted.Member, _ state: RunState, isStopping: Bool
    ) -> RunLoop {
        // A member that has to end does so however much its run was allowed to finish.
        let wish = isStopping && control.stop == nil ? Stop.cancelled : nil
        return RunLoop(
            state: state, journal: journal, performer: performer.member(member),
            control: RunControl(parent: control, stop: wish), whenCancelled: whenCancelled)
    }

    private func runMember(for limit: Duration) async throws -> [StoredEvent] {
        let loop = self
        return try await control.whileGoing(for: limit, clock: performer.clock.clock) {
            var loop = loop
            _ = try await loop.run()
            return loop.recorded
        }
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
