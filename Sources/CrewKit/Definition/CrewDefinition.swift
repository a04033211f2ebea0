/// A crew as it was written: nothing in it has been checked yet.
///
/// `validated(tools:)` turns it into a `ValidatedCrew`, the only form that can run.
public struct CrewDefinition: Sendable, Hashable {
    public var name: String
    public var version: String
    public var description: String
    /// The agent that receives the input; the first agent when absent.
    public var entryPoint: AgentID?
    /// In the order in which the crew lists them.
    public var agents: [AgentDefinition]
    public var routing: RoutingDefinition
    public var settings: CrewSettings
    /// Tools that the crew declares itself.
    public var tools: [DeclaredTool]
    public var mcpServers: [MCPServerDefinition]
    /// Programs that the built-in `ExecuteCommand` may start; empty allows none.
    public var allowedCommands: [String]
    /// Which calls of `ExecuteCommand` a person has to allow; absent means what the settings say.
    public var commandApproval: ToolApproval?
    /// Tells this definition from others of the crew; absent when nobody made it from files.
    public var digest: String?
    /// Replies of the crew's own offline model, where it has one.
    public var script: ScriptDefinition?

    public init(
        name: String, version: String = "1.0", description: String = "",
        entryPoint: AgentID? = nil, agents: [AgentDefinition],
        routing: RoutingDefinition = RoutingDefinition(), settings: CrewSettings = CrewSettings()
    ) {
        self.name = name
        self.version = version
        self.description = description
        self.entryPoint = entryPoint
        self.agents = agents
        self.routing = routing
        self.settings = settings
        self.tools = []
        self.mcpServers = []
        self.allowedCommands = []
    }
}
