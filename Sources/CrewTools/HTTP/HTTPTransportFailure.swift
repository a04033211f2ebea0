import AsyncHTTPClient
import CrewKit
import NIOHTTP1

/// Turns what the HTTP client throws into a tool's failure.
enum HTTPTransportFailure {
    static func explained(_ error: any Error, host: String) -> ToolFailure {
        if error is CancellationError { return ToolFailure(error) }
        if let failure = ConnectionFailure(error) { return notConnected(failure, host) }
        if error is HTTPParserError {
            return ToolFailure(.parse, "'\(host)' does not speak HTTP")
        }
        guard let error = error as? HTTPClientError, error != .remoteConnectionClosed else {
            return broken(host)
        }
        if [.invalidURL, .emptyHost].contains(error) {
            return ToolFailure(
                .parameter, "the address of the request cannot be made of these values",
                isWithoutEffect: true)
        }
        return ToolFailure(
            .system, "the request to '\(host)' failed: \(error.shortDescription)")
    }

    private static func notConnected(_ failure: ConnectionFailure, _ host: String) -> ToolFailure {
        switch failure {
        case .refused:
            ToolFailure(
                .system, "'\(host)' cannot be connected to: it refuses", isWithoutEffect: true)
        case .outOfTime, .notReached:
            ToolFailure(.system, "'\(host)' cannot be connected to", isWithoutEffect: true)
        case .notSecure:
            ToolFailure(
                .system,
                "no secure connection to '\(host)': its certificate is not to be trusted, "
                    + "or it does not speak TLS", action: .askAPerson, isWithoutEffect: true)
        }
    }

    private static func broken(_ host: String) -> ToolFailure {
        ToolFailure(
            .system, "'\(host)' closed the connection before its answer was complete",
            action: .findOutFirst)
    }
}
