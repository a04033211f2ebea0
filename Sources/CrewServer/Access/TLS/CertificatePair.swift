import CrewKit
import NIOSSL

/// A certificate with those that vouch for it, and its key.
struct CertificatePair: Sendable {
    struct Paths: Sendable {
        let certificate: String
        let key: String

        var marks: [FileMark] { [FileMark(certificate), FileMark(key)] }
    }

    let chain: [NIOSSLCertificateSource]
    let key: NIOSSLPrivateKeySource

    /// Bytes of each file.
    private static let mostBytes = 1 << 20

    /// - Throws: `invalidInput` for what cannot be read, or a key of another certificate.
    init(_ paths: Paths) throws(CrewError) {
        let certificates = try BoundedFile.text(at: paths.certificate, atMost: Self.mostBytes)
        let key = try BoundedFile.text(at: paths.key, atMost: Self.mostBytes)
        do {
            let found = try NIOSSLCertificate.fromPEMBytes(Array(certificates.utf8))
            guard !found.isEmpty else { throw NIOSSLError.failedToLoadCertificate }
            chain = found.map { .certificate($0) }
        } catch {
            throw CrewError(
                .invalidInput, "\(paths.certificate) holds no certificate in PEM", cause: error)
        }
        do {
            self.key = .privateKey(try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem))
        } catch {
            throw CrewError(
                .invalidInput, "\(paths.key) holds no key in PEM without a pass phrase",
                cause: error)
        }
        do {
            _ = try NIOSSLContext(configuration: configuration)
        } catch {
            throw CrewError(
                .invalidInput,
                "the key in \(paths.key) is not that of the first certificate in "
                    + paths.certificate,
                cause: error)
        }
    }

    var configuration: TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain, privateKey: key)
        configuration.minimumTLSVersion = .tlsv12
        return configuration
    }
}
