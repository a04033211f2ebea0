public import struct Foundation.Date

/// A budget that is nearly spent, was passed, or refused a call.
public struct BudgetNotice: Sendable, Hashable, Codable {
    public var kind: Kind
    public var limit: BudgetLimit
    /// Whose budget it is, such as the id of the agent.
    public var owner: String
    /// What was spent, in the measure's unit, with what calls under way have put aside.
    public var spent: Int
    /// What the call asked for; absent in warnings.
    public var asked: Int?
    /// The share of the amount that was reached; absent when a call was refused.
    public var threshold: Double?
    /// When the count begins anew; absent means never.
    public var resetsAt: Date?

    /// What a notice says.
    public enum Kind: String, Sendable, Hashable, Codable {
        /// A call was not made.
        case refused
        /// A threshold was reached.
        case warning
        /// The amount is spent, and the limit does not block.
        case exceeded
        /// What the model costs is not known, so a bound on money cannot hold: the call was not made.
        case unknownPrice = "unknown_price"
    }

    /// The limit that a run ends with after this; absent when the call was made.
    var limitReached: RunLimit? {
        switch kind {
        case .warning, .exceeded: nil
        case .refused, .unknownPrice:
            limit.scope == .run && limit.measure == .tokens && limit.window == nil
                ? .tokens : .budget
        }
    }

    enum CodingKeys: String, CodingKey {
        case kind, limit, owner, spent, asked, threshold
        case resetsAt = "resets_at"
    }

    public init(
        kind: Kind, limit: BudgetLimit, owner: String, spent: Int, asked: Int? = nil,
        threshold: Double? = nil, resetsAt: Date? = nil
    ) {
        self.kind = kind
        self.limit = limit
        self.owner = owner
        self.spent = spent
        self.asked = asked
        self.threshold = threshold
        self.resetsAt = resetsAt
    }
}
