/// A tool as a crew's folder declares it: what a model is told of it, and what a call does.
public struct DeclaredTool: Sendable, Hashable {
    public var name: ToolName
    public var description: String
    public var work: Work
    /// JSON Schema of the parameters: an object.
    public var parameters: JSONValue
    public var effect: ToolEffect
    /// Absent means what the crew's settings say.
    public var approval: ToolApproval?
    /// Wall-clock time for one attempt at a call; the crew's `toolTimeout` when absent.
    public var timeout: Duration?
    /// Bytes of output that are kept.
    public var maxOutputBytes: Int
    /// Whether a call of it runs with no other call of the same reply beside it.
    public var isSequential: Bool
    public var policy: ToolPolicy

    /// What a call does.
    public enum Work: Sendable, Hashable {
        /// Starts a program.
        case command(CommandTemplate)
        /// Makes an HTTP request.
        case http(HTTPTemplate)
        /// Lets an agent of the same crew work by itself.
        case agent(AgentID)
        /// Lets another crew work, whose folder this is.
        case crew(folder: String)
    }

    public init(
        name: ToolName, description: String, work: Work,
        parameters: JSONValue = ["type": "object", "properties": [:]],
        effect: ToolEffect = .write
    ) {
        self.name = name
        self.description = description
        self.work = work
        self.parameters = parameters
        self.effect = effect
        self.maxOutputBytes = 1_048_576
        self.isSequential = false
        self.policy = ToolPolicy()
    }
}

extension DeclaredTool {
    /// What a template writes for the key of its call; not to be used as a parameter's name.
    public static let idempotencyKeyPlace = "idempotency_key"
}
