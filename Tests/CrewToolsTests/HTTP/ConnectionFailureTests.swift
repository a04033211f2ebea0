import CrewKit
import NIOCore
import Testing

@testable import CrewTools

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite("Failures of connections")
struct ConnectionFailureTests {
    /// Has the name and the words of the type of a package that is not imported.
    private enum NIOSSLError: Error {
        case handshakeFailed(String)
        case uncleanShutdown
    }

    private struct BoringSSLError: Error {}

    private static let certain: [any Error] = [
        IOError(errnoCode: ECONNREFUSED, reason: "connection reset (error set)"),
        IOError(errnoCode: ENETUNREACH, reason: "connect(descriptor:addr:size:)"),
        IOError(errnoCode: EHOSTUNREACH, reason: "finishing a non-blocking connect failed"),
        ChannelError.connectTimeout(.seconds(1)), NIOSSLError.handshakeFailed("bad certificate"),
    ]

    private static let uncertain: [any Error] = [
        NIOSSLError.uncleanShutdown, BoringSSLError(),
        IOError(errnoCode: ETIMEDOUT, reason: "read(descriptor:pointer:size:)"),
        IOError(errnoCode: EHOSTUNREACH, reason: "connection reset (error set)"),
        IOError(errnoCode: ENETDOWN, reason: "writev(descriptor:iovecs:)"),
        IOError(errnoCode: ECONNRESET, reason: "read(descriptor:pointer:size:)"),
    ]

    @Test("A request whose connection never stood has done nothing", arguments: certain.indices)
    func never(index: Int) {
        let error = Self.certain[index]
        #expect(HTTPTransportFailure.explained(error, host: "h").isWithoutEffect)
        guard case MCPFailure.unreachable = TransportFault.failure(error) else {
            Issue.record("\(error) is taken for a broken connection")
            return
        }
    }

    @Test("A request whose connection broke may have been done", arguments: uncertain.indices)
    func broken(index: Int) {
        let error = Self.uncertain[index]
        let failure = HTTPTransportFailure.explained(error, host: "h")
        #expect(!failure.isWithoutEffect)
        #expect(failure.action == .findOutFirst)
        guard case MCPFailure.lost = TransportFault.failure(error) else {
            Issue.record("\(error) is taken for a connection that never stood")
            return
        }
    }
}
