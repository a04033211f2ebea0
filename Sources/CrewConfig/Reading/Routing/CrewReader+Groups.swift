import CrewKit

extension CrewReader {
    /// One group of `routing.parallel_groups`.
    mutating func group(_ block: BlockReader) -> ParallelGroup {
        ParallelGroup(
            agents: block.texts("agents").map { AgentID($0) }, join: join(of: block),
            aggregation: aggregation(of: block), timeout: block.seconds("timeout_seconds"),
            nextAgent: block.text("next_agent").flatMap { $0.isEmpty ? nil : AgentID($0) },
            description: block.text("description") ?? "")
    }

    private mutating func join(of group: BlockReader) -> GroupJoin {
        let waitsForAll = group.flag("wait_for_all")
        guard group.entry("join") != nil else {
            return GroupJoin(waitsForAll ?? true ? .all : .first)
        }
        if group.entry("wait_for_all") != nil {
            problems.add(
                .error, "conflicting_keys", at: group.place(of: "wait_for_all"),
                "the group has 'wait_for_all' besides 'join', which says it better",
                suggestion: "remove wait_for_all")
        }
        guard let block = group.block("join") else {
            return GroupJoin(group.text("join") == "first" ? .first : .all)
        }
        return GroupJoin(
            policy(block) ?? .all, cancelsSiblings: block.flag("cancel_siblings") ?? true)
    }

    private static let policies = ["policy", "quorum", "first_valid", "best_effort"]

    /// What the block `join` says; nothing when it cannot be told.
    private mutating func policy(_ block: BlockReader) -> GroupJoin.Policy? {
        switch only(of: Self.policies, "'join'", in: block) {
        case "policy": return block.text("policy") == "first" ? .first : .all
        case "quorum": return block.integer("quorum").map(GroupJoin.Policy.quorum)
        case "first_valid":
            guard let test = block.block("first_valid") else { return nil }
            return resultTest(test).map(GroupJoin.Policy.firstValid)
        case "best_effort":
            guard let effort = block.block("best_effort"),
                let deadline = effort.seconds("deadline_seconds")
            else { return nil }
            return .bestEffort(minimum: effort.integer("min") ?? 1, deadline: deadline)
        default: return nil
        }
    }

    private mutating func resultTest(_ block: BlockReader) -> GroupJoin.ResultTest? {
        switch only(of: ["pattern", "schema"], "'first_valid'", in: block) {
        case "pattern": return checkedPattern("pattern", of: block).map { .pattern($0) }
        case "schema":
            guard let value = block.entry("schema")?.value.json else { return nil }
            guard value.object != nil else {
                problems.add(
                    .error, "wrong_type", at: block.place(of: "schema"),
                    "schema must be a JSON Schema, not \(value.typeName)",
                    suggestion: "write {properties: {…}, required: […]}")
                return nil
            }
            return .schema(Self.schema(value))
        default: return nil
        }
    }

    private func aggregation(of group: BlockReader) -> Aggregation {
        if let block = group.block("aggregate") {
            return block.text("agent").map { .agent(AgentID($0)) } ?? .text
        }
        switch group.text("aggregate") {
        case "json": return .json
        case "table": return .table
        case "dedupe": return .dedupe
        case "vote": return .vote
        default: return .text
        }
    }
}
