import AsyncHTTPClient
import CrewKit
import NIOCore

/// Turns what the HTTP client throws into our error.
enum TransportFailure {
    static func crewError(_ error: any Error, host: String, connect: Duration) -> CrewError {
        let (code, text) = explain(error, host: host, connect: connect)
        return CrewError(code, text, cause: error)
    }

    private static func explain(
        _ error: any Error, host: String, connect: Duration
    ) -> (CrewError.Code, String) {
        switch error {
        case let error as HTTPClientError: explain(error, host: host, connect: connect)
        case ChannelError.connectTimeout: noConnection(host, connect)
        case is IOError:
            (.modelStreamCut, "The connection to \(host) broke")
        default:
            explain(
                named: String(describing: type(of: error)), text: String(describing: error),
                host: host)
        }
    }

    private static func noConnection(
        _ host: String, _ connect: Duration
    ) -> (CrewError.Code, String) {
        (
            .modelTimeout,
            "No connection to \(host) within \(connect) (connect deadline)."
                + " Check the base URL and the network"
        )
    }

    private static func explain(
        _ error: HTTPClientError, host: String, connect: Duration
    ) -> (CrewError.Code, String) {
        switch error {
        case .connectTimeout, .deadlineExceeded: noConnection(host, connect)
        case .getConnectionFromPoolTimeout:
            (
                .modelOverloaded,
                "All connections to \(host) were in use for \(connect)."
                    + " Run fewer calls at once, or allow more connections"
            )
        case .tlsHandshakeTimeout:
            (.modelUnreachable, "\(host) did not complete the TLS handshake")
        case .remoteConnectionClosed:
            (.modelStreamCut, "\(host) closed the connection before the reply was complete")
        case .alreadyShutdown, .cancelled:
            (.modelUnavailable, "The model client was shut down during a call to \(host)")
        default:
            (.modelAnsweredNonsense, "\(host) broke the rules of HTTP: \(error.shortDescription)")
        }
    }

    /// Types of packages that we do not import; their names are all we need of them.
    private static func explain(
        named name: String, text: String, host: String
    ) -> (CrewError.Code, String) {
        if name.contains("NIOConnectionError") {
            let advice = "Check that the server runs, and the base URL"
            let reason =
                if text.contains("refused") {
                    "\(host) refused the connection"
                } else if text.hasPrefix("DNS") {
                    "\(host) is not known by that name, or does not answer"
                } else {
                    "\(host) cannot be reached"
                }
            return (.modelUnreachable, "\(reason). \(advice)")
        }
        if name.contains("SSL") {
            return (
                .modelUnreachable,
                "No secure connection to \(host). Check its certificate, and http or https in the"
                    + " base URL"
            )
        }
        if name.contains("HTTPParser") {
            return (.modelAnsweredNonsense, "\(host) does not speak HTTP. Check the base URL")
        }
        return (.modelStreamCut, "The connection to \(host) failed")
    }
}
