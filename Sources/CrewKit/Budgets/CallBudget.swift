import struct Foundation.Date

/// What one model call has to keep to, and where what it spends is counted.
public struct CallBudget: Sendable {
    public var lines: [BudgetLine]
    /// What the agent's own model costs, where its price is not known better.
    public var price: TokenPrice?
    let store: any BudgetStore
    /// Decides in which windows the call counts.
    let now: @Sendable () -> Date
}

extension CallBudget: Hashable {
    /// Budgets with the same bounds are the same to a model.
    public static func == (left: CallBudget, right: CallBudget) -> Bool {
        left.lines == right.lines && left.price == right.price
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(lines)
        hasher.combine(price)
    }
}
