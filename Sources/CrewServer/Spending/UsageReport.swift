package import CrewKit
import Foundation

/// What model calls spent, added up under one kind of name.
package struct UsageReport: Sendable {
    /// What the rows are named by.
    package enum Grouping: String, CaseIterable, Sendable {
        case run, session, agent, model, day, crew
    }

    /// What was spent under one name.
    package struct Row: Sendable {
        package let name: String
        package var modelCalls = 0
        package var usage = Usage()
        package var cost: Double?
        /// False when something is counted here whose cost nobody knows.
        package var isCostComplete = true

        package init(name: String) { self.name = name }

        package mutating func add(_ calls: Int, _ usage: Usage, _ cost: Double?) {
            modelCalls += calls
            self.usage = self.usage + usage
            if let cost { self.cost = (self.cost ?? 0) + cost }
            // What is free costs nothing, however many tokens it took.
            let isKnown = cost == 0 || (cost != nil && usage.isComplete)
            // Calls that were lost are no calls of the count, yet they are paid.
            let isSpent = calls > 0 || usage != Usage()
            if isSpent, !isKnown { isCostComplete = false }
        }

        package func json(_ grouping: Grouping) -> JSONValue {
            var members: JSONObject = [
                grouping.rawValue: .string(name), "model_calls": .integer(modelCalls),
                "usage": usage.json,
            ]
            members["cost"] = cost.map { .number($0) }
            members["cost_complete"] = .bool(isCostComplete)
            return .object(members)
        }
    }

    /// Runs that are looked at for one report.
    private static let mostRuns = 10_000

    package private(set) var rows: [Row] = []
    /// Whether there are more than the rows.
    package private(set) var hasMore = false

    /// Adds up what was spent in some days.
    ///
    /// Runs and sessions are those that began in these days and are still kept, with all that they
    /// spent; the rest is counted on the day of each call, and outlives the runs.
    package init(
        by grouping: Grouping, in days: UsageDays, limit: Int, of store: any RunStore,
        tenants: RunQuery.Tenants = .all
    ) async throws {
        switch grouping {
        case .run, .session:
            try await addRuns(by: grouping, in: days, limit: limit, of: store, tenants)
        case .agent, .model, .day, .crew:
            let counts = try await store.usage(from: days.first, through: days.last)
            add(counts, by: grouping)
        }
        if rows.count > limit { hasMore = true }
        rows = Array(rows.prefix(limit))
    }

    /// The document of `GET /v1/usage` and `crew usage --json`.
    package func document(_ grouping: Grouping, _ days: UsageDays) -> JSONValue {
        [
            "by": .string(grouping.rawValue), "since": .string(days.first),
            "until": .string(days.last), "usage": .array(rows.map { $0.json(grouping) }),
            "more": .bool(hasMore),
        ]
    }

    private mutating func add(_ counts: [UsageCount], by grouping: Grouping) {
        let hasCrews = Set(counts.map(\.crew)).count > 1
        var found: [String: Row] = [:]
        for count in counts {
            let name =
                switch grouping {
                case .agent: hasCrews ? "\(count.crew)/\(count.agent)" : count.agent.rawValue
                case .model: count.model
                case .crew: count.crew
                default: count.day
                }
            found[name, default: Row(name: name)].add(count.modelCalls, count.usage, count.cost)
        }
        rows = found.values.sorted {
            grouping == .day ? $0.name < $1.name : Self.spentMore($0, $1)
        }
    }

    private static func spentMore(_ left: Row, _ right: Row) -> Bool {
        let (a, b) = (left.cost ?? 0, right.cost ?? 0)
        let (x, y) = (left.usage.totalTokens ?? 0, right.usage.totalTokens ?? 0)
        return (b, y, left.name) < (a, x, right.name)
    }

    /// Two tenants may call a session the same: who sees all of them sees whose it is.
    private func session(_ record: RunRecord, _ tenants: RunQuery.Tenants) -> String? {
        (tenants == .all ? record.session : record.writtenSession)?.rawValue
    }

    private mutating func addRuns(
        by grouping: Grouping, in days: UsageDays, limit: Int, of store: any RunStore,
        _ tenants: RunQuery.Tenants
    ) async throws {
        var query = RunQuery(limit: 1_000)
        query.tenants = tenants
        var found: [String: Row] = [:]
        var order: [String] = []
        var seen = 0
        repeat {
            let page = try await store.runs(matching: query)
            query.cursor = page.next
            for record in page.runs {
                let day = UsageCount.day(of: record.createdAt)
                if day < days.first {
                    rows = order.compactMap { found[$0] }
                    return
                }
                guard day <= days.last,
                    let name = grouping == .run ? record.id.rawValue : session(record, tenants)
                else { continue }
                if found[name] == nil { order.append(name) }
                found[name, default: Row(name: name)].add(
                    record.modelCalls, record.usage ?? Usage(), record.cost)
            }
            seen += page.runs.count
            if grouping == .run, order.count > limit { break }
        } while query.cursor != nil && seen < Self.mostRuns
        hasMore = query.cursor != nil
        rows = order.compactMap { found[$0] }
    }
}
