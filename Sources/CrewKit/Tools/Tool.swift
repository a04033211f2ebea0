/// Something that an agent can do besides talking.
///
/// A tool is shared by all runs. What it throws becomes an error result that the model reads; a
/// call that outlives its deadline is given up and becomes a timeout result, whether or not the
/// tool listens to cancellation. A trap ends the process that the tool runs in: see `ToolIsolation`.
public protocol Tool: Sendable {
    var definition: ToolDefinition { get }

    /// Does it. `call.arguments` have been checked against the definition's parameters.
    ///
    /// - Throws: best a `ToolFailure`; any other error becomes one.
    func call(_ call: ToolInvocation) async throws -> String
}

/// Tools that may change while a crew runs, such as those of a server.
public protocol ToolSource: Sendable {
    /// The tools there are now. Cheap: it is asked before each model call.
    var tools: [any Tool] { get }
}

/// What a model is told of a tool, and how the engine treats it.
public struct ToolDefinition: Sendable, Hashable {
    public var name: ToolName
    public var description: String
    /// JSON Schema of the arguments: an object.
    public var parameters: JSONValue
    public var effect: ToolEffect
    /// Absent means what the crew's settings say.
    public var approval: ToolApproval?
    /// Wall-clock time for one call; the crew's `toolTimeout` when absent.
    public var timeout: Duration?
    /// Where the tool's code runs, when it is given to a pool of workers.
    public var isolation: ToolIsolation
    /// What a call may take of the machine, for a tool in a worker.
    public var limits: ResourceLimits
    /// Whether a call of it runs with no other call of the same reply beside it.
    public var isSequential: Bool
    /// Whether a repeated call with the same key does nothing twice.
    public var isIdempotent: Bool
    /// Whether it looks at the conversation, which a worker is sent only then.
    public var readsConversation: Bool
    /// Where it comes from, for people: a file, a server, the program itself.
    public var source: String

    public init(
        name: ToolName, description: String,
        parameters: JSONValue = ["type": "object", "properties": [:]],
        effect: ToolEffect = .write, approval: ToolApproval? = nil, timeout: Duration? = nil,
        isolation: ToolIsolation = .worker
    ) {
        self.name = name
        self.description = description
        self.parameters = parameters
        self.effect = effect
        self.approval = approval
        self.timeout = timeout
        self.isolation = isolation
        self.limits = ResourceLimits()
        self.isSequential = false
        self.isIdempotent = false
        self.readsConversation = false
        self.source = "code"
    }
}

/// Where the code of a tool runs.
public enum ToolIsolation: String, Sendable, Hashable, Codable, CaseIterable {
    /// In a worker: a process of its own, which may die without harm to anybody else.
    case worker
    /// In the process of the engine: a trap in it ends all runs. For trusted code, or code that only
    /// passes a call on.
    case inProcess = "in_process"
}

/// What a tool does to the world, which decides what becomes of a call whose outcome was lost.
public enum ToolEffect: String, Sendable, Hashable, Codable, CaseIterable {
    /// Nothing, or the same however often it is called: the call is made again.
    case read
    /// The call is not made again; the model is told that the outcome is unknown.
    case write
    /// A person decides whether it is made again.
    case irreversible
}
