/// The call of another run that a run works for.
public struct RunCaller: Sendable, Hashable, Codable {
    public var run: RunID
    public var call: ToolCallID
    /// How many runs are above this one. At least 1.
    public var depth: Int
    /// Whether the agent it begins with works alone: nothing is handed over, and its signals mean
    /// nothing.
    public var isAlone: Bool
    /// Budgets of the other run that count for this one too; absent when there are none.
    public var budgets: [BudgetLine]?

    enum CodingKeys: String, CodingKey {
        case run, call, depth, budgets
        case isAlone = "alone"
    }

    public init(
        run: RunID, call: ToolCallID, depth: Int, isAlone: Bool, budgets: [BudgetLine]? = nil
    ) {
        self.run = run
        self.call = call
        self.depth = depth
        self.isAlone = isAlone
        self.budgets = budgets
    }
}
