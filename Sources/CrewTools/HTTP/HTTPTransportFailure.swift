import AsyncHTTPClient
import CrewKit
import NIOCore
import NIOHTTP1

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Turns what the HTTP client throws into a tool's failure.
enum HTTPTransportFailure {
    static func explained(_ error: any Error, host: String) -> ToolFailure {
        if error is CancellationError { return ToolFailure(error) }
        if failedToConnect(error) {
            return ToolFailure(
                .system, "'\(host)' cannot be connected to\(reason(error))", isWithoutEffect: true)
        }
        // The types belong to a package that is not imported; their names are all that is needed.
        if String(describing: type(of: error)).contains("SSL") {
            return ToolFailure(
                .system,
                "no secure connection to '\(host)': its certificate is not to be trusted, "
                    + "or it does not speak TLS", action: .askAPerson, isWithoutEffect: true)
        }
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

    private static func broken(_ host: String) -> ToolFailure {
        ToolFailure(
            .system, "'\(host)' closed the connection before its answer was complete",
            action: .findOutFirst)
    }

    /// Whether no connection was made, so that nothing can have been done.
    private static func failedToConnect(_ error: any Error) -> Bool {
        switch error {
        case let error as HTTPClientError:
            return [
                .connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout,
            ].contains(error)
        case ChannelError.connectTimeout: return true
        case let error as IOError:
            return [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ENETDOWN, EADDRNOTAVAIL, ETIMEDOUT]
                .contains(error.errnoCode)
        default: return String(describing: type(of: error)) == "NIOConnectionError"
        }
    }

    private static func reason(_ error: any Error) -> String {
        "\(error)".lowercased().contains("refused") ? ": it refuses" : ""
    }
}
