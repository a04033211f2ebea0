import Foundation

extension RunState {
    func continueGroup(_ progress: GroupProgress) -> Step {
        guard !progress.unfinished.isEmpty else { return .record(join(progress)) }
        // Nobody is asked any more about what the others wanted to do.
        if isDecided(progress) { return .runMembers(progress, isStopping: true) }
        guard progress.due.isEmpty else { return .runMembers(progress, isStopping: false) }
        return waitForApproval(of: progress.started.from)
    }

    /// Whether the members still at work have to end, because enough others have, or too many failed.
    func isDecided(_ progress: GroupProgress) -> Bool {
        guard let group = crew.group(progress.started.group), group.join.cancelsSiblings else {
            return false
        }
        return isCut(progress, group) || verdict(on: progress, group) != .open
    }

    /// Whether the deadline of the group has passed: only then is a member cancelled while too few have
    /// ended.
    private func isCut(_ progress: GroupProgress, _ group: ParallelGroup) -> Bool {
        guard case .bestEffort = group.join.policy else { return false }
        return progress.ended.values.contains { $0.outcome == .cancelled }
    }

    private func verdict(on progress: GroupProgress, _ group: ParallelGroup?) -> GroupVerdict {
        GroupVerdict(
            of: progress.inOrder, unfinished: progress.unfinished.count,
            under: group?.join.policy ?? .all)
    }

    /// What follows when every member of a group has ended.
    private func join(_ progress: GroupProgress) -> [RunEvent] {
        let group = crew.group(progress.started.group)
        let ended = progress.inOrder
        if case .failed(let reason) = verdict(on: progress, group) {
            let failure = failure(of: progress, ended, group?.join.policy == .all ? nil : reason)
            return end(.failed(failure))
        }
        let succeeded = ended.filter { $0.outcome == .completed }
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
        let results = ResultText(members: group?.results(of: ended) ?? ended)
        events.append(
            .groupJoined(
                GroupJoined(
                    group: progress.started.group,
                    text: results.joined(as: group?.aggregation ?? .text),
                    succeeded: succeeded.map(\.agent), failed: failed.map(\.agent),
                    way: group?.way)))
        return events
    }

    /// A member that was cancelled because another one succeeded has not failed.
    private func isFine(_ outcome: RunOutcome) -> Bool {
        outcome == .completed || outcome == .cancelled
    }

    private func failure(
        of progress: GroupProgress, _ ended: [MemberEnded], _ verdict: String?
    ) -> RunFailure {
        let first = ended.first { !isFine($0.outcome) }
        let cause = first.map { "\($0.agent): \(reason(of: $0.outcome))" }
        let reasons = [verdict.map { "\($0) in group '\(progress.started.group)'" }, cause]
            .compactMap(\.self)
        return RunFailure(
            code: "group_failed",
            message: "parallel execution failed: "
                + (reasons.isEmpty ? "no member finished" : reasons.joined(separator: "; ")),
            agent: progress.started.from)
    }

    private func reason(of outcome: RunOutcome) -> String {
        switch outcome {
        case .failed(let failure): failure.message
        case .limitReached(let limit): "reached \(limit.rawValue)"
        default: outcome.name
        }
    }
}

extension ParallelGroup {
    /// Who goes on with the results.
    var way: GroupJoined.Way {
        guard case .agent(let agent) = aggregation else { return GroupJoined.Way(next: nextAgent) }
        return GroupJoined.Way(aggregator: agent, next: nextAgent)
    }

    /// When members that are still at work are cut; absent where they have their own time only.
    func deadline(from begin: Date) -> Date? {
        guard case .bestEffort(_, let time) = join.policy else { return nil }
        return begin + time / .seconds(1)
    }
}
