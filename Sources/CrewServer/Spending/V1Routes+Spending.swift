import CrewKit
import Foundation
import Hummingbird

/// What was spent, and what may be.
extension V1Routes {
    func usage(_ request: Request, _ context: Routes.Context) async throws -> Response {
        let asked = try parameters(
            of: request, "by", "since", "until", "from", "through", "limit")
        let last = try asked.day("until") ?? asked.day("through")
        let through = last ?? UsageCount.day(of: options.now())
        let from = try asked.day("since") ?? asked.day("from") ?? through
        guard from <= through else {
            throw CrewError(.invalidInput, "from must not be after through")
        }
        let limit = try asked.number("limit", in: 1...1_000) ?? 200
        guard let grouping = try asked.choice("by", UsageReport.Grouping.self) else {
            let counts = try await runner.store.usage(from: from, through: through)
            return .json(["usage": .array(counts.map(\.json))])
        }
        let report = try await UsageReport(
            by: grouping, from: from, through: through, limit: limit, in: runner.store)
        return .json([
            "by": .string(grouping.rawValue), "since": .string(from), "until": .string(through),
            "usage": .array(report.rows.map { $0.json(grouping) }), "more": .bool(report.hasMore),
        ])
    }

    func budgets(_ request: Request, _ context: Routes.Context) async throws -> Response {
        _ = try parameters(of: request)
        let report = try await BudgetReport(
            of: runner.crew.definition, in: runner.store.budgets, at: options.now())
        return .json(["budgets": .array(report.rows.map(\.json))])
    }
}

extension StrictMembers {
    /// A day as in `2026-11-21`.
    fileprivate func day(_ name: String) throws(CrewError) -> String? {
        guard let text = try text(name) else { return nil }
        guard let day = UsageReport.day(text) else {
            throw CrewError(.invalidInput, "\(name) must be a day such as 2026-11-21")
        }
        return day
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
