import CrewKit
import Synchronization

/// Speaks to one server over a transport, in the era that was found out when it was opened.
final class MCPClient: Sendable {
    private struct State {
        var nextID = 1
        var era: MCPEra?
        var announcesChanges = false
    }

    let transport: any MCPTransport
    let inbox: MCPInbox
    private let state = Mutex(State())
    private let renewal = SharedRenewal()

    init(transport: any MCPTransport, inbox: MCPInbox) {
        self.transport = transport
        self.inbox = inbox
    }

    /// Known once the client is open.
    var era: MCPEra? { state.withLock(\.era) }

    /// Whether the server said that it tells of changes to its tools.
    var announcesChanges: Bool { state.withLock(\.announcesChanges) }

    func opened(as era: MCPEra, capabilities: JSONValue?) {
        state.withLock { state in
            state.era = era
            state.announcesChanges = capabilities?["tools"]?["listChanged"]?.bool ?? false
        }
    }

    // MARK: Requests

    func request(
        _ method: String, _ params: JSONObject = [:], as era: MCPEra?,
        mirroring headers: [(name: String, value: String)] = []
    ) -> MCPRequest {
        let id = nextID()
        var params = params
        if era?.isModern == true {
            var meta = params["_meta"]?.object ?? [:]
            meta["io.modelcontextprotocol/protocolVersion"] = .string(MCPEra.modernVersion)
            meta["io.modelcontextprotocol/clientCapabilities"] = [:]
            meta["io.modelcontextprotocol/clientInfo"] = Self.identity
            params["_meta"] = .object(meta)
        }
        return MCPRequest(
            id: id, method: method, params: params, era: era, mirroredHeaders: headers)
    }

    private func nextID() -> Int {
        state.withLock { state in
            defer { state.nextID += 1 }
            return state.nextID
        }
    }

    static let identity: JSONValue = ["name": "swift-crew", "version": "1"]

    /// Sends a request in the era of this client. A session that the server forgot is renewed once:
    /// the request did nothing then.
    func send(
        _ method: String, _ params: JSONObject = [:],
        mirroring headers: [(name: String, value: String)] = []
    ) async throws -> JSONValue {
        await renewal.settled()
        let request = request(method, params, as: era, mirroring: headers)
        let session = renewal.generation
        do {
            return try await transport.exchange(request)
        } catch MCPFailure.sessionExpired {
            try await renewal.renew(after: session) { try await initialize() }
            inbox.post(.toolsChanged)
            var again = request
            again.era = era
            return try await transport.exchange(again)
        }
    }

    /// Returns when the server has answered anything at all.
    ///
    /// - Throws: `MCPFailure`, `CancellationError`.
    func ping() async throws {
        do {
            _ = try await send(era?.isModern == true ? "server/discover" : "ping")
        } catch is JSONRPCError {
            // An error is an answer, too.
        }
    }

    // MARK: Tools

    /// All tools of the server, page by page.
    ///
    /// - Throws: `JSONRPCError`, `MCPFailure`, `CancellationError`.
    func tools() async throws -> [JSONValue] {
        var tools: [JSONValue] = []
        var cursors: Set<String> = []
        var cursor: String?
        repeat {
            let params: JSONObject = cursor.map { ["cursor": .string($0)] } ?? [:]
            let page = try await send("tools/list", params)
            guard let found = page["tools"]?.array else {
                throw MCPFailure.unreadable("lists no tools where it should")
            }
            tools += found
            cursor = page["nextCursor"]?.string
            if let next = cursor, !cursors.insert(next).inserted {
                throw MCPFailure.unreadable("lists its tools in circles")
            }
            guard tools.count <= Self.toolLimit, cursors.count <= Self.pageLimit else {
                throw MCPFailure.unreadable("has more than \(Self.toolLimit) tools")
            }
        } while cursor != nil
        return tools
    }

    private static let toolLimit = 1_000
    private static let pageLimit = 200

    /// Calls a tool, telling of its progress meanwhile.
    ///
    /// - Throws: `JSONRPCError`, `MCPFailure`, `CancellationError`.
    func call(
        _ name: String, _ arguments: JSONObject, key: String,
        mirroring headers: [(name: String, value: String)],
        trace: [(String, String)] = [], reports: ToolReports?
    ) async throws -> JSONValue {
        var meta: JSONObject = ["io.swift-crew/idempotencyKey": .string(key)]
        let token = nextID()
        for (name, value) in trace { meta[name] = .string(value) }
        if reports != nil { meta["progressToken"] = .integer(token) }
        let params: JSONObject = [
            "name": .string(name), "arguments": .object(arguments), "_meta": .object(meta),
        ]
        guard let reports else { return try await send("tools/call", params, mirroring: headers) }
        let progress = inbox.progress(of: token)
        return try await withThrowingTaskGroup(of: JSONValue?.self) { group in
            group.addTask {
                for await report in progress { await reports.report(report) }
                return nil
            }
            group.addTask { [self] in
                defer { inbox.forget(token) }
                return try await send("tools/call", params, mirroring: headers)
            }
            var result: JSONValue?
            for try await value in group { result = value ?? result }
            return result ?? .null
        }
    }

    // MARK: Changes

    /// Listens for what the server says unasked; returns where it says nothing, or need not be asked.
    ///
    /// - Throws: `JSONRPCError`, `MCPFailure`, `CancellationError`.
    func listen() async throws {
        guard let era else { return }
        // Many older servers tell of changes without having said that they would.
        guard era.isModern else { return try await listenInSession(as: era) }
        guard announcesChanges else { return }
        _ = try await send(
            "subscriptions/listen", ["notifications": ["toolsListChanged": true]])
        throw MCPFailure.lost("ended the subscription to its changes")
    }
    private func listenInSession(as era: MCPEra) async throws {
        let session = renewal.generation
        do {
            try await transport.listen(era: era)
        } catch MCPFailure.sessionExpired {
            try await renewal.renew(after: session) { try await initialize() }
            throw MCPFailure.lost("began a new session")
        }
    }
}
