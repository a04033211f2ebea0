package import CrewKit
package import Foundation

/// What each limit of a crew allows, and what was spent of it.
package struct BudgetReport: Sendable {
    package struct Row: Sendable {
        package let limit: BudgetLimit
        /// The agent in whose file the limit stands, or whose spending it bounds.
        package let agent: AgentID?
        /// Absent for limits of calls, runs, sessions and tenants, of which there are many.
        package let spent: Int?
        package let resetsAt: Date?

        package var left: Int? { spent.map { max(0, limit.amount - $0) } }

        package var json: JSONValue {
            var members: JSONObject = [
                "per": .string(limit.scope.rawValue), "measure": .string(limit.measure.rawValue),
                "amount": .integer(limit.amount), "mode": .string(limit.mode.rawValue),
            ]
            members["within"] = limit.window.map { .string($0.rawValue) }
            members["agent"] = agent.map { .string($0.rawValue) }
            members["spent"] = spent.map { .integer($0) }
            members["left"] = left.map { .integer($0) }
            members["resets_at"] = resetsAt.map { .string(Timestamp.text($0)) }
            return .object(members)
        }
    }

    package let rows: [Row]

    package init(
        of crew: CrewDefinition, in budgets: any BudgetStore, at time: Date
    ) async throws {
        var limits: [(limit: BudgetLimit, agent: AgentID?)] = []
        for limit in crew.settings.budgets {
            let owners = limit.scope == .agent ? crew.agents.map { Optional($0.id) } : [nil]
            limits += owners.map { (limit, $0) }
        }
        for agent in crew.agents { limits += agent.budgets.map { ($0, agent.id) } }
        let accounts = limits.map { limit, agent in
            BudgetAccount(
                scope: limit.scope,
                owner: limit.scope == .agent
                    ? "\(crew.name)/\(agent?.rawValue ?? "")" : crew.name,
                window: limit.window)
        }
        let spent = try await budgets.balances(of: accounts, at: time)
        rows = zip(limits, spent).map { line, spent in
            let isKnown = line.limit.scope == .agent || line.limit.scope == .crew
            return Row(
                limit: line.limit, agent: line.agent,
                spent: isKnown ? spent[line.limit.measure] : nil,
                resetsAt: line.limit.window?.end(of: time))
        }
    }
}
