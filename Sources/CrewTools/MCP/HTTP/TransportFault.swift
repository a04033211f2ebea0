import AsyncHTTPClient

/// Turns what the HTTP client throws into our failure.
enum TransportFault {
    static func failure(_ error: any Error) -> any Error {
        switch error {
        case is MCPFailure, is JSONRPCError, is CancellationError: return error
        default: break
        }
        if let failure = ConnectionFailure(error) { return notConnected(failure) }
        if let error = error as? HTTPClientError { return failure(error) }
        return MCPFailure.lost("closed the connection before its answer was complete")
    }

    private static func notConnected(_ failure: ConnectionFailure) -> MCPFailure {
        switch failure {
        case .refused: .unreachable("refused the connection")
        case .outOfTime: .unreachable("did not connect in time")
        case .notReached: .unreachable("cannot be reached; check its URL")
        case .notSecure: .unreachable("offers no secure connection that can be trusted")
        }
    }

    private static func failure(_ error: HTTPClientError) -> any Error {
        switch error {
        case .cancelled: CancellationError()
        case .remoteConnectionClosed, .readTimeout:
            MCPFailure.lost("closed the connection before its answer was complete")
        case .invalidURL, .emptyHost, .emptyScheme:
            MCPFailure.unreachable("has a URL that cannot be used")
        default: MCPFailure.lost("broke the rules of HTTP: \(error.shortDescription)")
        }
    }
}
