public import CrewKit
import Foundation
public import Logging
import NIOCore
import NIOSSL
import Synchronization

/// The certificate and key of a server that speaks TLS, read again when their files change.
///
/// Connections that are open go on with what they began with.
public final class ServedCertificate: Sendable {
    private struct State {
        var pair: CertificatePair
        var marks: [FileMark]
        var version = 1
    }

    private let paths: CertificatePair.Paths
    private let state: Mutex<State>

    /// - Parameters:
    ///   - certificate: the path of a PEM file: the server's own certificate first, then those that
    ///     lead to one that clients know.
    ///   - key: the path of a PEM file with the certificate's key, without a pass phrase.
    /// - Throws: `invalidInput` for what cannot be read or does not belong together.
    public init(certificate: String, key: String) throws(CrewError) {
        paths = CertificatePair.Paths(certificate: certificate, key: key)
        let marks = paths.marks
        state = Mutex(State(pair: try CertificatePair(paths), marks: marks))
    }

    /// Whether somebody else may read or change the file of the key.
    public var isKeyOpenToOthers: Bool { FileMark(paths.key).isOpenToOthers }

    /// Reads both files again; a pair that cannot be used goes to the log, and the old one goes on.
    public func reread(logger: Logger) { reread(paths.marks, logger) }

    func rereadIfChanged(logger: Logger) {
        let marks = paths.marks
        guard state.withLock({ $0.marks != marks }) else { return }
        reread(marks, logger)
    }

    /// - Parameter marks: the files' before they are read.
    private func reread(_ marks: [FileMark], _ logger: Logger) {
        do {
            let pair = try CertificatePair(paths)
            state.withLock { $0 = State(pair: pair, marks: marks, version: $0.version + 1) }
            logger.notice("the certificate was read again")
        } catch {
            state.withLock { $0.marks = marks }
            logger.error(
                "the new certificate is not taken, the old one goes on",
                metadata: ["error": "\(ErrorResponse.fullText(of: error))"])
        }
    }

    /// Counts the pairs that were taken so far.
    var version: Int { state.withLock { $0.version } }

    /// What every connection is encrypted with; each new one takes the pair of its time.
    var configuration: TLSConfiguration {
        var configuration = state.withLock { $0.pair }.configuration
        configuration.sslContextCallback = { [self] _, promise in
            let pair = state.withLock { $0.pair }
            var change = NIOSSLContextConfigurationOverride()
            change.certificateChain = pair.chain
            change.privateKey = pair.key
            promise.succeed(change)
        }
        return configuration
    }
}
