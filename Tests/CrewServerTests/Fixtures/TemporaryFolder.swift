import Foundation
import Testing

/// A folder that goes away with its test.
final class TemporaryFolder: Sendable {
    private let url = FileManager.default.temporaryDirectory.appending(path: "crew-\(UUID())")

    init() throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }  // nobody needs it any more

    func path(_ name: String) -> String { url.appending(path: name).path }

    /// In the place of what is there, as a new file.
    func copy(_ source: String, to path: String) throws {
        let data = try Data(contentsOf: URL(filePath: source))
        try data.write(to: URL(filePath: path), options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }

    /// A certificate that vouches for itself, made by the machine's `openssl`.
    func certificate(_ name: String) throws -> (certificate: String, key: String) {
        let paths = (certificate: path("\(name).pem"), key: path("\(name).key"))
        let openssl = Process()
        openssl.executableURL = URL(filePath: "/usr/bin/env")
        openssl.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=\(name)",
            "-addext", "subjectAltName=DNS:\(name),IP:127.0.0.1", "-keyout", paths.key, "-out",
            paths.certificate,
        ]
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        try #require(openssl.terminationStatus == 0, "openssl makes certificates")
        return paths
    }
}
