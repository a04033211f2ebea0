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
    /// Wall-clock time for one call; the crew's `toolTimeout` when absent.
    public var timeout: Duration?

    public init(
        name: ToolName, description: String,
        parameters: JSONValue = ["type": "object", "properties": [:]],
        effect: ToolEffect = .write, timeout: Duration? = nil
    ) {
        self.name = name
        self.description = description
        self.parameters = parameters
        self.effect = effect
        self.timeout = timeout
    }
}

/// What a tool does to the world, which decides whether a call may be made again.
public enum ToolEffect: String, Sendable, Hashable, Codable, CaseIterable {
    case read, write, irreversible
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

    public init(
        call: ToolCallID, arguments: JSONObject, idempotencyKey: String, run: RunID,
        agent: AgentID, conversation: [ConversationEntry] = []
    ) {
        self.call = call
        self.arguments = arguments
        self.idempotencyKey = idempotencyKey
        self.run = run
        self.agent = agent
        self.conversation = conversation
    }
}
