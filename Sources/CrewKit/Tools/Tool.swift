/// Something that an agent can do besides talking.
///
/// A tool is shared by all runs. What it throws becomes an error result that the model reads; a
/// call that outlives its deadline is given up and becomes a timeout result, whether or not the
/// tool listens to cancellation. A trap in a tool of this process ends the process.
public protocol Tool: Sendable {
    var definition: ToolDefinition { get }

    /// Does it. `call.arguments` have been checked against the definition's parameters.
    func call(_ call: ToolInvocation) async throws -> String
}

/// What a model is told of a tool, and how the engine treats it.
public struct ToolDefinition: Sendable, Hashable {
    public var name: ToolName
    public var description: String
    /// JSON Schema of the arguments: an object.
    public var parameters: JSONValue
    public var effect: ToolEffect
    public var approval: ToolApproval
    /// Wall-clock time for one call; the crew's `toolTimeout` when absent.
    public var timeout: Duration?

    public init(
        name: ToolName, description: String,
        parameters: JSONValue = ["type": "object", "properties": [:]],
        effect: ToolEffect = .write, approval: ToolApproval = .never, timeout: Duration? = nil
    ) {
        self.name = name
        self.description = description
        self.parameters = parameters
        self.effect = effect
        self.approval = approval
        self.timeout = timeout
    }
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

/// Whether a person has to allow a tool's calls.
public enum ToolApproval: String, Sendable, Hashable, Codable, CaseIterable {
    case never
    /// Each call waits for a decision before it is made.
    case always
}

/// One call of a tool, with what the tool may know about the run.
public struct ToolInvocation: Sendable {
    public let call: ToolCallID
    public let arguments: JSONObject
    /// The same for every attempt at this call, also after a crash: pass it on to whatever can
    /// tell a repeated request by it.
    public let idempotencyKey: String
    public let run: RunID
    public let agent: AgentID
    /// The conversation so far, as the agent's run remembers it.
    public let conversation: [ConversationEntry]
    /// Keeps what the tool makes beside its words; absent where nobody keeps it.
    public let artifacts: RunArtifacts?

    public init(
        call: ToolCallID, arguments: JSONObject, idempotencyKey: String, run: RunID,
        agent: AgentID, conversation: [ConversationEntry] = [], artifacts: RunArtifacts? = nil
    ) {
        self.call = call
        self.arguments = arguments
        self.idempotencyKey = idempotencyKey
        self.run = run
        self.agent = agent
        self.conversation = conversation
        self.artifacts = artifacts
    }
}
