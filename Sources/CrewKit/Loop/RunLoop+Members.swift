import Foundation

extension RunLoop {
    /// Runs the members of a group that have something to do, at the same time, each with its
    /// deadline.
    ///
    /// The others are cancelled when enough have succeeded, and at the group's own deadline.
    ///
    /// - Parameter isStopping: true to end every member that has not ended.
    mutating func runMembers(of progress: GroupProgress, isStopping: Bool) async throws {
        guard let group = state.crew.group(progress.started.group) else {
            return try await failMembers(of: progress)
        }
        let limit = group.timeout ?? state.crew.settings.memberTimeout
        let deadline = group.deadline(from: progress.startedAt)
        let loops = (isStopping ? progress.unfinished : progress.due).compactMap { member in
            progress.states[member.branch].map {
                memberLoop(member, $0, isStopping: isStopping, until: deadline)
            }
        }
        let controls = loops.map(\.control)
        let ended = try await withThrowingTaskGroup(of: [StoredEvent]?.self) { tasks in
            for loop in loops { tasks.addTask { try await loop.runMember(for: limit) } }
            if let deadline, !isStopping {
                let clock = performer.clock.clock
                let rest = max(0, deadline.timeIntervalSince(performer.now()))
                tasks.addTask {
                    let isOver = (try? await clock.sleep(for: .seconds(rest))) != nil  // cancelled
                    if isOver { for control in controls { control.stop(.cancelled) } }
                    return nil
                }
            }
            var progress = progress
            var ended: [StoredEvent] = []
            var atWork = loops.count
            while atWork > 0, let events = try await tasks.next() {
                guard let events else { continue }
                atWork -= 1
                ended += events
                progress.note(events)
                if state.isDecided(progress) {
                    for control in controls { control.stop(.cancelled) }
                }
            }
            tasks.cancelAll()
            return ended
        }
        take(ended)
    }

    private func memberLoop(
        _ member: GroupStarted.Member, _ state: RunState, isStopping: Bool,
        until deadline: Date?
    ) -> RunLoop {
        // A run that may finish its turn ends no member by itself.
        let endsByRun = control.stop.map { $0.depth < .afterTurn } ?? false
        let wish = isStopping && !endsByRun ? Stop.cancelled : nil
        return RunLoop(
            state: state, journal: journal, performer: performer.member(member, until: deadline),
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

extension GroupProgress {
    fileprivate mutating func note(_ events: [StoredEvent]) {
        for stored in events {
            guard let branch = stored.branch, case .memberEnded(let member) = stored.event else {
                continue
            }
            ended[branch] = member
        }
    }
}
