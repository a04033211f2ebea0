import CrewKit
import Foundation
import Hummingbird

/// What was spent, and what may be.
extension V1Routes {
    func usage(_ request: Request, _ context: Routes.Context) async throws -> Response {
        let asked = try parameters(
            of: request, "by", "since", "until", "from", "through", "limit")
        let (since, until) = (try asked.text("since"), try asked.text("until"))
        let (from, through) = (try asked.text("from"), try asked.text("through"))
        let days = try UsageDays(
            since: since ?? from, until: until ?? through,
            names: (
                since == nil && from != nil ? "from" : "since",
                until == nil && through != nil ? "through" : "until"
            ), now: options.now())
        let limit = try asked.number("limit", in: 1...1_000) ?? 200
        let word = try asked.choice("by", UsageReport.Grouping.self)
        try check(word, for: context.caller)
        guard let grouping = word else {
            let counts = try await runner.store.usage(from: days.first, through: days.last)
            return .json([
                "since": .string(days.first), "until": .string(days.last),
                "usage": .array(counts.prefix(limit).map(\.json)),
                "more": .bool(counts.count > limit),
            ])
        }
        let report = try await UsageReport(
            by: grouping, in: days, limit: limit, of: runner.store,
            tenants: context.caller.tenants)
        return .json(report.document(grouping, days))
    }

    /// What is counted by agent, model, day and crew is counted of all tenants together.
    private func check(
        _ grouping: UsageReport.Grouping?, for caller: Caller
    ) throws(CrewError) {
        guard !caller.seesWholeServer, grouping != .run, grouping != .session else { return }
        throw CrewError(
            .forbidden,
            "this is counted for all tenants together: a tenant's key asks with by=run or by=session"
        )
    }

    func budgets(_ request: Request, _ context: Routes.Context) async throws -> Response {
        _ = try parameters(of: request)
        var rows: [JSONValue] = []
        for crew in crews.all {
            let report = try await BudgetReport(
                of: crew.runner.crew.definition, in: runner.store.budgets, at: options.now(),
                tenant: context.caller.seesWholeServer ? nil : context.caller.tenant)
            rows += report.rows.map { row in
                var members: JSONObject = ["crew": .string(crew.runner.name)]
                for (name, value) in row.json.object ?? [:] { members[name] = value }
                return .object(members)
            }
        }
        return .json(["budgets": .array(rows)])
    }
}

extension UsageCount {
    fileprivate var json: JSONValue {
        var members: JSONObject = [
            "day": .string(day), "crew": .string(crew), "agent": .string(agent.rawValue),
            "model": .string(model), "model_calls": .integer(modelCalls), "usage": usage.json,
        ]
        members["cost"] = cost.map { .number($0) }
        return .object(members)
    }
}
