extension DefinitionCheck {
    mutating func checkGroups() {
        for (id, group) in crew.routing.groups.sorted(by: { $0.key < $1.key }) {
            let path = DefinitionPath.crew("routing", "parallel_groups", id.rawValue)
            if agents.contains(AgentID(id.rawValue)) {
                add(
                    .error, "ambiguous_name", at: path,
                    "'\(id)' is the name of a group and of an agent")
            }
            check(group, id, at: path)
        }
    }

    private mutating func check(
        _ group: ParallelGroup, _ id: GroupID, at path: DefinitionPath
    ) {
        if group.agents.isEmpty {
            add(.error, "empty_group", at: path, "group '\(id)' has no agents")
        }
        for (index, member) in group.agents.enumerated() {
            let place = path.appending("agents").appending(index)
            if !agents.contains(member) {
                add(
                    .error, "unknown_agent", at: place,
                    "group '\(id)' lists agent '\(member)', which does not exist",
                    suggestion: nearestAgent(to: member.rawValue))
            } else if group.agents.firstIndex(of: member) != index {
                add(.error, "duplicate_member", at: place, "group '\(id)' lists '\(member)' twice")
            }
        }
        if let next = group.nextAgent, !agents.contains(next) {
            add(
                .error, "unknown_agent", at: path.appending("next_agent"),
                "next_agent '\(next)' of group '\(id)' does not exist",
                suggestion: nearestAgent(to: next.rawValue))
        }
        if let timeout = group.timeout, timeout <= .zero {
            add(
                .error, "out_of_range", at: path.appending("timeout_seconds"),
                "timeout_seconds of group '\(id)' must be more than 0")
        }
        check(group.join, of: group, id, at: path.appending("join"))
        check(group.aggregation, of: group, id, at: path.appending("aggregate"))
    }

    private mutating func check(
        _ join: GroupJoin, of group: ParallelGroup, _ id: GroupID, at path: DefinitionPath
    ) {
        let members = Set(group.agents).count
        switch join.policy {
        case .all, .first: break
        case .quorum(let count): checkQuorum(count, members, id, at: path.appending("quorum"))
        case .firstValid(.pattern(let pattern)):
            let place = path.appending("first_valid").appending("pattern")
            if pattern.isEmpty {
                add(
                    .error, "invalid_pattern", at: place,
                    "first_valid of group '\(id)' has an empty pattern",
                    suggestion: "write what a result must hold, such as \\d+")
            }
            checkPattern(pattern, at: place)
        case .firstValid(.schema(let schema)):
            let place = path.appending("first_valid").appending("schema")
            for problem in SchemaProblem.all(in: schema) {
                add(
                    problem.severity, problem.code,
                    at: DefinitionPath(place.document, place.steps + problem.path),
                    "first_valid of group '\(id)': \(problem.message)",
                    suggestion: problem.suggestion)
            }
        case .bestEffort(let least, let deadline):
            if !group.join.cancelsSiblings {
                add(
                    .warning, "no_effect", at: path.appending("cancel_siblings"),
                    "cancel_siblings has no effect with best_effort: its deadline cuts who is late",
                    suggestion: "remove it, or join by another policy")
            }
            let place = path.appending("best_effort")
            checkLeast(least, members, id, at: place.appending("min"))
            check(deadline, of: group, id, at: place.appending("deadline_seconds"))
        }
    }

    private mutating func checkQuorum(
        _ count: Int, _ members: Int, _ id: GroupID, at path: DefinitionPath
    ) {
        if count < 1 {
            add(.error, "out_of_range", at: path, "quorum must be at least 1, got \(count)")
        } else if count > members, members > 0 {
            add(
                .error, "out_of_range", at: path,
                "a quorum of \(count) is never reached: group '\(id)' has \(members) "
                    + "member\(members == 1 ? "" : "s")",
                suggestion: "write \(members), or less")
        } else if count == 1 {
            add(
                .note, "same_as_first", at: path,
                "a quorum of 1 is the same as join: first", suggestion: "write 'join: first'")
        }
    }

    private mutating func checkLeast(
        _ least: Int, _ members: Int, _ id: GroupID, at path: DefinitionPath
    ) {
        if least < 1 {
            add(.error, "out_of_range", at: path, "min must be at least 1, got \(least)")
        } else if least > members, members > 0 {
            add(
                .error, "out_of_range", at: path,
                "a min of \(least) is never reached: group '\(id)' has \(members) "
                    + "member\(members == 1 ? "" : "s")",
                suggestion: "write \(members), or less")
        }
    }

    private mutating func check(
        _ deadline: Duration, of group: ParallelGroup, _ id: GroupID, at path: DefinitionPath
    ) {
        let member = group.timeout ?? crew.settings.memberTimeout
        if deadline <= .zero {
            add(.error, "out_of_range", at: path, "deadline_seconds must be more than 0")
        } else if deadline > crew.settings.timeout {
            add(
                .warning, "no_effect", at: path,
                "the deadline of group '\(id)' is longer than the whole run may take, "
                    + "settings.timeout_seconds",
                suggestion: "make it shorter, or give the run more time")
        } else if deadline > member {
            add(
                .warning, "no_effect", at: path,
                "the deadline of group '\(id)' is longer than each member's own, which ends first",
                suggestion: "make it shorter, or raise timeout_seconds of the group")
        }
    }

    private mutating func check(
        _ aggregation: Aggregation, of group: ParallelGroup, _ id: GroupID, at path: DefinitionPath
    ) {
        if case .vote = aggregation, Set(group.agents).count == 2 {
            add(
                .note, "vote_of_two", at: path,
                "of two members that differ the first one wins every vote",
                suggestion: "add a third member")
        }
        guard case .agent(let agent) = aggregation else { return }
        let place = path.appending("agent")
        if !agents.contains(agent) {
            add(
                .error, "unknown_agent", at: place,
                "group '\(id)' lets agent '\(agent)' join its results, which does not exist",
                suggestion: nearestAgent(to: agent.rawValue))
        } else if group.agents.contains(agent) {
            add(
                .warning, "duplicate_member", at: place,
                "agent '\(agent)' is a member of group '\(id)' and joins its results too",
                suggestion: "let another agent join them")
        }
    }
}
