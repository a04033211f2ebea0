/// A Model Context Protocol server whose tools the crew's agents may use.
public struct MCPServerDefinition: Sendable, Hashable {
    /// Tools are called `<name>__<tool>`.
    public var name: String
    public var transport: Transport
    /// Tools of the server that are offered, by the server's names; empty offers all.
    public var allow: [String]
    /// Tools that are never offered.
    public var deny: [String]
    /// Time for connecting and for one request other than a tool call.
    public var connectTimeout: Duration
    /// Time for one tool call; the crew's `toolTimeout` when absent.
    public var callTimeout: Duration?
    /// Whether the crew refuses to start without the server.
    public var isRequired: Bool
    /// The effect of its tools by the server's names. Tools not named here have `write`, or
    /// `irreversible` where the server calls them destructive: its own hints can only make us more
    /// careful.
    public var effects: [String: ToolEffect]
    /// Absent means what the crew's settings say.
    public var approval: ToolApproval?
    public var policy: ToolPolicy

    /// How the server is reached.
    public enum Transport: Sendable, Hashable {
        /// A program of this machine, spoken to over its standard input and output.
        case stdio(CommandTemplate)
        /// Streamable HTTP.
        case http(url: String, headers: [String: String])
    }

    public init(name: String, transport: Transport) {
        self.name = name
        self.transport = transport
        self.allow = []
        self.deny = []
        self.connectTimeout = .seconds(20)
        self.isRequired = false
        self.effects = [:]
        self.policy = ToolPolicy()
    }

    /// Parts a server's name from its tool's.
    public static let separator = "__"
}

extension CrewDefinition {
    /// Whether a tool may come from one of its MCP servers, which are not asked for it here.
    func isServerTool(_ name: ToolName) -> Bool {
        mcpServers.contains {
            name.rawValue.hasPrefix($0.name + MCPServerDefinition.separator)
        }
    }
}
