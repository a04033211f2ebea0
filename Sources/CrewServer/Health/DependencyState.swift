/// What the server needs to do its work, and whether it does.
public struct DependencyState: Sendable, Hashable {
    /// What it is.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case store
        /// An endpoint of models.
        case endpoint
        case mcpServer = "mcp_server"
        /// Worker processes of tools; `figures` holds `idle` and `busy`.
        case workers
    }

    /// How it does.
    public enum Condition: String, Sendable, Hashable {
        case working
        /// It works badly, or is left alone for a while; the server goes on without it.
        case degraded
        /// Nothing can be done without it.
        case down
    }

    public var kind: Kind
    /// Unique among those of its kind; no secrets.
    public var name: String
    public var condition: Condition
    /// What is wrong, for people; absent when nothing is.
    public var problem: String?
    /// Numbers of the moment, by names with underscores.
    public var figures: [String: Double]

    public init(
        kind: Kind, name: String, condition: Condition, problem: String? = nil,
        figures: [String: Double] = [:]
    ) {
        self.kind = kind
        self.name = name
        self.condition = condition
        self.problem = problem
        self.figures = figures
    }
}
