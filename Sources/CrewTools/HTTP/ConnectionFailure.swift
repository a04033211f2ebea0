import AsyncHTTPClient
import NIOCore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Why no connection stood, so that no byte of a request can have reached a server.
///
/// Only what is certain counts: an error of a connection that stood is none of these, as the request
/// may have been done by then.
enum ConnectionFailure: Sendable, Hashable {
    case refused
    case outOfTime
    case notReached
    /// The handshake failed: it comes before the request.
    case notSecure

    init?(_ error: any Error) {
        // These types belong to packages that are not imported; their names are all that is needed.
        let type = String(describing: Swift.type(of: error))
        switch error {
        case let error as HTTPClientError:
            guard
                [.connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout]
                    .contains(error)
            else { return nil }
            self = .outOfTime
        case ChannelError.connectTimeout: self = .outOfTime
        case let error as IOError:
            guard let failure = Self.failure(of: error) else { return nil }
            self = failure
        case _ where type == "NIOConnectionError":
            self = "\(error)".lowercased().contains("refused") ? .refused : .notReached
        case _ where type == "NIOSSLError":
            guard "\(error)".hasPrefix("handshakeFailed") else { return nil }
            self = .notSecure
        case _ where type == "NIOSSLExtraError":
            // The others belong to the check of the server's name, within the handshake.
            guard !"\(error)".contains("noForwardProgress") else { return nil }
            self = .notSecure
        // The network of Apple's systems.
        case _ where type == "NWDNSError": self = .notReached
        case _ where type == "NWPOSIXError":
            guard "\(error)".contains("refused") else { return nil }
            self = .refused
        default: return nil
        }
    }

    private static func failure(of error: IOError) -> Self? {
        switch error.errnoCode {
        // Nothing but connecting is answered so.
        case ECONNREFUSED: .refused
        case EADDRNOTAVAIL: .notReached
        // A connection that stood can end with these too; only the system call tells.
        case EHOSTUNREACH, ENETUNREACH, ENETDOWN, ETIMEDOUT:
            "\(error)".hasPrefix("connect(") || "\(error)".contains("non-blocking connect")
                ? .notReached : nil
        default: nil
        }
    }
}
