import AsyncHTTPClient
import CrewKit
import NIOCore
import NIOHTTP1

/// Turns what the HTTP client throws into our error.
struct TransportFailure {
    typealias Explanation = (CrewError.Code, String)

    let host: String
    /// How long a connection was waited for.
    let connect: Duration
    /// Whether a connection stood and the request went out.
    let wasSent: Bool

    func crewError(_ error: any Error) -> CrewError {
        let (code, text) = explain(error)
        return CrewError(code, text, cause: error)
    }

    private func explain(_ error: any Error) -> Explanation {
        switch error {
        case let error as HTTPClientError: explain(error)
        case let error as HTTPParserError where error != .invalidEOFState:
            (.modelAnsweredNonsense, "\(host) does not speak HTTP. Check the base URL")
        case ChannelError.connectTimeout: noConnection
        case _ where Self.isAboutTLS(error):
            (
                .modelUnreachable,
                "No secure connection to \(host). Check its certificate, and http or https in the"
                    + " base URL"
            )
        case _ where wasSent:
            (.modelStreamCut, "\(host) closed the connection before the reply was complete")
        default: unreachable(String(describing: error))
        }
    }

    private func explain(_ error: HTTPClientError) -> Explanation {
        switch error {
        case .connectTimeout, .deadlineExceeded: noConnection
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

    private var noConnection: Explanation {
        (
            .modelTimeout,
            "No connection to \(host) within \(connect) (connect deadline)."
                + " Check the base URL and the network"
        )
    }

    /// The errors of a failed connection differ by how the host was written; their text says more.
    private func unreachable(_ text: String) -> Explanation {
        let reason =
            if text.contains("refused") {
                "refused the connection"
            } else if text.hasPrefix("DNS") {
                "is not known by that name, or does not answer"
            } else {
                "cannot be reached"
            }
        return (
            .modelUnreachable, "\(host) \(reason). Check that the server runs, and the base URL"
        )
    }

    /// The types belong to a package that we do not import; their names are all we need.
    private static func isAboutTLS(_ error: any Error) -> Bool {
        String(describing: type(of: error)).contains("SSL")
    }
}
