import AsyncHTTPClient
public import CrewKit
import NIOCore

/// The tools of a crew's Model Context Protocol servers, as they are at the moment.
///
/// Lives as long as `withMCPServers` runs. The tools of a server that was lost stay, and their calls
/// fail with the reason until it is back; a server that was never reached has no tools yet.
public final class MCPServers: ToolSource {
    private let connections: [MCPConnection]

    init(_ connections: [MCPConnection]) { self.connections = connections }

    public var tools: [any Tool] { connections.flatMap(\.tools) }

    /// How the servers are, in the order of their definitions.
    public var reports: [MCPServerReport] { connections.map(MCPServerReport.init) }
}

/// How one server is at the moment, for people.
public struct MCPServerReport: Sendable, Hashable {
    public let name: String
    /// The version of the protocol that is spoken with it; absent while it is not connected.
    public let version: String?
    /// Why it is not connected, as words that follow its name.
    public let problem: String?
    /// How many of its tools are offered.
    public let toolCount: Int

    init(_ connection: MCPConnection) {
        name = connection.definition.name
        toolCount = connection.tools.count
        switch connection.condition {
        case .connecting: (version, problem) = (nil, "is being connected to")
        case .connected(let client): (version, problem) = (client.era?.version, nil)
        case .down(let reason): (version, problem) = (nil, reason)
        }
    }
}

/// Connects to servers and keeps them connected while a body runs.
///
/// All are connected to at the same time, each within its `connectTimeout`. One that cannot be
/// reached is told to `log` and tried again, with growing pauses of 0.5 to 30 seconds. At the end,
/// and when the task is cancelled, connections are closed and programs ended before this returns.
///
/// - Parameters:
///   - toolTimeout: for one call of a tool, where a server's definition names no other.
///   - log: takes a sentence for each thing that people should know.
/// - Throws: `invalid_definition` when a definition asks for what servers do not have, or when a
///   server that is required cannot be reached; or what the body throws.
public func withMCPServers<Value: Sendable>(
    _ definitions: [MCPServerDefinition], toolTimeout: Duration = .seconds(30),
    clock: any Clock<Duration> = ContinuousClock(),
    log: @escaping @Sendable (String) -> Void = { _ in },
    _ body: @escaping @Sendable (MCPServers) async throws -> Value
) async throws -> Value {
    if definitions.isEmpty { return try await body(MCPServers([])) }
    for definition in definitions { try definition.check() }
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .mcp)
    let connections = definitions.map { definition in
        MCPConnection(definition, toolTimeout: toolTimeout, clock: clock, log: log) { inbox in
            switch definition.transport {
            case .stdio(let command):
                StdioTransport(
                    process: StdioServerProcess(command: command, clock: clock), inbox: inbox
                ) { words in
                    log("MCP server '\(definition.name)' has ended; its last words:\n\(words)")
                }
            case .http(let url, let headers):
                HTTPTransport(
                    url: url, headers: headers, client: client, inbox: inbox, clock: clock)
            }
        }
    }
    let result = await withConnections(connections, body)
    // The client holds nothing that could be lost with it.
    try? await client.shutdown()  // see above
    return try result.get()
}

func withConnections<Value: Sendable>(
    _ connections: [MCPConnection],
    _ body: @escaping @Sendable (MCPServers) async throws -> Value
) async -> Result<Value, any Error> {
    await withTaskGroup(of: Void.self) { group in
        for connection in connections { group.addTask { await connection.run() } }
        let result = await Result {
            for connection in connections { await connection.settled() }
            try Task.checkCancellation()
            for connection in connections where connection.definition.isRequired {
                guard case .down(let reason) = connection.condition else { continue }
                throw CrewError(
                    .invalidDefinition,
                    "The MCP server '\(connection.definition.name)' is required, and \(reason)."
                        + " Start it, correct its definition, or make it 'required: false'")
            }
            return try await body(MCPServers(connections))
        }
        for connection in connections { connection.stop() }
        await group.waitForAll()
        return result
    }
}

extension MCPServerDefinition {
    fileprivate func check() throws(CrewError) {
        guard case .stdio(let command) = transport else { return }
        let problem: String
        if command.words.first?.isEmpty ?? true {
            problem = "its command names no program"
        } else if command.sandbox != .none {
            problem =
                "servers are not put into a sandbox; remove 'sandbox', or begin its command "
                + "with a program that makes one"
        } else {
            return
        }
        throw CrewError(.invalidDefinition, "MCP server '\(name)': \(problem)")
    }
}

extension HTTPClient.Configuration {
    /// No redirects, as headers with keys would go wherever a server likes; no attempts of its own,
    /// as those are made here; and no bound on connections that would let calls wait for each other.
    static var mcp: Self {
        var configuration = Self()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(10)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
        configuration.connectionPool.retryConnectionEstablishment = false
        // Shorter than that of common servers (5 s), so that no request meets a closing connection.
        configuration.connectionPool.idleTimeout = .seconds(4)
        return configuration
    }
}
