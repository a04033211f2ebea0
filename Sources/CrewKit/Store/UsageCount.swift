public import Foundation

/// What one agent spent on one model on one day, over all runs: kept when the runs are pruned.
public struct UsageCount: Sendable, Hashable, Codable {
    /// The day in UTC, as in `2026-11-21`.
    public var day: String
    public var crew: String
    public var agent: AgentID
    public var model: String
    public var modelCalls: Int
    public var usage: Usage
    /// US dollars, where usage and prices are known.
    public var cost: Double?

    public init(
        day: String, crew: String, agent: AgentID, model: String, modelCalls: Int = 0,
        usage: Usage = Usage(), cost: Double? = nil
    ) {
        self.day = day
        self.crew = crew
        self.agent = agent
        self.model = model
        self.modelCalls = modelCalls
        self.usage = usage
        self.cost = cost
    }
}

extension UsageCount {
    /// What one event spent; `nil` when it spent nothing.
    public init?(_ stored: StoredEvent, crew: String) {
        let day = Self.day(of: stored.time)
        switch stored.event {
        case .replied(let reply):
            self.init(
                day: day, crew: crew, agent: reply.agent, model: reply.model, modelCalls: 1,
                usage: reply.usage ?? Usage(isComplete: false), cost: reply.cost)
            if let lost = reply.lost { add(lost) }
        case .roundCancelled(let cancelled):
            self.init(cancelled.lost, day, crew, cancelled.agent)
        case .roundFailed(let failed): self.init(failed.lost, day, crew, failed.agent)
        case .budgetReported(let report): self.init(report.lost, day, crew, report.agent)
        default: return nil
        }
    }

    /// Attempts that came to nothing and spent something.
    private init?(_ lost: LostCalls?, _ day: String, _ crew: String, _ agent: AgentID) {
        guard let lost, lost.usage != nil else { return nil }
        self.init(day: day, crew: crew, agent: agent, model: lost.model ?? "unknown")
        add(lost)
    }

    private mutating func add(_ lost: LostCalls) {
        if let spent = lost.usage { usage = usage + spent }
        if let spent = lost.cost { cost = (cost ?? 0) + spent }
    }

    /// The day of a moment, in UTC.
    public static func day(of time: Date) -> String {
        time.formatted(.iso8601.year().month().day())
    }

    /// Takes in what else was spent under the same names.
    public mutating func add(_ other: UsageCount) {
        modelCalls += other.modelCalls
        usage = usage + other.usage
        if let spent = other.cost { cost = (cost ?? 0) + spent }
    }
}

/// What tells one usage counter from another.
struct UsageKey: Hashable, Comparable {
    let parts: [String]

    init(of count: UsageCount) {
        parts = [count.day, count.crew, count.agent.rawValue, count.model]
    }

    static func < (left: Self, right: Self) -> Bool {
        left.parts.lexicographicallyPrecedes(right.parts)
    }
}

extension InMemoryRunStore.State {
    mutating func count(_ events: [StoredEvent], of crew: String) {
        for event in events {
            guard let spent = UsageCount(event, crew: crew) else { continue }
            let key = UsageKey(of: spent)
            usage[key] =
                usage[key].map { count in
                    var count = count
                    count.add(spent)
                    return count
                } ?? spent
        }
    }
}
