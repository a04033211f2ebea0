/// A tool that starts a program, as it was written: an argument vector, never a shell line.
public struct CommandToolDefinition: Sendable, Hashable {
    public var name: ToolName
    public var description: String
    /// The program and its arguments. A `{{parameter}}` is replaced inside the one argument that
    /// holds it, so that a value can never become a second argument; `{{idempotency_key}}` by the
    /// key of the call.
    public var command: [String]
    /// JSON Schema of the parameters: an object.
    public var parameters: JSONValue
    public var effect: ToolEffect
    public var approval: ToolApproval
    public var timeout: Duration?
    /// Bytes of output that are kept; the program is ended when it writes much more.
    public var maxOutputBytes: Int
    /// Working folder of the program; absent means the one of this process.
    public var workingDirectory: String?
    /// Environment variables that the program gets besides `PATH`, `HOME`, `LANG` and
    /// `CREW_IDEMPOTENCY_KEY`.
    public var environment: [String: String]

    public init(
        name: ToolName, description: String, command: [String],
        parameters: JSONValue = ["type": "object", "properties": [:]],
        effect: ToolEffect = .write
    ) {
        self.name = name
        self.description = description
        self.command = command
        self.parameters = parameters
        self.effect = effect
        self.approval = .never
        self.maxOutputBytes = 65_536
        self.environment = [:]
    }
}

extension CommandToolDefinition {
    /// What a command writes for the key of its call; not to be used as a parameter's name.
    public static let idempotencyKeyPlace = "idempotency_key"
    /// The environment variable in which a program gets that key.
    public static let idempotencyKeyVariable = "CREW_IDEMPOTENCY_KEY"
}
