import AsyncHTTPClient
import NIOCore
import Synchronization

/// The connections of HTTP tools, kept open between calls.
///
/// A connection is made to an address that was checked before, not to a name that could mean
/// another address by then. The HTTP client fixes addresses of names for itself as a whole, so
/// there is one for each name with its address: a bounded number, the least recently used goes.
public final class HTTPToolConnections: Sendable {
    private struct Route: Hashable {
        let host: String
        let address: String
    }

    private struct Entry {
        let client: HTTPClient
        var users = 0
        var lastUse = 0
    }

    private struct State {
        var entries: [Route: Entry] = [:]
        var uses = 0
        var isOpen = true
    }

    private let limit: Int
    private let state = Mutex(State())

    /// Call `shutdown()` when no tool uses them any more.
    ///
    /// - Parameter limit: names with an address whose connections are kept at the same time.
    public init(limit: Int = 64) {
        self.limit = max(1, limit)
    }

    /// Connections for as long as `body` takes.
    public static func with<Result: Sendable>(
        limit: Int = 64, _ body: (HTTPToolConnections) async throws -> Result
    ) async throws -> Result {
        let connections = HTTPToolConnections(limit: limit)
        let result: Result
        do {
            result = try await body(connections)
        } catch {
            await connections.shutdown()
            throw error
        }
        await connections.shutdown()
        return result
    }

    /// Closes all connections. Calls under way fail; later ones have connections for themselves.
    public func shutdown() async {
        let clients = state.withLock { state in
            defer { state.entries = [:] }
            state.isOpen = false
            return state.entries.values.map(\.client)
        }
        for client in clients { await Self.end(client) }
    }

    /// Lets `body` use a client that reaches `host` at `address` alone.
    func withClient<Result: Sendable>(
        host: String, address: String, _ body: (HTTPClient) async throws -> Result
    ) async throws -> Result {
        let route = Route(host: host, address: address)
        let (client, isKept, retired) = take(route)
        if let retired { await Self.end(retired) }
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(client))
        } catch {
            result = .failure(error)
        }
        if isKept { giveBack(route) } else { await Self.end(client) }
        return try result.get()
    }

    /// A client, whether it is kept, and one that had to go for it.
    private func take(_ route: Route) -> (HTTPClient, isKept: Bool, retired: HTTPClient?) {
        state.withLock { state in
            state.uses += 1
            if var entry = state.entries[route] {
                entry.users += 1
                entry.lastUse = state.uses
                state.entries[route] = entry
                return (entry.client, true, nil)
            }
            let client = Self.client(for: route)
            guard state.isOpen else { return (client, false, nil) }
            var retired: HTTPClient?
            if state.entries.count >= limit {
                let idle = state.entries.filter { $0.value.users == 0 }
                guard let oldest = idle.min(by: { $0.value.lastUse < $1.value.lastUse }) else {
                    return (client, false, nil)
                }
                state.entries[oldest.key] = nil
                retired = oldest.value.client
            }
            state.entries[route] = Entry(client: client, users: 1, lastUse: state.uses)
            return (client, true, retired)
        }
    }

    private func giveBack(_ route: Route) {
        state.withLock { $0.entries[route]?.users -= 1 }
    }

    private static func client(for route: Route) -> HTTPClient {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(10)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.idleTimeout = .seconds(30)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        configuration.dnsOverride = [route.host: route.address]
        return HTTPClient(configuration: configuration)
    }

    private static func end(_ client: HTTPClient) async {
        // It fails only when it was shut down before.
        try? await client.shutdown()
    }
}
