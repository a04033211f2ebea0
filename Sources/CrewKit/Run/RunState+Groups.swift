extension RunState {
    func continueGroup(_ progress: GroupProgress) -> Step {
        guard !progress.unfinished.isEmpty else { return .record(join(progress)) }
        // Where the first success decides, nobody is asked about what the others wanted to do.
        let isDecided =
            crew.group(progress.started.group)?.join.policy == .first
            && progress.ended.values.contains { $0.outcome == .completed }
        if isDecided { return .runMembers(progress, isStopping: true) }
        guard progress.due.isEmpty else { return .runMembers(progress, isStopping: false) }
        return waitForApproval(of: progress.started.from)
    }

    /// What follows when every member of a group has ended.
    private func join(_ progress: GroupProgress) -> [RunEvent] {
        let ended = progress.started.members.compactMap { progress.ended[$0.branch] }
        let succeeded = ended.filter { $0.outcome == .completed }
        guard !succeeded.isEmpty else { return end(.failed(failure(of: progress, ended))) }
        let failed = ended.filter { !isFine($0.outcome) }
        var events: [RunEvent] = []
        if !failed.isEmpty {
            let names = failed.map { "\($0.agent): \(reason(of: $0.outcome))" }
            events.append(
                .warned(
                    RunWarning(
                        agent: nil, code: .partialGroup,
                        message: "\(failed.count) agents failed, continuing with "
                            + "\(succeeded.count) results (\(names.joined(separator: "; ")))")))
        }
        events.append(
            .groupJoined(
                GroupJoined(
                    group: progress.started.group, text: Self.joinedText(of: ended),
                    succeeded: succeeded.map(\.agent), failed: failed.map(\.agent))))
        return events
    }

    /// A member that was cancelled because another one succeeded has not failed.
    private func isFine(_ outcome: RunOutcome) -> Bool {
        outcome == .completed || outcome == .cancelled
    }

    private func failure(of progress: GroupProgress, _ ended: [MemberEnded]) -> RunFailure {
        let first = ended.first { !isFine($0.outcome) } ?? ended.first
        let cause = first.map { "\($0.agent): \(reason(of: $0.outcome))" } ?? "no member began"
        return RunFailure(
            code: "group_failed", message: "parallel execution failed: \(cause)",
            agent: progress.started.from)
    }

    private func reason(of outcome: RunOutcome) -> String {
        switch outcome {
        case .failed(let failure): failure.message
        case .limitReached(let limit): "reached \(limit.rawValue)"
        default: outcome.name
        }
    }

    /// The results as the original writes them, in the group's order: whatever a member finished
    /// is kept, also when it was cancelled afterwards.
    static func joinedText(of members: [MemberEnded]) -> String {
        let parts = members.filter { !$0.text.isEmpty && !isFailure($0.outcome) }
            .map { "[\($0.agent)]\n\($0.text)\n\n" }
        return "\n[📊 PARALLEL EXECUTION RESULTS]\n\n\(parts.joined())[END PARALLEL RESULTS]"
    }

    private static func isFailure(_ outcome: RunOutcome) -> Bool {
        if case .failed = outcome { return true }
        return false
    }
}
