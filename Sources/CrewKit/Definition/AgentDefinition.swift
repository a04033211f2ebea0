/// One agent as it was written.
public struct AgentDefinition: Sendable, Hashable {
    public var id: AgentID
    /// The display name, also the `agent` of an event on the wire.
    public var name: String
    public var role: String
    public var description: String
    public var backstory: String
    /// The author's own prompt with `{{name}}`, `{{role}}`, `{{description}}`, `{{backstory}}`;
    /// empty means that one is written for the agent.
    public var systemPrompt: String
    public var primary: ModelReference
    /// Called in this order when the primary model fails.
    public var fallbacks: [ModelFallback] = []
    /// Sampling temperature, 0 to 2; absent leaves it to the endpoint.
    public var temperature: Double?
    /// The most tokens of one reply; absent leaves it to the endpoint.
    public var maxOutputTokens: Int?
    public var tools: [ToolName]
    /// Agents that may be handed to, in order of preference.
    public var handoffTargets: [AgentID]
    public var isTerminal: Bool
    public var routing: RoutingMode
    public var toolCalls: ToolCallStyle
    public var toolChoice: ToolChoice
    /// What the primary model costs.
    public var price: TokenPrice?
    /// What the agent's calls may spend, beside what the crew allows.
    public var budgets: [BudgetLimit] = []
    /// The shape that every reply without tool calls has to have, as a JSON schema of an object.
    public var responseSchema: JSONValue?

    public init(
        id: AgentID, name: String? = nil, role: String = "", systemPrompt: String = "",
        primary: ModelReference = ModelReference(), tools: [ToolName] = [],
        handoffTargets: [AgentID] = [], isTerminal: Bool = false
    ) {
        self.id = id
        self.name = name ?? id.rawValue
        self.role = role
        self.description = ""
        self.backstory = ""
        self.systemPrompt = systemPrompt
        self.primary = primary
        self.tools = tools
        self.handoffTargets = handoffTargets
        self.isTerminal = isTerminal
        self.routing = .auto
        self.toolCalls = .native
        self.toolChoice = .auto
    }
}

/// How an agent says where the run goes next.
public enum RoutingMode: String, Sendable, Hashable, CaseIterable {
    /// By text signals only.
    case signals
    /// By native `transfer_to_<agent>` tools; text signals only end or pause the run.
    case tools
    /// By a member of a reply whose shape the endpoint enforces: for small models.
    case schema
    /// By text signals, and by native tools where the agent has handoff targets, no signals, and a
    /// model that is told of its tools natively.
    case auto
}

/// How an agent's model is told of its tools; calls written as text are understood either way.
public enum ToolCallStyle: String, Sendable, Hashable, CaseIterable {
    /// Through the tool-calling interface of the wire.
    case native
    /// In the prompt, for models that know no tool calls.
    case text
}

/// Whether a model has to use its tools.
public enum ToolChoice: String, Sendable, Hashable, CaseIterable {
    /// The model decides.
    case auto
    /// The first reply of a turn must call a tool; after that the model decides.
    case required
    /// The model is told of its tools and must not call one.
    case none
}
