import AsyncHTTPClient
import NIOCore

/// Turns what the HTTP client throws into our failure.
enum TransportFault {
    static func failure(_ error: any Error) -> any Error {
        switch error {
        case is MCPFailure, is JSONRPCError, is CancellationError: return error
        case ChannelError.connectTimeout: return MCPFailure.unreachable("did not connect in time")
        case let error as HTTPClientError: return failure(error)
        default: break
        }
        let text = "\(error)"
        // The types belong to packages that are not imported here; their names are all we need.
        let type = String(describing: Swift.type(of: error))
        if text.contains("refused") { return MCPFailure.unreachable("refused the connection") }
        if type.contains("NIOConnectionError") || text.hasPrefix("DNS") {
            return MCPFailure.unreachable("cannot be reached; check its URL")
        }
        if type.contains("SSL") {
            return MCPFailure.unreachable("offers no secure connection that can be trusted")
        }
        return MCPFailure.lost("closed the connection before its answer was complete")
    }

    private static func failure(_ error: HTTPClientError) -> any Error {
        switch error {
        case .cancelled: CancellationError()
        case .connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout,
            .deadlineExceeded:
            MCPFailure.unreachable("did not connect in time")
        case .remoteConnectionClosed, .readTimeout:
            MCPFailure.lost("closed the connection before its answer was complete")
        case .invalidURL, .emptyHost, .emptyScheme:
            MCPFailure.unreachable("has a URL that cannot be used")
        default: MCPFailure.lost("broke the rules of HTTP: \(error.shortDescription)")
        }
    }
}
