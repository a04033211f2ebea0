import CrewKit
import Synchronization

/// One server: connected, listed, watched, and connected again when it is lost.
final class MCPConnection: Sendable {
    /// How a server is at the moment.
    enum Condition: Sendable {
        case connecting
        case connected(MCPClient)
        /// With the reason, as words that follow the server's name. It is tried again.
        case down(String)
    }

    private struct State {
        var condition = Condition.connecting
        /// Kept while the server is away, so that calls are told why they fail.
        var tools: [any Tool] = []
        var era: MCPEra?
        /// What was told of the last list, so that it is told once.
        var warnings: [String] = []
    }

    /// Before the second attempt; doubled before each further one.
    static let firstDelay: Duration = .milliseconds(500)
    static let maxDelay: Duration = .seconds(30)
    /// A server that stayed that long is no server that keeps falling over.
    private static let trust: Duration = .seconds(60)
    /// What a tool's caller should allow on top of our own time limit.
    private static let farewell: Duration = .seconds(2)

    let definition: MCPServerDefinition
    let clock: any Clock<Duration>
    private let toolTimeout: Duration
    private let makeTransport: @Sendable (MCPInbox) -> any MCPTransport
    private let log: @Sendable (String) -> Void
    private let state = Mutex(State())
    private let firstAttempt = Latch()
    private let stopping = Latch()

    init(
        _ definition: MCPServerDefinition, toolTimeout: Duration, clock: any Clock<Duration>,
        log: @escaping @Sendable (String) -> Void,
        transport: @escaping @Sendable (MCPInbox) -> any MCPTransport
    ) {
        self.definition = definition
        self.toolTimeout = toolTimeout
        self.clock = clock
        self.log = log
        makeTransport = transport
    }

    var tools: [any Tool] { state.withLock(\.tools) }
    var condition: Condition { state.withLock(\.condition) }

    /// Returns when the server was connected to, or could not be, for the first time.
    func settled() async { await firstAttempt.wait() }

    /// Lets `run` end the connection and return.
    func stop() { stopping.open() }

    /// The client to call tools with.
    ///
    /// - Throws: a failure that says why there is none.
    func client() throws(ToolFailure) -> MCPClient {
        switch condition {
        case .connected(let client): return client
        case .connecting:
            throw ToolFailure(
                .unavailable, "The MCP server '\(definition.name)' is being connected to.",
                isWithoutEffect: true)
        case .down(let reason):
            throw ToolFailure(
                .unavailable, "The MCP server '\(definition.name)' is not there: it \(reason).",
                hint: "It is being tried again.", isWithoutEffect: true)
        }
    }

    // MARK: Staying connected

    /// Keeps the server connected until `stop()`.
    func run() async {
        defer { firstAttempt.open() }
        var delay = Self.firstDelay
        while !stopping.isOpen, !Task.isCancelled {
            var reason = ""
            let time = await clock.measure { reason = await connect() }
            if stopping.isOpen || Task.isCancelled { return }
            state.withLock { $0.condition = .down(reason) }
            firstAttempt.open()
            if time >= Self.trust { delay = Self.firstDelay }
            log("MCP server '\(definition.name)' \(reason). It is tried again in \(delay).")
            await pause(delay)
            delay = min(delay * 2, Self.maxDelay)
        }
    }

    /// Waits, but not beyond `stop()`.
    private func pause(_ delay: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            // A cancelled wait is over.
            group.addTask { [clock] in try? await clock.sleep(for: delay) }  // see above
            group.addTask { [stopping] in await stopping.wait() }
            await group.next()
            group.cancelAll()
        }
    }

    /// Connects, and stays so until the server is lost or `stop()`; says why it ended.
    private func connect() async -> String {
        let inbox = MCPInbox()
        let transport = makeTransport(inbox)
        let client = MCPClient(transport: transport, inbox: inbox)
        async let end = transport.run()
        let reason = await talk(with: client)
        transport.close()
        // A server that goes without a word of ours is explained by its own end.
        let own = await end
        return reason ?? own ?? "was stopped"
    }

    /// Opens the client and follows what happens, until `stop()` or until something ends it.
    ///
    /// - Returns: what ended it; `nil` for a transport that was closed, or `stop()`.
    private func talk(with client: MCPClient) async -> String? {
        await withTaskGroup(of: String?.self) { group in
            group.addTask { [self] in await converse(with: client) }
            group.addTask { [stopping] in
                await stopping.wait()
                return nil
            }
            let reason = await group.next() ?? nil
            group.cancelAll()
            return reason
        }
    }

    private func converse(with client: MCPClient) async -> String? {
        do {
            try await open(client)
            firstAttempt.open()
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask { [self] in
                    await listen(to: client)
                    return false
                }
                group.addTask { [self] in
                    try await follow(client)
                    return true
                }
                defer { group.cancelAll() }
                while let isOver = try await group.next() {
                    if isOver { return }
                }
            }
            return nil
        } catch let failure as MCPFailure {
            // A program that could not bear our question may bear the older handshake.
            let isGone = if case .lost = failure { client.era == nil } else { false }
            let oldest = MCPEra.legacy(version: MCPEra.legacyVersions[0])
            state.withLock { state in state.era = isGone && state.era == nil ? oldest : nil }
            return failure.reason
        } catch let error as JSONRPCError {
            state.withLock { $0.era = nil }
            return "answered with an error: \(error.message) (\(error.code))"
        } catch {
            return error is CancellationError ? nil : "failed: \(error)"
        }
    }

    private func open(_ client: MCPClient) async throws {
        let limit = definition.connectTimeout
        let known = state.withLock(\.era)
        // Older servers that do not answer unknown questions leave this time unused.
        let patience = limit / 4
        let isOpen: Void? = try await Deadline.within(limit, on: clock) { [self] in
            try await client.open(asBefore: known, patience: patience, on: clock)
            try await list(client)
        }
        guard isOpen != nil else {
            throw MCPFailure.unreachable("was not ready within \(limit)")
        }
    }

    private func list(_ client: MCPClient) async throws {
        let timeout = definition.callTimeout ?? toolTimeout
        let list = MCPToolList(
            try await client.tools(), of: definition, timeout: timeout + Self.farewell,
            hasHeaders: client.transport.hasHeaders && client.era?.isModern == true)
        let tools = list.entries.map { MCPTool($0, connection: self, limit: timeout) }
        let isNews = state.withLock { state in
            defer { state.warnings = list.warnings }
            state.condition = .connected(client)
            state.tools = tools
            state.era = client.era
            return state.warnings != list.warnings
        }
        for warning in list.warnings where isNews {
            log("MCP server '\(definition.name)': \(warning).")
        }
    }

    /// Lists the tools again when they change, and makes sure of the server when it is doubted.
    ///
    /// Returns when the transport is closed.
    ///
    /// - Throws: when the server is not there any more.
    private func follow(_ client: MCPClient) async throws {
        for await event in client.inbox.events {
            let isThere: Void? = try await Deadline.within(definition.connectTimeout, on: clock) {
                [self] in
                switch event {
                case .toolsChanged: try await list(client)
                case .doubt: try await client.ping()
                }
            }
            guard isThere != nil else {
                throw MCPFailure.lost("does not answer any more")
            }
        }
    }

    /// Listens for changes; a way that broke is tried again, as long as the server is there.
    private func listen(to client: MCPClient) async {
        var delay = Self.firstDelay
        while !Task.isCancelled {
            do {
                try await client.listen()
                return
            } catch is MCPFailure {
                await pause(delay)
                delay = min(delay * 2, Self.maxDelay)
            } catch {
                return
            }
        }
    }
}
