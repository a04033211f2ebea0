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

    /// - Parameter tenant: who is told only of what it spent itself; absent for who sees all.
    package init(
        of crew: CrewDefinition, in budgets: any BudgetStore, at time: Date,
        tenant: String? = nil
    ) async throws {
        rows = try await Self.rows(Self.lines(of: crew, tenant), in: budgets, at: time)
    }

    /// One limit and the account in which it is counted, where there is just one.
    private struct Line {
        let limit: BudgetLimit
        let agent: AgentID?
        let account: BudgetAccount?

        init(
            _ limit: BudgetLimit, _ crew: CrewDefinition, _ agent: AgentID?, isAgentsOwn: Bool,
            _ tenant: String?
        ) {
            self.limit = limit
            self.agent = agent
            // What all tenants spent together is not for one of them.
            account =
                tenant != nil && limit.scope != .tenant
                ? nil
                : BudgetOwners(crew: crew.name, agent: agent, tenant: tenant)
                    .owner(of: limit.scope, isAgentsOwn: isAgentsOwn)
                    .map { BudgetAccount(scope: limit.scope, owner: $0, window: limit.window) }
        }
    }

    private static func lines(of crew: CrewDefinition, _ tenant: String?) -> [Line] {
        let shared = crew.settings.budgets.flatMap { limit in
            let agents = limit.scope == .agent ? crew.agents.map { Optional($0.id) } : [nil]
            return agents.map { Line(limit, crew, $0, isAgentsOwn: false, tenant) }
        }
        let own = crew.agents.flatMap { agent in
            agent.budgets.map { Line($0, crew, agent.id, isAgentsOwn: true, tenant) }
        }
        return shared + own
    }

    private static func rows(
        _ lines: [Line], in budgets: any BudgetStore, at time: Date
    ) async throws -> [Row] {
        let accounts = lines.compactMap(\.account)
        var spent = try await budgets.balances(of: accounts, at: time)[...]
        return lines.map { line in
            let balance = line.account == nil ? nil : spent.popFirst()
            return Row(
                limit: line.limit, agent: line.agent, spent: balance?[line.limit.measure],
                resetsAt: line.limit.window?.end(of: time))
        }
    }
}
